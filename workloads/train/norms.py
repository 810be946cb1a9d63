"""Batch norms for a model whose exporter folded them: without them, training at low widths diverges at usual rates."""
import numpy
import onnx
import torch
from onnx import helper, numpy_helper

from onnx_network import OnnxNetwork

EPSILON = 1e-5


@torch.no_grad()
def with_norms(model, images):
    """The same function of an image, each convolution followed by a batch norm that has the mean and deviation of its channels over `images` and
    gives both back. Weights are divided by the deviation, so that the convolution alone has deviation 1."""
    network = OnnxNetwork(model)
    values = network.values_of(images)
    made = onnx.ModelProto()
    made.CopyFrom(model)
    stored = {i.name: i for i in made.graph.initializer}
    nodes = list(made.graph.node)
    del made.graph.node[:]
    for node in nodes:
        made.graph.node.append(node)
        if node.op_type != "Conv" or node.input[1] not in stored:
            continue
        if sum(node.input[1] in other.input for other in nodes) > 1 or any(n.op_type == "BatchNormalization" and n.input[0] == node.output[0] for n in nodes):
            raise SystemExit(f"{node.name} shares its weights or has a batch norm: its model needs no --restore-norms or can't be had with it")
        output = values[node.output[0]].double()
        mean, deviation = output.mean((0, 2, 3)), output.std((0, 2, 3)).clamp(min=1e-6)
        for name in node.input[1:]:
            value = torch.from_numpy(numpy_helper.to_array(stored[name]).copy()).double()
            scaled = value / deviation.reshape(-1, *[1] * (value.dim() - 1))
            stored[name].CopyFrom(numpy_helper.from_array(scaled.float().numpy(), name))
        parts = {"gain": deviation, "bias": mean, "mean": mean / deviation, "variance": torch.full_like(mean, 1 - EPSILON)}
        inner, names = f"{node.output[0]}.before_norm", [f"{node.name}.{part}" for part in parts]
        for name, value in zip(names, parts.values()):
            made.graph.initializer.append(numpy_helper.from_array(value.numpy().astype(numpy.float32), name))
        made.graph.node.append(helper.make_node("BatchNormalization", [inner, *names], [node.output[0]], f"{node.name}.norm", epsilon=EPSILON))
        made.graph.node[-2].output[0] = inner
    onnx.checker.check_model(made)
    return made
