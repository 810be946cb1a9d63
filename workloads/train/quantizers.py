"""Quantizers with learned steps, whose values are those that Symmetree's codes stand for (docs/numerics.md).

Esser et al., "Learned Step Size Quantization", ICLR 2020, and its step gradient for any list of levels: inside the list the gradient of the
step is level - value / step, outside the outermost level; the value's own gradient passes inside and stops outside. Steps' gradients are
scaled by 1 / sqrt(values per step * greatest level)."""
import math

import torch
from torch import nn


class _NearestLevel(torch.autograd.Function):
    """levels[nearest] * step. `bounds` are the midpoints between neighbouring levels, in order; a value on one takes the side of `right`."""

    @staticmethod
    def forward(context, value, step, levels, bounds, scale):
        t = value / step
        level = levels[torch.bucketize(t, bounds)]
        context.save_for_backward(t, level, levels, step)
        context.scale = scale
        return level * step

    @staticmethod
    def backward(context, gradient):
        t, level, levels, step = context.saved_tensors
        inside = (t >= levels[0]) & (t <= levels[-1])
        of_step = torch.where(inside, level - t, level) * gradient
        reduced = of_step.sum_to_size(step.shape) * context.scale
        return gradient * inside, reduced, None, None, None


class _Rounded(torch.autograd.Function):
    """step * clamp(round(value / step), least, greatest), half to even."""

    @staticmethod
    def forward(context, value, step, least, greatest, scale):
        t = value / step
        code = t.round().clamp(least, greatest)
        context.save_for_backward(t, code, step)
        context.ends, context.scale = (least, greatest), scale
        return code * step

    @staticmethod
    def backward(context, gradient):
        t, code, step = context.saved_tensors
        inside = (t >= context.ends[0]) & (t <= context.ends[1])
        of_step = torch.where(inside, code - t, code) * gradient
        return gradient * inside, of_step.sum_to_size(step.shape) * context.scale, None, None, None


SHIFTS = ("pot", "post")


def shift_magnitudes(family, bits):
    """By field of a code of sign and exponent; a field of all ones is zero."""
    ratio = {"pot": 0.5, "post": math.sqrt(0.5)}[family]
    fields = (1 << (bits - 1)) - 1
    if family == "post":
        return [math.ldexp(1.0, -(e // 2)) * (math.sqrt(0.5) if e % 2 else 1.0) for e in range(fields)] + [0.0]
    return [ratio ** e for e in range(fields)] + [0.0]


class Activations(nn.Module):
    """Of one tensor, in steps: 0 .. 2^bits - 1 where nothing is negative, else -2^(bits-1) .. 2^(bits-1) - 1. What `shifts` reads has sign and
    magnitude, so that the least is not there, and no zero point."""

    def __init__(self, bits, is_unsigned, shifts, step):
        super().__init__()
        half = 1 << (bits - 1)
        self.bits = bits
        self.least, self.greatest = (0, 2 * half - 1) if is_unsigned else (1 - half if shifts else -half, half - 1)
        self.zero_point = -half if is_unsigned and not shifts else 0
        self.step = nn.Parameter(torch.tensor(float(step)))

    def forward(self, x):
        return _Rounded.apply(x, self.step, self.least, self.greatest, 1 / math.sqrt(x[0].numel() * self.greatest))


class UniformWeights(nn.Module):
    """`symq`: one step for each row."""

    def __init__(self, bits, steps):
        super().__init__()
        self.least, self.greatest = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        self.step = nn.Parameter(steps)

    def forward(self, rows):
        return _Rounded.apply(rows, self.step, self.least, self.greatest, 1 / math.sqrt(rows.shape[1] * self.greatest))

    def codes(self, rows):
        return (rows / self.step).round().clamp(self.least, self.greatest).to(torch.int8)


class ShiftWeights(nn.Module):
    """`pot` and `post`: one step for each row, that of the greatest magnitude."""

    def __init__(self, family, bits, steps):
        super().__init__()
        self.bits = bits
        magnitudes = torch.tensor(shift_magnitudes(family, bits))
        self.register_buffer("magnitudes", magnitudes)
        levels = torch.unique(torch.cat([-magnitudes, magnitudes]))
        self.register_buffer("levels", levels)
        self.register_buffer("bounds", (levels[1:] + levels[:-1]) / 2)
        self.step = nn.Parameter(steps)

    def forward(self, rows):
        return _NearestLevel.apply(rows, self.step, self.levels, self.bounds, 1 / math.sqrt(rows.shape[1]))

    def codes(self, rows):
        level = self.levels[torch.bucketize(rows / self.step, self.bounds)]
        field = (level.abs()[..., None] == self.magnitudes).to(torch.int64).argmax(-1)
        return (field + (level < 0) * (1 << (self.bits - 1))).to(torch.int16).to(torch.int8)


def steps_of_least_error(rows, quantized, greatest):
    """For each row the best of 100 steps up to the one that clips nothing, by squared error; `quantized` gives the levels of rows / step."""
    largest = rows.abs().amax(1, keepdim=True) / greatest
    largest = torch.where(largest == 0, torch.ones_like(largest), largest)
    best, least = largest.clone(), torch.full_like(largest, math.inf)
    for j in range(1, 101):
        step = largest * j / 100
        error = (quantized(rows / step) * step - rows).square().sum(1, keepdim=True)
        best, least = torch.where(error < least, step, best), torch.minimum(error, least)
    return best


def weights_for(family, bits, rows):
    """The quantizer of a matrix of weights, its steps fitted to them."""
    if family == "symq":
        least, greatest = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        return UniformWeights(bits, steps_of_least_error(rows, lambda t: t.round().clamp(least, greatest), greatest))
    made = ShiftWeights(family, bits, torch.ones(rows.shape[0], 1))
    with torch.no_grad():
        made.step.copy_(steps_of_least_error(rows, lambda t: made.levels[torch.bucketize(t, made.bounds)], 1))
    return made
