"""A residual network of four convolutions with batch norms and a linear layer, as an exporter would write it."""
import os
import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(os.environ["SYMMETREE_TEST_ROOT"])
PROGRAM = os.environ["SYMMETREE_TEST_PROGRAM"]
sys.path.insert(0, str(ROOT / "workloads" / "train"))

CLASSES, CHANNELS, SIDE = 4, 8, 8


def model(seed=1):
    random = numpy.random.default_rng(seed)
    weights, nodes = {}, []

    def conv(name, source, channels):
        weights[f"{name}.w"] = random.normal(0, 1 / numpy.sqrt(9 * channels), (CHANNELS, channels, 3, 3))
        for part, values in (("gain", random.uniform(-1.5, 1.5, CHANNELS)), ("bias", random.normal(0, 0.2, CHANNELS)), ("mean", random.normal(0, 0.1, CHANNELS)),
                             ("variance", random.uniform(0.5, 1.5, CHANNELS))):
            weights[f"{name}.{part}"] = values
        nodes.append(helper.make_node("Conv", [source, f"{name}.w"], [f"{name}.conv"], f"{name}/Conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("BatchNormalization", [f"{name}.conv"] + [f"{name}.{p}" for p in ("gain", "bias", "mean", "variance")], [f"{name}.out"], f"{name}/Norm"))
        return f"{name}.out"

    def relu(name, source):
        nodes.append(helper.make_node("Relu", [source], [name], f"{name}/Relu"))
        return name

    stem = relu("stem.relu", conv("stem", "image", 3))
    body = conv("second", relu("first.relu", conv("first", stem, CHANNELS)), CHANNELS)
    nodes.append(helper.make_node("Add", [stem, body], ["sum"], "sum/Add"))
    last = relu("third.relu", conv("third", relu("joined", "sum"), CHANNELS))
    nodes.append(helper.make_node("GlobalAveragePool", [last], ["pooled"], "pool/GlobalAveragePool"))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["flat"], "flat/Flatten"))
    weights["head.w"], weights["head.b"] = random.normal(0, 0.5, (CLASSES, CHANNELS)), random.normal(0, 0.1, CLASSES)
    nodes.append(helper.make_node("Gemm", ["flat", "head.w", "head.b"], ["logits"], "head/Gemm", transB=1))
    graph = helper.make_graph(nodes, "small", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])],
                              [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", CLASSES])],
                              [numpy_helper.from_array(v.astype(numpy.float32), k) for k, v in weights.items()])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made


def images(count, seed):
    """Labelled by the colour of a patch, or its absence, which a small network can learn, mirrored and shifted or not."""
    random = numpy.random.default_rng(seed)
    labels = random.integers(0, CLASSES, count)
    pixels = random.integers(0, 150, (count, SIDE, SIDE, 3))
    for i, label in enumerate(labels):
        row, column = random.integers(0, SIDE - 3, 2)
        if label < 3:
            pixels[i, row:row + 4, column:column + 4, label] += 80
    return pixels.astype(numpy.uint8), labels.astype(numpy.uint8)
