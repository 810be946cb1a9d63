"""Keras models as TensorFlow.js stores them (format `layers-model`), converted to ONNX: channels first, batch of 1, float32.

model.json has the layers and, in the order of their bytes, the weights' names, shapes and files. Layers that are not known here are refused by name.
A softmax behind the last layer is left out, so that the output are the logits.
"""
import dataclasses

import numpy
import onnx
from onnx import helper, numpy_helper


@dataclasses.dataclass
class Value:
    """A tensor between layers."""
    name: str
    pads: tuple = (0, 0, 0, 0)     # zeros around height and width that its readers have to add: top, left, bottom, right
    not_negative: bool = False


class Weights:
    """Tensors by name, as Keras orders their axes."""

    def __init__(self, manifest, read):
        self.tensors = {}
        for group in manifest:
            content = b"".join(read(path) for path in group["paths"])
            start = 0
            for entry in group["weights"]:
                if entry["dtype"] != "float32" or "quantization" in entry:
                    given = "quantized" if "quantization" in entry else entry["dtype"]
                    raise ValueError(f"weights {entry['name']}: float32 is wanted, given {given}")
                count = int(numpy.prod(entry["shape"], dtype=numpy.int64))
                if start + 4 * count > len(content):
                    raise ValueError(f"weights {entry['name']}: their files end before them")
                self.tensors[entry["name"]] = numpy.frombuffer(content, "<f4", count, start).reshape(entry["shape"])
                start += 4 * count
            if start != len(content):
                raise ValueError(f"{len(content) - start} bytes of weights belong to no tensor")

    def __getitem__(self, name):
        if name not in self.tensors:
            raise ValueError(f"weights {name} are missing")
        return self.tensors[name]


