"""Keras' layers and weights become ONNX; what is not known is refused by its name."""
import copy
import json
import unittest

import scripts_path  # noqa: F401
import numpy
import onnx
import small_keras
from onnx import numpy_helper
from weights import keras


def converted(weights=None, layers=small_keras.LAYERS, change=None, **options):
    files = small_keras.files(weights or small_keras.tensors(), layers)
    document = json.loads(files["model.json"])
    if change:
        change(document)
    return keras.converted(document, files.__getitem__, **options)


def changed(name, **config):
    layers = copy.deepcopy(small_keras.LAYERS)
    next(layer for layer in layers if layer["name"] == name)["config"].update(config)
    return layers


class Keras(unittest.TestCase):
    def test_becomes_a_valid_model(self):
        model = converted()
        onnx.checker.check_model(model, full_check=True)
        self.assertEqual([node.op_type for node in model.graph.node],
                         ["Conv", "BatchNormalization", "Relu", "MaxPool", "Conv", "Add", "Relu", "GlobalAveragePool", "Flatten", "Gemm"])
        shape = model.graph.output[0].type.tensor_type.shape
        self.assertEqual([extent.dim_value for extent in shape.dim], [1, small_keras.CLASSES])

    def test_turns_kernels_and_exchanges_channels(self):
        weights = small_keras.tensors()
        for swap in (False, True):
            model = converted(weights, swap_channels=swap)
            arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
            self.assertEqual(arrays["stem.weight"][4, 0, 1, 2], weights["stem/kernel"][1, 2, 2 if swap else 0, 4])
            self.assertEqual(arrays["branch.weight"][4, 0, 1, 2], weights["branch/kernel"][1, 2, 0, 4])
            self.assertEqual(arrays["head.weight"][7, 3], weights["head/kernel"][3, 7])

    def test_gives_zero_padding_to_the_reader(self):
        nodes = {node.name: {a.name: list(a.ints) for a in node.attribute} for node in converted().graph.node}
        self.assertEqual(nodes["stem"]["pads"], [2, 1, 1, 2])
        self.assertEqual(nodes["pool"]["pads"], [1, 1, 1, 1])

    def refused(self, says, **arguments):
        with self.assertRaises(ValueError) as caught:
            converted(**arguments)
        self.assertIn(says, str(caught.exception))

    def test_refuses_what_it_does_not_know(self):
        layers = copy.deepcopy(small_keras.LAYERS)
        layers[4]["class_name"] = "LeakyReLU"
        self.refused("layer relu: LeakyReLU is not known", layers=layers)
        self.refused("layer relu: activation selu is not known", layers=changed("relu", activation="selu"))
        self.refused("layer relu_1: activation softmax is not known here", layers=changed("relu_1", activation="softmax"))
        self.refused("layer stem: data_format channels_last is wanted", layers=changed("stem", data_format="channels_first"))
        self.refused("layer stem: padding same behind zero padding", layers=changed("stem", padding="same"))
        self.refused("layer norm: axis [3] is wanted, given [1]", layers=changed("norm", axis=[1]))
        self.refused("layer pool: zeros around values below 0", layers=changed("relu", activation="linear"))
        self.refused("layer input: an image of one size is wanted", layers=changed("input", batch_input_shape=[None, None, None, 3]))

    def test_refuses_weights_that_do_not_fit(self):
        weights = small_keras.tensors()
        del weights["norm/gamma"]
        self.refused("weights norm/gamma are missing", weights=weights)

        def quantized(document):
            document["weightsManifest"][0]["weights"][2]["quantization"] = {"dtype": "uint8"}
        self.refused("weights stem/kernel: float32 is wanted, given quantized", change=quantized)

        def longer(document):
            document["weightsManifest"][0]["weights"][-1]["shape"] = [7]
        self.refused("weights norm/moving_variance: their files end before them", change=longer)

        def fewer(document):
            document["weightsManifest"][0]["weights"].pop()
        self.refused("24 bytes of weights belong to no tensor", change=fewer)


if __name__ == "__main__":
    unittest.main()
