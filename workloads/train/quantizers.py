"""Quantizers with learned steps, whose values are those that Symmetree's codes stand for (docs/numerics.md).

Esser et al., "Learned Step Size Quantization", ICLR 2020, and its step gradient for any list of levels: inside the list the gradient of the
step is level - value / step, outside the outermost level; the value's own gradient passes inside and stops outside. Steps' gradients are
scaled by 1 / sqrt(values per step * greatest level)."""
import math

import torch
from torch import nn


class _Quantized(torch.autograd.Function):
    """round_to_level(value / step) * step; `least` and `greatest` are the ends of the levels. A step counts for its row or image, or for all.
    Activations are too many for a cache, so every pass over them counts: the step's gradient, levels outside and level - value / step
    inside, is the difference of two products."""

    @staticmethod
    def forward(context, value, step, round_to_level, least, greatest, scale):
        t = value / step
        level = round_to_level(t)
        context.save_for_backward(t, level, step)
        context.ends, context.scale = (least, greatest), scale
        return level * step

    @staticmethod
    def backward(context, gradient):
        t, level, step = context.saved_tensors
        passed = inside(gradient, t, *context.ends)
        if not context.needs_input_grad[1]:
            return passed, None, None, None, None, None
        of_step = products_by_step(gradient, level, step) - products_by_step(passed, t, step)
        return passed, of_step * context.scale, None, None, None, None


def inside(gradient, t, least, greatest):
    """The gradient of what lies within the ends, 0 elsewhere."""
    if isinstance(least, torch.Tensor):
        return gradient * ((t >= least) & (t <= greatest))
    margin = 1e-6  # PyTorch's function takes the ends themselves for outside
    return torch.ops.aten.hardtanh_backward(gradient, t, least - margin, greatest + margin)


def products_by_step(a, b, step):
    """Sums of a * b over what each step counts for."""
    if step.numel() == 1:
        return torch.dot(a.reshape(-1), b.reshape(-1)).reshape(step.shape)
    count = step.numel()
    return (a.reshape(count, 1, -1) @ b.reshape(count, -1, 1)).reshape(step.shape)


WIDTHS = {"symq": range(2, 9), "dasq": range(2, 9), "levels": range(2, 7)}
SHIFTS = {"pot": range(2, 8), "post": range(2, 8), "apot": range(4, 6)}  # widths that have codes


def term(exponents, index):
    return math.ldexp(1.0, -exponents[index]) if index < len(exponents) else 0.0


