#!/usr/bin/python3
"""Trains a network with quantized weights and activations, from its float ONNX model, and writes a quantized workload. See README.md.

    train_quantized.py model.onnx --weights symq:3 --activation-bits 3 --train train.npz --test test.npz --output NAME.yaml

writes NAME.yaml, NAME.network.onnx and NAME.safetensors; a checkpoint of every epoch is kept in NAME.checkpoint, where --resume goes on.
"""
import argparse
import hashlib
import math
import os
import pathlib
import sys
import time

import numpy
import onnx
import torch
from torch import nn

from images import ImageSet, normalization_of
from norms import with_norms
from onnx_network import OnnxNetwork
from quantized_workload import STORED_BITS, fitted_by, stored_formats, write_workload
from quantizers import SHIFTS, WIDTHS, Activations, AdaptiveActivations, BasisWeights, OutlierWeights, StoredActivations, StoredWeights, weights_for

OUTLIER_BITS, PERCENTILE = 4, 98  # of dasq
GUARD_BITS = 4  # fraction bits of products of shift formats, as their schemes have them by default


class QuantizedNetwork(nn.Module):
    """Every product reads quantized weights and activations, those of attention two of the latter, the first and the last layer 8 bits; what
    reads one tensor shares its step, in whatever order it reads the values. Tensors that nothing narrower reads are stored in 8 bits."""

    def __init__(self, model, scheme, images, program_finds):
        """`program_finds(scheme text)`: tensors and document of `symmetree quantize` without training, from which come the formats of tensors that
        are stored in 8 bits and, for dasq, the outliers' positions."""
        super().__init__()
        self.family, self.weight_bits, self.activation_bits, self.adaptive = scheme
        self.network = OnnxNetwork(model)
        self.products = [node.name for node in self.network.products()]
        self.inner = self.products[1:-1]
        self.source_of_input = {node.name: self.network.source_of(node.input[0]) for node in self.network.products()}
        self.roles = {}  # of tensors that are quantized: what reads them
        for name in self.inner:
            self.roles.setdefault(self.source_of_input[name], set()).add("layer")
        for node in self.network.attention_products():
            for tensor, role in zip(node.input, ("first", "second")):
                self.roles.setdefault(self.network.source_of(tensor), set()).add(role)
        self.fitted, document = program_finds(self.scheme())
        tensors = self.network.tensors_by_name()
        self.weights, self.activations, self.stored = nn.ModuleDict(), nn.ModuleDict(), nn.ModuleDict()
        self.stored_names = {}  # by key
        for name, format in stored_formats(document, STORED_BITS).items():
            tensor = tensors.get(name) or tensors[name.removesuffix(".pool")]
            if tensor not in self.roles or self.is_copied(tensor):
                self.stored[self.key(tensor)] = StoredActivations(*format)
                self.stored_names[self.key(tensor)] = name
        self.network.stored = self.as_stored
        self.fit(images)
        self.network.before_product, self.network.before_attention = self.quantized, lambda node, *operands: operands
        self.network.after_product = self.with_rounded_bias

    @staticmethod
    def key(name):
        return name.replace(".", "#")  # a module's name has no dots

    def as_rows(self, name, weight):
        """[N, K] as Symmetree has it, and how to turn it back."""
        if weight.dim() == 4:
            return weight.flatten(1), lambda rows: rows.reshape(weight.shape)
        node = self.network.product(name)
        stored_by_output = node.op_type == "Gemm" and any(a.name == "transB" and a.i for a in node.attribute)
        return (weight, lambda rows: rows) if stored_by_output else (weight.t(), lambda rows: rows.t())

    def scheme(self):
        own = {"dasq": f":sw{OUTLIER_BITS}:p{PERCENTILE}", "levels": f":lq:channel:d{BasisWeights.LEVEL_BITS}"}.get(self.family, "")
        return f"{self.family}:w{self.weight_bits}a{self.activation_bits}{own}{':asq' if self.adaptive else ''}"

    def scheme_of(self, name):
        return self.scheme() if name in self.inner else f"symq:w{STORED_BITS}a{STORED_BITS}"

    def is_copied(self, tensor):
        """True where layers read a narrower copy of a tensor that additions read, or an adapter's."""
        return (self.adaptive and self.roles[tensor] == {"layer"}) or (self.activation_bits < STORED_BITS and self.network.is_added(tensor))

    def quantizer_of(self, name, rows):
        if name not in self.inner:
            return StoredWeights(STORED_BITS, rows)
        if self.family != "dasq":
            return weights_for(self.family, self.weight_bits, rows)
        if f"{name}.outlier_shifts" not in self.fitted:
            raise SystemExit(f"layer {name} has no outliers in DASQ's fit of the float weights: train it as symq")
        of = {part: torch.from_numpy(self.fitted[f"{name}.{part}"].astype(numpy.float32)) for part in ("steps", "outlier_shifts")}
        norm = self.network.norm_behind(self.network.product(name))
        steps = of["steps"] if norm is None else of["steps"] / self.network.factors_of(norm)
        positions = torch.zeros(rows.shape, dtype=torch.bool)
        positions[self.fitted[f"{name}.outlier_rows"].astype(numpy.int64), self.fitted[f"{name}.outlier_columns"].astype(numpy.int64)] = True
        return OutlierWeights(self.weight_bits, steps.reshape(-1, 1), OUTLIER_BITS, of["outlier_shifts"].reshape(-1, 1), positions)

    def activations_of(self, tensor, x):
        """Of the tensor, begun by values that are read of it. A product of activations can't fold a zero point away, nor can shifts."""
        roles = self.roles[tensor]
        coding = "symmetric" if "second" in roles else "magnitudes" if "first" in roles or self.family in SHIFTS else "zero_point"
        if self.adaptive and roles == {"layer"}:
            return AdaptiveActivations.for_values(x, coding, self.activation_bits, AdaptiveActivations.channels_of(x))
        return Activations.for_values(x, coding, self.activation_bits)

    @torch.no_grad()
    def fit(self, images):
        """First steps: of least squared error for the weights, by their mean for activations."""
        def look_at(tensor, x):
            if self.key(tensor) not in self.activations:
                self.activations[self.key(tensor)] = self.activations_of(tensor, x)

        def before_product(name, x, weight):
            self.weights[self.key(name)] = self.quantizer_of(name, self.as_rows(name, weight)[0].detach())
            if name in self.inner:
                look_at(self.source_of_input[name], x)
            return x, weight

        def before_attention(node, *operands):
            for tensor, x in zip(node.input, operands):
                look_at(self.network.source_of(tensor), x)
            return operands

        self.network.before_product, self.network.before_attention = before_product, before_attention
        self.network(images)

    def as_stored(self, tensor, x):
        key = self.key(tensor)
        if key in self.stored:
            return self.stored[key](x)
        return self.activations[key](x) if key in self.activations and not self.is_copied(tensor) else x

    def quantized(self, name, x, weight):
        rows, back = self.as_rows(name, weight)
        source = self.source_of_input[name]
        if name in self.inner and self.is_copied(source):
            x = self.activations[self.key(source)](x)
        return x, back(self.weights[self.key(name)](rows))

    @torch.no_grad()
    def with_rounded_bias(self, node, y):
        """Where classes are counted, biases are the whole numbers that the machine adds to its sums, fraction bits of shift formats among them;
        an adapted step divides the one of the tensor's own step once more. In training they are what they are."""
        if self.training:
            return y
        bias, factor = self.network.bias_of(node)
        if bias is None:
            return y
        key, weights = self.key(self.source_of_input[node.name]), self.weights[self.key(node.name)]
        read = self.activations[key] if node.name in self.inner else self.stored[key]
        unit = (read.step * weights.step.reshape(-1) * factor).double() / (1 << GUARD_BITS if node.name in self.inner and self.family in SHIFTS else 1)
        whole = (bias / unit).round()
        to_channels = [1, -1, 1, 1] if y.dim() == 4 else [-1]
        if isinstance(read, AdaptiveActivations):
            beta = (read.used_step / read.step).double().reshape(-1, *[1] * (y.dim() - 1))
            added = ((whole.reshape(to_channels) / beta).round() * beta) * unit.reshape(to_channels)
        else:
            added = (whole * unit).reshape(to_channels)
        return y + ((added - bias.reshape(to_channels)) / (factor.reshape(to_channels) if isinstance(factor, torch.Tensor) else factor)).to(y)

    def forward(self, x):
        return self.network(x)

    def steps(self):
        """Those that are trained; a basis brings its own."""
        return [module.step for module in [*self.weights.values(), *self.activations.values()] if isinstance(module.step, nn.Parameter)]


