"""An ONNX network as a PyTorch module: its weights become parameters, and a caller may change what its matrix products see.

Runs what PyTorch's exporter writes for the networks that `symmetree evaluate` runs whole. Shape arithmetic is run with the rest, so that a
network whose batch is open takes any."""
import math

import numpy
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

PRODUCTS = ("Conv", "Gemm", "MatMul")
# What they make are values of their input, which Symmetree leaves in their format.
MOVES = ("Slice", "Pad", "Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Split", "Gather", "MaxPool")
TORCH_TYPES = {onnx.TensorProto.FLOAT: torch.float32, onnx.TensorProto.INT64: torch.int64, onnx.TensorProto.BOOL: torch.bool}


def attributes_of(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def tensor_of(proto):
    return torch.from_numpy(numpy.array(numpy_helper.to_array(proto)))


def whole(tensor):
    return [int(v) for v in tensor.flatten().tolist()]


def conv(a, x, weight, bias=None):
    pads = a.get("pads", [0, 0, 0, 0])
    if pads[:2] != pads[2:]:
        x, pads = functional.pad(x, (pads[1], pads[3], pads[0], pads[2])), [0, 0, 0, 0]
    return functional.conv2d(x, weight, bias, a.get("strides", 1), pads[:2], a.get("dilations", 1), a.get("group", 1))


def gemm(a, x, weight, bias=None):
    y = x @ (weight.t() if a.get("transB", 0) else weight)
    return y if bias is None else y + bias


def pooled(pool, a, x):
    pads = a.get("pads", [0, 0, 0, 0])
    return pool(x, a["kernel_shape"], a.get("strides", 1), pads[:2])


def sliced(a, x, starts, ends, axes=None, steps=None):
    axes = whole(axes) if axes is not None else range(len(starts))
    for i, axis in enumerate(axes):
        step = whole(steps)[i] if steps is not None else 1
        places = range(x.shape[axis])[slice(whole(starts)[i], whole(ends)[i], step)]
        x = x.index_select(axis, torch.tensor(list(places), dtype=torch.int64))
    return x


def padded(a, x, pads, value=None, *_):
    pads = whole(pads)
    rank = len(pads) // 2
    order = [p for axis in reversed(range(rank)) for p in (pads[axis], pads[axis + rank])]
    return functional.pad(x, order, value=0.0 if value is None else float(value))


def reduced_mean(a, x):
    return x.mean(a["axes"], keepdim=bool(a.get("keepdims", 1)))


def reshaped(a, x, shape):
    """Of a network that was exported for a batch of one, the batch takes the place of that one."""
    sizes = [x.shape[i] if d == 0 else d for i, d in enumerate(whole(shape))]
    if sizes and sizes[0] == 1 and x.shape[0] > 1 and -1 not in sizes and x.numel() != math.prod(sizes):
        sizes[0] = x.shape[0]
    return x.reshape(sizes)


def split(a, x, sizes=None):
    return torch.split(x, whole(sizes) if sizes is not None else list(a["split"]), a.get("axis", 0))


def squeezed(a, x, axes=None):
    for axis in sorted(whole(axes) if axes is not None else a["axes"], reverse=True):
        x = x.squeeze(axis)
    return x


def unsqueezed(a, x, axes=None):
    for axis in sorted(whole(axes) if axes is not None else a["axes"]):
        x = x.unsqueeze(axis)
    return x


def gathered(a, x, places):
    axis = a.get("axis", 0)
    if places.dim() == 0:
        return x.select(axis, int(places))
    return x.index_select(axis, places.flatten()).reshape(x.shape[:axis] + places.shape + x.shape[axis + 1:])


def joined(a, *x):
    """Constants of a batch of one (a class token) stand before every image."""
    batch = max(t.shape[0] for t in x)
    if a["axis"] != 0:
        x = [t.expand(batch, *t.shape[1:]) if t.dim() > 1 and t.shape[0] == 1 else t for t in x]
    return torch.cat(list(x), a["axis"])


def constant_of_shape(a, shape):
    value = tensor_of(a["value"]) if "value" in a else torch.zeros(1)
    return value.expand(whole(shape)).clone()


def clipped(a, x, least=None, greatest=None):
    return x.clamp(None if least is None else float(least), None if greatest is None else float(greatest))


OPERATORS = {
    "Add": lambda a, x, y: x + y, "Sub": lambda a, x, y: x - y, "Mul": lambda a, x, y: x * y, "Div": lambda a, x, y: x / y if x.is_floating_point() else x // y,
    "Pow": lambda a, x, y: x ** y, "Sqrt": lambda a, x: x.sqrt(), "Erf": lambda a, x: x.erf(), "Relu": lambda a, x: x.relu(), "Clip": clipped,
    "Softmax": lambda a, x: x.softmax(a.get("axis", -1)), "MatMul": lambda a, x, y: x @ y, "Conv": conv, "Gemm": gemm,
    "GlobalAveragePool": lambda a, x: x.mean((2, 3), keepdim=True), "ReduceMean": reduced_mean,
    "MaxPool": lambda a, x: pooled(functional.max_pool2d, a, x), "AveragePool": lambda a, x: pooled(functional.avg_pool2d, a, x),
    "Flatten": lambda a, x: x.flatten(a.get("axis", 1)), "Reshape": reshaped, "Transpose": lambda a, x: x.permute(list(a["perm"])),
    "Concat": joined, "Slice": sliced, "Pad": padded, "Gather": gathered, "Split": split, "Squeeze": squeezed,
    "Unsqueeze": unsqueezed, "Shape": lambda a, x: torch.tensor(x.shape), "Constant": lambda a: tensor_of(a["value"]),
    "ConstantOfShape": constant_of_shape, "Cast": lambda a, x: x.to(TORCH_TYPES[a["to"]]), "Equal": lambda a, x, y: x == y,
    "Where": lambda a, c, x, y: torch.where(c, x, y), "Expand": lambda a, x, shape: x.expand(torch.broadcast_shapes(x.shape, whole(shape))), "Identity": lambda a, x: x,
}


class OnnxNetwork(nn.Module):
    """`before_product(name, x, weight)` gives what the product `name` reads in their place; `name` is the node's, as Symmetree names layers.
    `before_attention(node, x, y)` does for products of two computed tensors, `stored(tensor, x)` what is read of any tensor in place of x,
    and `after_product(node, y)` what a product with weights makes in place of y."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        unknown = sorted({n.op_type for n in model.graph.node} - OPERATORS.keys() - {"BatchNormalization"})
        if unknown:
            raise ValueError(f"operators that can't be trained here: {', '.join(unknown)}")
        self.norms = [n for n in model.graph.node if n.op_type == "BatchNormalization"]
        statistics = {name for n in self.norms for name in n.input[3:5]}
        self.places = {}  # of an initializer among the parameters and buffers
        self.tensors = nn.ParameterList()
        for i, proto in enumerate(model.graph.initializer):
            value = tensor_of(proto)
            if value.is_floating_point() and value.dim() > 0 and proto.name not in statistics:
                self.places[proto.name] = len(self.tensors)
                self.tensors.append(nn.Parameter(value))
            else:
                self.register_buffer(f"constant{i}", value)
                self.places[proto.name] = f"constant{i}"
        self.attributes = [attributes_of(n) for n in model.graph.node]
        self.made_by = {output: n for n in model.graph.node for output in n.output}
        self.before_product = lambda name, x, weight: (x, weight)
        self.before_attention = lambda node, x, y: (x, y)
        self.after_product = lambda node, y: y
        self.stored = lambda tensor, x: x
        self.make_gains_positive()

    def initializer(self, name):
        place = self.places[name]
        return getattr(self, place) if isinstance(place, str) else self.tensors[place]

    def is_weighted(self, node):
        return node.op_type in PRODUCTS and node.input[1] in self.places

    def products(self):
        """Nodes with weights of their own, in order."""
        return [n for n in self.model.graph.node if self.is_weighted(n)]

    def attention_products(self):
        return [n for n in self.model.graph.node if n.op_type in PRODUCTS and not self.is_weighted(n)]

    def source_of(self, tensor):
        """The tensor that was computed, of one that has its values perhaps in another order."""
        node = self.made_by.get(tensor)
        return self.source_of(node.input[0]) if node is not None and node.op_type in MOVES else tensor

    def name_of(self, tensor):
        """As Symmetree names a computed tensor: by its node, or by the product whose batch norm or bias the node is."""
        node = self.made_by[tensor]
        if node.op_type == "BatchNormalization" and node.input[0] in self.made_by:
            return self.made_by[node.input[0]].name
        makers = [self.made_by[name] for name in node.input if name in self.made_by]
        is_bias = node.op_type == "Add" and len(makers) == 1 and any(name in self.places for name in node.input) and self.is_weighted(makers[0])
        return makers[0].name if is_bias else node.name

    def tensors_by_name(self):
        """By the name that Symmetree has for it, a computed tensor or initializer: a product's bias and batch norm belong to it."""
        found = {name: name for name in [self.model.graph.input[0].name, *self.places]}
        for node in self.model.graph.node:
            for output in node.output:
                found[output] = output
            found[node.name] = node.output[0]
        for node in self.model.graph.node:
            if self.name_of(node.output[0]) != node.name:
                found[self.name_of(node.output[0])] = node.output[0]
        return found

    def is_added(self, tensor):
        """True where an addition reads a tensor, perhaps as slices and padding that a skip takes it through."""
        readers = [node for node in self.model.graph.node if tensor in node.input]
        return any((node.op_type == "Add" and self.name_of(node.output[0]) == node.name) or (node.op_type in MOVES and self.is_added(node.output[0])) for node in readers)

    def product(self, name):
        return next(node for node in self.products() if node.name == name)

    def forward(self, x):
        return self.values_of(x)[self.model.graph.output[0].name]

    def values_of(self, x):
        """Every tensor by name."""
        image = self.model.graph.input[0].name
        values = {image: self.stored(image, x)}
        for node, attributes in zip(self.model.graph.node, self.attributes):
            inputs = [None if i == "" else values[i] if i in values else self.stored(i, self.initializer(i)) for i in node.input]
            if self.is_weighted(node):
                inputs[0], inputs[1] = self.before_product(node.name, inputs[0], inputs[1])
            elif node.op_type in PRODUCTS:
                inputs[0], inputs[1] = self.before_attention(node, inputs[0], inputs[1])
            outputs = self.normed(attributes, *inputs) if node.op_type == "BatchNormalization" else OPERATORS[node.op_type](attributes, *inputs)
            if self.is_weighted(node):
                outputs = self.after_product(node, outputs)
            for name, output in zip(node.output, outputs if node.op_type == "Split" else [outputs]):
                values[name] = self.stored(name, output)
        return values

    def normed(self, a, x, gain, bias, mean, variance):
        """Of the batch's own mean and variance in training, which move those that are kept."""
        return functional.batch_norm(x, mean, variance, gain, bias, self.training, 0.1, a.get("epsilon", 1e-5))

    def norm_behind(self, product):
        """The batch norm that reads a convolution, or None."""
        return next((n for n in self.norms if n.input[0] == product.output[0]), None)

    def factors_of(self, norm):
        """What the norm multiplies its channels by, once it is part of the convolution."""
        epsilon = attributes_of(norm).get("epsilon", 1e-5)
        return self.initializer(norm.input[1]) / (self.initializer(norm.input[4]) + epsilon).sqrt()

    @torch.no_grad()
    def make_gains_positive(self):
        """Codes keep their sign when the norm becomes part of the convolution: a channel of negative gain is turned over, both in it and in front."""
        for product in self.products():
            norm = self.norm_behind(product)
            if norm is None:
                continue
            sign = torch.where(self.initializer(norm.input[1]) < 0, -1.0, 1.0)
            self.initializer(product.input[1]).mul_(sign.reshape(-1, 1, 1, 1))
            for name in [*product.input[2:3], norm.input[1], norm.input[3]]:
                self.initializer(name).mul_(sign)

    def bias_of(self, product):
        """Of the product with the batch norm or addition that brings its bias, or None; and what the norm multiplies the product by, else 1."""
        own = self.initializer(product.input[2]) if len(product.input) > 2 else 0
        norm = self.norm_behind(product)
        if norm is not None:
            factor = self.factors_of(norm)
            return self.initializer(norm.input[2]) + (own - self.initializer(norm.input[3])) * factor, factor
        for node in self.model.graph.node:
            if product.output[0] in node.input and self.name_of(node.output[0]) == product.name:
                return own + self.initializer(next(name for name in node.input if name in self.places)), 1
        return (own, 1) if len(product.input) > 2 else (None, 1)

    def gains(self):
        return [self.initializer(norm.input[1]) for norm in self.norms]

    @torch.no_grad()
    def folded(self):
        """By initializer, what takes its place where batch norms become part of their convolutions."""
        values = {}
        for product in self.products():
            norm = self.norm_behind(product)
            if norm is None:
                continue
            factor, bias, mean = self.factors_of(norm), self.initializer(norm.input[2]), self.initializer(norm.input[3])
            own = self.initializer(product.input[2]) if len(product.input) > 2 else 0
            values[product.input[1]] = self.initializer(product.input[1]) * factor.reshape(-1, 1, 1, 1)
            values[norm.input[2]] = bias + (own - mean) * factor
        return values

    def written(self):
        """The model with the parameters as they are now, without batch norms."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        folded = self.folded()
        for proto in model.graph.initializer:
            if proto.name in folded or not isinstance(self.places[proto.name], str):
                value = folded.get(proto.name, self.initializer(proto.name))
                proto.CopyFrom(numpy_helper.from_array(value.detach().numpy(), proto.name))
        norms = {n.input[0]: n for n in model.graph.node if n.op_type == "BatchNormalization"}
        for node in model.graph.node:
            norm = norms.get(node.output[0]) if node.op_type == "Conv" else None
            if norm is not None:  # the norm's bias becomes the convolution's
                node.input[:] = [*node.input[:2], norm.input[2]]
                node.output[0] = norm.output[0]
        kept = [n for n in model.graph.node if n.op_type != "BatchNormalization"]
        del model.graph.node[:]
        model.graph.node.extend(kept)
        used = {name for n in kept for name in n.input}
        facts = [p for p in model.metadata_props if not p.key.startswith(("accuracy", "provenance"))]  # these are no longer true
        del model.metadata_props[:]
        model.metadata_props.extend(facts)
        model.doc_string = ""
        initializers = [i for i in model.graph.initializer if i.name in used]
        del model.graph.initializer[:]
        model.graph.initializer.extend(initializers)
        return model