def magnitude(family, bits, field):
    if family == "pot":
        return math.ldexp(1.0, -field)
    if family == "post":
        return math.ldexp(math.sqrt(0.5) if field % 2 else 1.0, -(field // 2))
    return term([0, 1, 3], field >> 1) + term([2], field & 1) if bits == 4 else term([0, 2, 4], field >> 2) + term([1, 3, 5], field & 3)


def shift_magnitudes(family, bits):
    """By field of a code of sign and exponent; a field of all ones is zero."""
    return [magnitude(family, bits, field) for field in range((1 << (bits - 1)) - 1)] + [0.0]


def first_format(coding, bits, least, mean):
    """Levels from and to, the zero point of their codes and a first step, for values down to `least` whose magnitudes have that mean: 2 mean /
    sqrt(greatest level), as Esser et al. begin. `coding`: "zero_point" (a short tail below zero gets as many levels as it needs),
    "magnitudes" (unsigned, or sign and magnitude: shift arrays, first operands of attention) or "symmetric" (second operands)."""
    half = 1 << (bits - 1)
    unsigned_step, signed_step = (2 * mean / math.sqrt(greatest) for greatest in (2 * half - 1, max(1, half - 1)))
    if coding == "zero_point":
        below = round(-least / unsigned_step) if least < 0 else 0
        if 2 * below <= half:
            return -below, 2 * half - 1 - below, below - half, unsigned_step
    elif coding == "magnitudes":
        return (0, 2 * half - 1, 0, unsigned_step) if least >= 0 else (1 - half, half - 1, 0, signed_step)
    return -half, half - 1, 0, signed_step


class Activations(nn.Module):
    """Of one tensor, in steps; see first_format."""

    def __init__(self, least, greatest, zero_point, step):
        super().__init__()
        self.least, self.greatest, self.zero_point = least, greatest, zero_point
        self.step = nn.Parameter(torch.tensor(float(step)))

    @classmethod
    def for_values(cls, x, coding, bits, *more):
        least, greatest, zero_point, step = first_format(coding, bits, float(x.min()), float(x.abs().mean()))
        return cls(least, greatest, zero_point, step, *more)

    def step_for(self, x):
        return self.step

    def forward(self, x):
        return _Quantized.apply(x, self.step_for(x), lambda t: t.round().clamp_(self.least, self.greatest), self.least, self.greatest,
                                1 / math.sqrt(x[0].numel() * self.greatest))


class StoredActivations(nn.Module):
    """Of a tensor that lies in memory in many bits. In training the step follows the range of the values: every eighth batch it moves a quarter of
    the way to the one that this batch needs."""

    EVERY, PACE = 8, 0.25

    def __init__(self, step, zero_point, least, greatest):
        """`least`, `greatest`: codes, which the zero point is taken from."""
        super().__init__()
        self.zero_point, self.least, self.greatest = zero_point, least - zero_point, greatest - zero_point
        self.register_buffer("step", torch.tensor(float(step)))
        self.register_buffer("batches", torch.tensor(0))

    @torch.no_grad()
    def follow(self, x):
        self.batches += 1
        if self.batches % self.EVERY != 0:
            return
        wanted = [end / level for end, level in ((float(x.max()), self.greatest), (float(x.min()), self.least)) if level != 0]
        if max(wanted) > 0:
            self.step.lerp_(torch.tensor(max(wanted)).to(self.step), self.PACE)

    def forward(self, x):
        if self.training:
            self.follow(x)
        return _Quantized.apply(x, self.step, lambda t: t.round().clamp_(self.least, self.greatest), self.least, self.greatest, 1)


class AdaptiveActivations(Activations):
    """The step of an image is `step` times beta, which an adapter finds in the image's means by channel: Linear(C, H), ReLU, Linear(H, 1), H = C / 16.
    Zhou et al., "Precision neural network quantization via learnable adaptive modules", eq. 6 to 9: the derivative of the value by the
    image's step s beta is level - value / (s beta) inside the levels and the outermost level outside, and by s and beta that times the other of
    both. Their eq. 6 as printed gives level * s back: by beta its derivative would be -value / beta^2 inside and 0 outside."""

    BETAS = (0.25, 4 - 2.0 ** -14)  # what the hardware's register holds

    def __init__(self, least, greatest, zero_point, step, channels):
        super().__init__(least, greatest, zero_point, step)
        hidden = max(1, channels // 16)
        self.first, self.second = nn.Linear(channels, hidden), nn.Linear(hidden, 1)
        with torch.no_grad():
            self.second.weight.mul_(0.01)
            self.second.bias.fill_(1)  # beta begins near 1

    @staticmethod
    def channels_of(x):
        """An image has its channels, rows of tokens their last axis."""
        return x.shape[1] if x.dim() == 4 else x.shape[-1]

    def step_for(self, x):
        means = x.mean((2, 3)) if x.dim() == 4 else x.flatten(1, -2).mean(1)
        beta = self.second(self.first(means).relu()).clamp(*self.BETAS)
        self.used_step = (self.step * beta).detach()
        return self.step * beta.reshape(-1, *[1] * (x.dim() - 1))


class UniformWeights(nn.Module):
    """`symq`: one step for each row."""

    def __init__(self, bits, steps):
        super().__init__()
        self.least, self.greatest = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        self.step = nn.Parameter(steps)

    def nearest(self, t):
        return t.round().clamp_(self.least, self.greatest)

    def forward(self, rows):
        return _Quantized.apply(rows, self.step, self.nearest, self.least, self.greatest, 1 / math.sqrt(rows.shape[1] * self.greatest))

    @torch.no_grad()
    def codes(self, rows):
        return self.nearest(rows / self.step).to(torch.int8)


class StoredWeights(nn.Module):
    """Of the first and last layer, in many bits: a row's step follows its greatest magnitude."""

    def __init__(self, bits, rows):
        super().__init__()
        self.greatest = (1 << (bits - 1)) - 1
        self.register_buffer("step", torch.ones(rows.shape[0], 1))

    @torch.no_grad()
    def levels(self, rows):
        self.step = rows.abs().amax(1, keepdim=True).clamp(min=1e-8) / self.greatest
        return (rows / self.step).round().clamp(-self.greatest, self.greatest)

    def forward(self, rows):
        values = self.levels(rows) * self.step
        return rows + (values - rows).detach()

    def codes(self, rows):
        return self.levels(rows).to(torch.int8)


class OutlierWeights(UniformWeights):
    """`dasq`: at some positions, which stay, an outlier of `outlier_bits` in units of step * 2^shift adds to the code. `shifts`: [rows, 1]."""

    def __init__(self, bits, steps, outlier_bits, shifts, positions):
        super().__init__(bits, steps)
        half = 1 << (outlier_bits - 1)
        self.ends = (-half, half - 1)
        self.register_buffer("unit", 2.0 ** shifts)
        self.register_buffer("positions", positions)

    @torch.no_grad()
    def outliers(self, rows):
        """In units; 0 where there is none."""
        return self.outliers_at(rows / self.step)

    def outliers_at(self, t):
        return torch.where(self.positions, (t / self.unit).round().clamp(*self.ends), torch.zeros_like(t))

    def dense_at(self, t):
        return (t - self.outliers_at(t) * self.unit).round().clamp(self.least, self.greatest)

    def nearest(self, t):
        return self.dense_at(t) + self.outliers_at(t) * self.unit

    def forward(self, rows):
        reach = self.unit * self.positions
        return _Quantized.apply(rows, self.step, self.nearest, self.least + self.ends[0] * reach, self.greatest + self.ends[1] * reach,
                                1 / math.sqrt(rows.shape[1] * self.greatest))

    @torch.no_grad()
    def codes(self, rows):
        return self.dense_at(rows / self.step).to(torch.int8)


class ShiftWeights(nn.Module):
    """`pot`, `post`, `apot`: one step for each row, in which its levels count."""

    def __init__(self, family, bits, steps):
        super().__init__()
        self.bits = bits
        magnitudes = torch.tensor(shift_magnitudes(family, bits))
        self.register_buffer("magnitudes", magnitudes)
        every = torch.unique(torch.cat([-magnitudes, magnitudes]))
        self.register_buffer("every_level", every)
        self.register_buffer("bounds", (every[1:] + every[:-1]) / 2)
        self.step = nn.Parameter(steps)

    def nearest(self, t):
        return self.every_level[torch.bucketize(t, self.bounds)]

    def forward(self, rows):
        greatest = float(self.every_level[-1])
        return _Quantized.apply(rows, self.step, self.nearest, -greatest, greatest, 1 / math.sqrt(rows.shape[1] * greatest))

    @torch.no_grad()
    def codes(self, rows):
        level = self.nearest(rows / self.step)
        field = (level.abs()[..., None] == self.magnitudes).to(torch.int64).argmax(-1)
        return (field + (level < 0) * (1 << (self.bits - 1))).to(torch.int16).to(torch.int8)


class BasisWeights(nn.Module):
    """`levels`: the sums of `bits` values with either sign, a basis for each row. Zhang et al., "LQ-Nets", ECCV 2018: in training the basis moves
    towards the one of least squared error for the weights as they are assigned to its sums (eq. 8, a tenth of the way for each batch); weights
    get the gradient of what they became. Levels are whole numbers of LEVEL_BITS bits in steps of the row, as the hardware has them."""

    LEVEL_BITS, PACE = 6, 0.1

    def __init__(self, bits, rows):
        super().__init__()
        self.bits = bits
        patterns = torch.arange(1 << bits)[:, None] >> torch.arange(bits) & 1
        self.register_buffer("signs", 2.0 * patterns - 1)  # [sums, bits]
        # Powers of two whose sums have as much power as the weights; a row of zeros keeps a basis that is none.
        power = rows.square().mean(1, keepdim=True).sqrt().clamp(min=1e-8)
        self.register_buffer("basis", power * 2.0 ** torch.arange(bits) / math.sqrt(((1 << 2 * bits) - 1) / 3))
        for _ in range(20):
            self.basis.copy_(self.fitted_basis(rows))

    @property
    def step(self):
        return self.basis.abs().sum(1, keepdim=True) / ((1 << (self.LEVEL_BITS - 1)) - 1)

    def every_level(self):
        """[rows, sums], in steps, in the order of the signs."""
        return (self.basis @ self.signs.t() / self.step).round()

    def assigned(self, rows):
        """Of each weight the place of the nearest level."""
        rising, order = self.every_level().sort(stable=True, dim=1)
        return order.gather(1, torch.searchsorted((rising[:, 1:] + rising[:, :-1]) / 2, rows / self.step))

    @torch.no_grad()
    def fitted_basis(self, rows):
        signs = self.signs[self.assigned(rows)]  # [rows, weights, bits]
        products = signs.transpose(1, 2) @ signs + 1e-6 * rows.shape[1] * torch.eye(self.bits, dtype=rows.dtype)
        return torch.linalg.solve(products, (signs * rows[..., None]).sum(1))

    @torch.no_grad()
    def levels(self, rows):
        return self.every_level().gather(1, self.assigned(rows))

    def forward(self, rows):
        if self.training:
            self.basis.lerp_(self.fitted_basis(rows.detach()), self.PACE)
        values = self.levels(rows) * self.step
        return rows + (values - rows).detach()

    @torch.no_grad()
    def lists(self):
        """For each row its levels once, rising, the last one repeated: [rows, sums]."""
        lists = [torch.unique(level) for level in self.every_level()]
        return torch.stack([torch.cat([level, level[-1:].expand(len(self.signs) - len(level))]) for level in lists])

    def codes(self, rows):
        return torch.searchsorted(self.lists(), self.levels(rows)).to(torch.int8)


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
    if family == "levels":
        return BasisWeights(bits, rows)
    made = ShiftWeights(family, bits, torch.ones(rows.shape[0], 1))
    with torch.no_grad():
        made.step.copy_(steps_of_least_error(rows, made.nearest, float(made.every_level[-1])))
    return made