@torch.no_grad()
def predictions(network, images, batch=250):
    network.eval()
    return torch.cat([network(x).argmax(1) for x, _ in images.batches(batch)])


def rate_at(done, steps, rate):
    """Half a cosine, from `rate` to zero."""
    return rate * 0.5 * (1 + math.cos(math.pi * done / steps))


def keep_positive(network):
    """A step or gain that an update carries past zero would turn signs over; both begin some powers of ten above these bounds."""
    with torch.no_grad():
        for step in network.steps():
            step.clamp_(min=1e-8)
        for gain in network.network.gains():
            gain.clamp_(min=1e-4)


def train(network, images, options, started, checkpoint):
    steps_per_epoch = len(images) // options.batch
    steps = set(map(id, network.steps()))
    decayed = [p for p in network.parameters() if id(p) not in steps and p.dim() > 1]
    others = [p for p in network.parameters() if id(p) not in steps and p.dim() <= 1]
    optimizer = torch.optim.SGD([{"params": decayed, "weight_decay": options.weight_decay}, {"params": others + network.steps()}],
                                lr=options.rate, momentum=0.9)
    loss_of = nn.CrossEntropyLoss()
    first = 0
    if started:
        network.load_state_dict(started["network"])
        optimizer.load_state_dict(started["optimizer"])
        first = started["epoch"]
    for epoch in range(first, options.epochs):
        network.train()
        generator = torch.Generator().manual_seed(options.seed * 1000 + epoch)
        begun, loss_sum = time.process_time(), 0.0
        for i, (x, y) in enumerate(images.shuffled(options.batch, options.shift, generator)):
            for group in optimizer.param_groups:
                group["lr"] = rate_at(epoch * steps_per_epoch + i, options.epochs * steps_per_epoch, options.rate)
            optimizer.zero_grad()
            loss = loss_of(network(x), y)
            loss.backward()
            optimizer.step()
            keep_positive(network)
            loss_sum += loss.item()
            if (i + 1) % 50 == 0:
                print(f"epoch {epoch + 1}, {i + 1} of {steps_per_epoch} batches, loss {loss_sum / (i + 1):.4f}", file=sys.stderr, flush=True)
            if not math.isfinite(loss_sum):
                raise SystemExit(f"the loss diverged in epoch {epoch + 1}: try a smaller --rate")
        keep({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1, "options": run_of(options)}, checkpoint)
        print(f"epoch {epoch + 1}: loss {loss_sum / steps_per_epoch:.4f}, {time.process_time() - begun:.0f} s of CPU", file=sys.stderr, flush=True)


