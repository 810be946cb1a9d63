"""Reads what the flow needs of a Liberty file: areas, leakage, pin capacitances and internal-power tables."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

TOKEN = re.compile(r'"[^"]*"|[\w.+\-/!\'*&|^]+|[(){};:,]')


class Group:
    """`name (arguments) { attributes and groups }`."""

    def __init__(self, name, arguments):
        self.name, self.arguments, self.attributes, self.groups = name, arguments, {}, []

    def all(self, name):
        return [g for g in self.groups if g.name == name]


def parse(text):
    """The outermost group of a Liberty text."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " ")
    tokens, place = TOKEN.findall(text), 0
    root = Group("", [])
    stack = [root]
    while place < len(tokens):
        token = tokens[place]
        if token == "}":
            stack.pop()
            place += 1
        elif token == ";":
            place += 1
        elif tokens[place + 1] == ":":
            end = place + 2
            while tokens[end] != ";":
                end += 1
            stack[-1].attributes[token] = " ".join(tokens[place + 2:end]).strip('"')
            place = end
        else:
            end = tokens.index(")", place)
            arguments = [t.strip('"') for t in tokens[place + 2:end] if t != ","]
            place = end + 1
            if place < len(tokens) and tokens[place] == "{":
                group = Group(token, arguments)
                stack[-1].groups.append(group)
                stack.append(group)
                place += 1
            else:
                stack[-1].attributes[token] = arguments
    return root.groups[0]


class Power:
    """A power table in pJ per transition: load by input transition, or input transition alone."""

    def __init__(self, group):
        axis = lambda name: [float(v) for v in ",".join(group.attributes[name]).split(",")] if name in group.attributes else []
        self.first, self.second = axis("index_1"), axis("index_2")
        rows = [[float(v) for v in row.split(",")] for row in group.attributes["values"]]
        self.values = rows if self.second else rows[0]

    def at(self, load_pf, slew_ns):
        if not self.second:
            return interpolate(self.first, self.values, slew_ns)
        return interpolate(self.first, [interpolate(self.second, row, slew_ns) for row in self.values], load_pf)


def interpolate(axis, values, at):
    """Linear, held constant outside the axis."""
    if at <= axis[0]:
        return values[0]
    if at >= axis[-1]:
        return values[-1]
    i = bisect_right(axis, at)
    share = (at - axis[i - 1]) / (axis[i] - axis[i - 1])
    return values[i - 1] + share * (values[i] - values[i - 1])


@dataclass
class Pin:
    direction: str
    capacitance_pf: float
    powers: list = field(default_factory=list)  # (rise, fall) per internal_power group; either may be None

    def internal_pj(self, load_pf, slew_ns):
        """(rise, fall): the mean over the pin's internal_power groups, which differ by the input that caused the transition."""
        sums = [0.0, 0.0]
        for pair in self.powers:
            for edge in (0, 1):
                if pair[edge]:
                    sums[edge] += pair[edge].at(load_pf, slew_ns)
        return tuple(s / len(self.powers) for s in sums) if self.powers else (0.0, 0.0)


@dataclass
class Cell:
    name: str
    area_um2: float
    leakage_uw: float
    pins: dict
    kind: str  # "logic", "flip_flop", "latch"


class Library:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="latin-1") as file:
            self.text = file.read()
        root = parse(self.text)
        self.name = root.arguments[0]
        self.volt = float(root.attributes["nom_voltage"])
        nanowatts = {"1nW": 1.0, "1pW": 1e-3, "1uW": 1e3, "1mW": 1e6}[root.attributes["leakage_power_unit"]]
        assert root.attributes["capacitive_load_unit"] == ["1", "pf"] and root.attributes["voltage_unit"] == "1V", "units: pF and V"
        self.cells = {g.arguments[0]: self.cell(g, nanowatts) for g in root.all("cell")}

    @staticmethod
    def cell(group, nanowatts):
        pins = {}
        for pin in group.all("pin"):
            powers = []
            for power in pin.all("internal_power"):
                tables = [Power(power.all(k)[0]) if power.all(k) else None for k in ("rise_power", "fall_power")]
                powers.append(tables if any(tables) else [Power(power.all("power")[0])] * 2)
            pins[pin.arguments[0]] = Pin(pin.attributes["direction"], float(pin.attributes.get("capacitance", 0)), powers)
        kind = "flip_flop" if group.all("ff") else "latch" if group.all("latch") else "logic"
        return Cell(group.arguments[0], float(group.attributes["area"]),
                    float(group.attributes.get("cell_leakage_power", 0)) * nanowatts * 1e-3, pins, kind)
