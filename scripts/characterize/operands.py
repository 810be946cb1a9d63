"""Operand streams: codes that the project's own quantizers made (operands.cpp), cut into tiles and vectors."""

import functools
import json
import random
import subprocess

CLASSES = ("relu", "gelu", "dense")


class Operands:
    """One layer's codes for one scheme, activation class and seed."""

    def __init__(self, data):
        self.weights, self.zero_points = data["weights"], data["zero_points"]
        self.outliers, self.shifts = data["outliers"], data["outlier_shifts"]
        self.levels = data.get("levels", [])
        self.activations, self.zero_point = data["activations"], data["activation_zero_point"]
        self.inputs = len(self.weights[0])

    def tiles(self, lanes, offset=0):
        """Endless (row, first input): the k-blocks of a channel, then the next channel, as weights reach a tree."""
        blocks = self.inputs // lanes
        n = offset
        while True:
            yield (n // blocks) % len(self.weights), n % blocks * lanes
            n += 1


class Source:
    """Runs operands.cpp's program; remembers what it said."""

    def __init__(self, program, model=None, layer=None):
        self.program, self.model, self.layer = program, model, layer

    @functools.lru_cache(None)
    def text(self, scheme, activation_class, seed):
        command = [self.program, scheme, activation_class, str(seed)] + ([self.model, self.layer] if self.model else [])
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(result.stderr.strip())
        return result.stdout

    @functools.lru_cache(16)
    def operands(self, scheme, activation_class, seed):
        return Operands(json.loads(self.text(scheme, activation_class, seed)))


def code(value, bits):
    """Two's complement."""
    return value & ((1 << bits) - 1)


def signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def pack(values, bits):
    """A packed port: element 0 in the low bits."""
    word = 0
    for value in reversed(values):
        word = word << bits | code(value, bits)
    return word


def uniform(seed, name):
    return random.Random(f"{seed} {name}")