def keep(state, checkpoint):
    """Under another name first, so that whoever is stopped meanwhile has the checkpoint before."""
    partial = checkpoint.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, checkpoint)


def run_of(options):
    """What a checkpoint must agree in to be gone on with."""
    digest = hashlib.sha256(options.model.read_bytes()).hexdigest()
    return {"model": digest, "weights": options.weights, "activation_bits": options.activation_bits, "epochs": options.epochs, "rate": options.rate,
            "batch": options.batch, "adaptive": options.adaptive, "weight_decay": options.weight_decay, "seed": options.seed, "train_images": options.train_images, "shift": options.shift,
            "restore_norms": options.restore_norms}


def options_of(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, help="float ONNX model; batch norms that it has are trained, too, and folded at the end")
    parser.add_argument("--weights", required=True, help="family and bits: symq:3, dasq:3, pot:4, post:3, apot:4, levels:3 (a learned basis, LQ-Net)")
    parser.add_argument("--program", default="symmetree", help="the simulator, which finds the formats of tensors in 8 bits, and dasq's outliers")
    parser.add_argument("--activation-bits", type=int, required=True)
    parser.add_argument("--adaptive", action="store_true", help="ASQ: an adapter finds the step of every image (scheme :asq)")
    parser.add_argument("--restore-norms", action="store_true", help="for a model of convolutions whose batch norms were folded: each gets one back")
    parser.add_argument("--train", required=True, help="labelled images: npz, or NAME-images-idx3-ubyte(.gz) beside its labels")
    parser.add_argument("--train-images", type=int, help="the first so many of them; all otherwise")
    parser.add_argument("--shift", type=int, default=4, help="pixels by which images are moved at most in training; half of them are mirrored")
    parser.add_argument("--test", help="labelled images that are counted at the end")
    parser.add_argument("--predictions", type=pathlib.Path, help="npz file for the classes of those images, to be compared with `evaluate --dump predictions`")
    parser.add_argument("--normalization", default="", help='"mean=... std=..." where the model has none')
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--weight-decay", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint beside the output")
    options = parser.parse_args(words)
    family, _, bits = options.weights.partition(":")
    widths = {**WIDTHS, **SHIFTS}.get(family, range(0))
    if not bits.isdigit() or int(bits) not in widths:
        parser.error("--weights: symq or dasq and 2 to 8 bits, pot or post and 2 to 7, apot and 4 or 5, or levels and 2 to 6 are wanted, e.g. symq:3")
    if options.output.suffix != ".yaml":
        parser.error("--output: a .yaml file is wanted")
    return options


def main(words):
    options = options_of(words)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    model = onnx.load(options.model)
    pixels = normalization_of(options.normalization, model)
    images = ImageSet(options.train, pixels, options.train_images)
    if options.restore_norms:
        model = with_norms(model, images.first(512))
    family, _, bits = options.weights.partition(":")
    network = QuantizedNetwork(model, (family, int(bits), options.activation_bits, options.adaptive), images.first(128),
                               lambda scheme: fitted_by(options.program, options.model, scheme, options.train, str(pixels)))
    checkpoint = options.output.with_suffix(".checkpoint")
    started = torch.load(checkpoint) if options.resume and checkpoint.exists() else None
    if started and started["options"] != run_of(options):
        raise SystemExit(f"{checkpoint} is of another run: {started['options']}")
    train(network, images, options, started, checkpoint)
    note = f"train_quantized.py {network.scheme()}, {options.epochs} epochs, rate {options.rate}, seed {options.seed}"
    write_workload(options.output, network, pixels, note)
    if options.test:
        test = ImageSet(options.test, pixels)
        found = predictions(network, test)
        if options.predictions:
            numpy.savez_compressed(options.predictions, predictions=found.numpy())
        print(f"top-1 {100 * (found == test.labels).double().mean().item():.2f} %")


if __name__ == "__main__":
    main(sys.argv[1:])
