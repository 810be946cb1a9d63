"""Energy from toggles: 1/2 C V^2 of every net, plus the library's internal power of the cells that it leaves and enters."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumptions:
    wire_pf: float        # wire of a net, for each pin that it drives
    slew_ns: float        # transition time at every input pin
    input_delay_ns: float # inputs change so long after the clock edge, as if they came from registers

    def text(self):
        return (f"wire load {self.wire_pf * 1000:g} fF per driven pin; input slew {self.slew_ns:g} ns at every pin; inputs "
                f"{self.input_delay_ns:g} ns after the clock edge; outputs unloaded, since the unit they feed pays for its pins; "
                "ideal clock net: clock pins are charged, no clock tree")


def toggle_energies(netlist, library, assumptions):
    """{net: (pJ per rise, pJ per fall)}."""
    energies = {}
    for net in netlist.names:
        sinks = [library.cells[kind].pins[pin] for kind, pin in netlist.sinks.get(net, [])]
        load_pf = sum(p.capacitance_pf for p in sinks) + assumptions.wire_pf * len(sinks)
        both = [0.5 * load_pf * library.volt ** 2] * 2
        pins = [p for p in sinks if p.powers]
        if net in netlist.drivers:
            kind, pin = netlist.drivers[net]
            pins.append(library.cells[kind].pins[pin])
        for pin in pins:
            rise, fall = pin.internal_pj(load_pf, assumptions.slew_ns)
            both = [both[0] + rise, both[1] + fall]
        energies[net] = tuple(both)
    return energies


def energy_pj(toggles, energies):
    return sum(rises * energies[net][0] + falls * energies[net][1] for net, (rises, falls) in toggles.items() if rises or falls)


@dataclass
class Fit:
    """energy per vector = held + load / hold length, through two hold lengths, tried at a third."""
    held: float
    load: float
    residual: float  # of the third, relative, signed
    spread: float    # (largest - least) / mean of the seeds' energies per vector at the longest hold

    @staticmethod
    def of(energy, holds, seeds):
        """`energy[hold, seed]` in pJ per vector; holds = (short, long, validation)."""
        mean = {h: sum(energy[h, s] for s in seeds) / len(seeds) for h in holds}
        short, long, middle = holds
        load = max(0.0, (mean[short] - mean[long]) / (1 / short - 1 / long))
        held = mean[long] - load / long
        expected = held + load / middle
        at_long = [energy[long, s] for s in seeds]
        spread = (max(at_long) - min(at_long)) / mean[long] if mean[long] else 0.0
        return Fit(held, load, (mean[middle] - expected) / mean[middle] if mean[middle] else 0.0, spread)