class Converter:
    def __init__(self, weights, swap_channels):
        self.weights, self.swap_channels = weights, swap_channels
        self.nodes, self.initializers, self.inputs, self.values = [], [], [], {}

    def layer(self, layer, is_last):
        kind, config, name = layer["class_name"], layer["config"], layer["name"]
        rule = getattr(self, "take_" + kind.lower(), None)
        if rule is None:
            raise ValueError(f"layer {name}: {kind} is not known")
        if config.get("data_format", "channels_last") != "channels_last":
            raise ValueError(f"layer {name}: data_format channels_last is wanted, given {config['data_format']}")
        inbound = layer["inbound_nodes"]
        if len(inbound) > 1:
            raise ValueError(f"layer {name}: used {len(inbound)} times, once is allowed")
        inputs = [self.values[source[0]] for source in inbound[0]] if inbound else []
        made = rule(name, config, inputs)
        self.values[name] = self.activated(name, config.get("activation", "linear"), made, is_last)

    def activated(self, name, activation, value, is_last):
        if activation == "linear" or (activation == "softmax" and is_last):
            return value
        if activation != "relu":
            raise ValueError(f"layer {name}: activation {activation} is not known here")
        made = self.node("Relu", [self.whole(name, value)], name if value.name != name else name + ".relu")
        made.not_negative = True
        return made

    def node(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        return Value(name)

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(numpy.ascontiguousarray(array, dtype=numpy.float32), name))
        return name

    @staticmethod
    def whole(name, value):
        """The tensor of a reader that adds no padding."""
        if any(value.pads):
            raise ValueError(f"layer {name}: padding before it is not known")
        return value.name

    @staticmethod
    def window(name, value, config):
        """Attributes of a convolution or a pooling. Keras' `same` pads at the end first."""
        attributes = {"strides": config["strides"]}
        if config["padding"] == "same" and not any(value.pads):
            return {**attributes, "auto_pad": "SAME_UPPER"}
        if config["padding"] != "valid":
            raise ValueError(f"layer {name}: padding {config['padding']} behind zero padding is not known")
        return {**attributes, "pads": value.pads}

    def take_inputlayer(self, name, config, _):
        batch, height, width, channels = config["batch_input_shape"]
        if batch not in (None, 1) or None in (height, width, channels):
            raise ValueError(f"layer {name}: an image of one size is wanted, given {config['batch_input_shape']}")
        self.inputs.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, channels, height, width]))
        return Value(name)

    def take_zeropadding2d(self, name, config, inputs):
        (top, bottom), (left, right) = config["padding"]
        return dataclasses.replace(inputs[0], name=self.whole(name, inputs[0]), pads=(top, left, bottom, right))

    def take_conv2d(self, name, config, inputs):
        kernel = self.weights[name + "/kernel"].transpose(3, 2, 0, 1)  # [height][width][in][out] to [out][in][height][width]
        if self.swap_channels and inputs[0].name == self.inputs[0].name:
            kernel = kernel[:, ::-1]
        operands = [inputs[0].name, self.constant(name + ".weight", kernel)]
        if config["use_bias"]:
            operands.append(self.constant(name + ".bias", self.weights[name + "/bias"]))
        return self.node("Conv", operands, name, dilations=config["dilation_rate"], kernel_shape=config["kernel_size"],
                         **self.window(name, inputs[0], config))

    def take_batchnormalization(self, name, config, inputs):
        if list(config["axis"]) != [3]:
            raise ValueError(f"layer {name}: axis [3] is wanted, given {config['axis']}")
        mean = self.weights[name + "/moving_mean"]
        gain = self.weights[name + "/gamma"] if config["scale"] else numpy.ones_like(mean)
        shift = self.weights[name + "/beta"] if config["center"] else numpy.zeros_like(mean)
        parameters = [self.constant(f"{name}.{part}", values)
                      for part, values in (("gain", gain), ("shift", shift), ("mean", mean), ("variance", self.weights[name + "/moving_variance"]))]
        return self.node("BatchNormalization", [self.whole(name, inputs[0]), *parameters], name, epsilon=config["epsilon"])

    def take_activation(self, name, config, inputs):
        return inputs[0]  # the function itself: activated()

    def take_maxpooling2d(self, name, config, inputs):
        if any(inputs[0].pads) and not inputs[0].not_negative:
            raise ValueError(f"layer {name}: zeros around values below 0 are not known")  # ONNX's padding never is the maximum
        return self.node("MaxPool", [inputs[0].name], name, kernel_shape=config["pool_size"], **self.window(name, inputs[0], config))

    def take_globalaveragepooling2d(self, name, config, inputs):
        pooled = self.node("GlobalAveragePool", [self.whole(name, inputs[0])], name + ".pool")
        return self.node("Flatten", [pooled.name], name)

    def take_add(self, name, config, inputs):
        if len(inputs) != 2:
            raise ValueError(f"layer {name}: two inputs are wanted, given {len(inputs)}")
        return self.node("Add", [self.whole(name, value) for value in inputs], name)

    def take_dense(self, name, config, inputs):
        operands = [self.whole(name, inputs[0]), self.constant(name + ".weight", self.weights[name + "/kernel"].transpose())]
        if config["use_bias"]:
            operands.append(self.constant(name + ".bias", self.weights[name + "/bias"]))
        return self.node("Gemm", operands, name, transB=1)


def converted(document, read, swap_channels=False):
    """The ONNX model of model.json's `document`; `read(path)` gives the bytes of a weight file.
    `swap_channels`: the network was trained on blue, green, red; the model takes red, green, blue."""
    topology = document["modelTopology"]["model_config"]
    if document.get("format") != "layers-model" or topology["class_name"] not in ("Model", "Functional"):
        raise ValueError("a functional model in the format layers-model is wanted")
    config = topology["config"]
    converter = Converter(Weights(document["weightsManifest"], read), swap_channels)
    if len(config["output_layers"]) != 1:
        raise ValueError(f"one output is wanted, given {len(config['output_layers'])}")
    last = config["output_layers"][0][0]
    for layer in config["layers"]:
        converter.layer(layer, layer["name"] == last)
    output = helper.make_tensor_value_info(converter.values[last].name, onnx.TensorProto.FLOAT, None)
    graph = helper.make_graph(converter.nodes, config["name"], converter.inputs, [output], converter.initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="symmetree fetch_weights")
    model.ir_version = 8
    return onnx.shape_inference.infer_shapes(model)
