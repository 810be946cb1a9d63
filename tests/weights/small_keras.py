"""A small residual network as Keras and TensorFlow.js describe it, and what it computes: channels last, one value after the other."""
import json

import numpy

CLASSES = 10
MEAN = numpy.array([123.68, 116.779, 103.939], numpy.float32)  # red, green, blue


def layer(kind, name, inputs, **config):
    return {"class_name": kind, "name": name, "config": {"name": name, "data_format": "channels_last", **config},
            "inbound_nodes": [[[source, 0, 0, {}] for source in inputs]] if inputs else []}


def conv(name, source, filters, kernel, strides=1, padding="valid"):
    return layer("Conv2D", name, [source], filters=filters, kernel_size=[kernel, kernel], strides=[strides, strides], padding=padding,
                 dilation_rate=[1, 1], activation="linear", use_bias=True)


LAYERS = [
    layer("InputLayer", "input", [], batch_input_shape=[None, 12, 10, 3]),
    layer("ZeroPadding2D", "stem_pad", ["input"], padding=[[2, 1], [1, 2]]),
    conv("stem", "stem_pad", 6, 3, strides=2),
    layer("BatchNormalization", "norm", ["stem"], axis=[3], epsilon=0.001, center=True, scale=True),
    layer("Activation", "relu", ["norm"], activation="relu"),
    layer("ZeroPadding2D", "pool_pad", ["relu"], padding=[[1, 1], [1, 1]]),
    layer("MaxPooling2D", "pool", ["pool_pad"], pool_size=[3, 3], strides=[2, 2], padding="valid"),
    conv("branch", "pool", 6, 3, padding="same"),
    layer("Add", "sum", ["branch", "pool"]),
    layer("Activation", "relu_1", ["sum"], activation="relu"),
    layer("GlobalAveragePooling2D", "mean", ["relu_1"]),
    layer("Dense", "head", ["mean"], units=CLASSES, activation="softmax", use_bias=True),
]


def tensors(seed=1):
    """Weights as Keras orders their axes. Written for blue, green, red."""
    random = numpy.random.default_rng(seed)
    shapes = {"head/kernel": (6, CLASSES), "head/bias": (CLASSES,), "stem/kernel": (3, 3, 3, 6), "stem/bias": (6,),
              "branch/kernel": (3, 3, 6, 6), "branch/bias": (6,), "norm/gamma": (6,), "norm/beta": (6,), "norm/moving_mean": (6,),
              "norm/moving_variance": (6,)}
    made = {name: random.normal(0, 0.5, shape).astype(numpy.float32) for name, shape in shapes.items()}
    made["norm/moving_variance"] = numpy.abs(made["norm/moving_variance"]) * 4000 + 100
    return made


def files(weights, layers=LAYERS):
    """model.json and two weight files, the boundary in the middle of a tensor; by name."""
    content = b"".join(values.astype("<f4").tobytes() for values in weights.values())
    cut = len(content) // 2 + 2
    document = {"format": "layers-model", "generatedBy": "keras v2.2.4-tf",
                "modelTopology": {"model_config": {"class_name": "Model", "config": {
                    "name": "small", "layers": layers, "input_layers": [["input", 0, 0]], "output_layers": [[layers[-1]["name"], 0, 0]]}}},
                "weightsManifest": [{"paths": ["one.bin", "two.bin"],
                                     "weights": [{"name": n, "shape": list(v.shape), "dtype": "float32"} for n, v in weights.items()]}]}
    return {"model.json": json.dumps(document).encode(), "one.bin": content[:cut], "two.bin": content[cut:]}


def windows(x, size, stride):
    for row in range(0, x.shape[0] - size + 1, stride):
        for column in range(0, x.shape[1] - size + 1, stride):
            yield row // stride, column // stride, x[row:row + size, column:column + size]


def convolved(x, kernel, bias, stride):
    out = numpy.zeros(((x.shape[0] - kernel.shape[0]) // stride + 1, (x.shape[1] - kernel.shape[1]) // stride + 1, kernel.shape[3]))
    for row, column, window in windows(x, kernel.shape[0], stride):
        out[row, column] = numpy.einsum("hwc,hwco->o", window, kernel) + bias
    return out


def logits(pixels, w):
    """Of one image [height][width] of red, green, blue."""
    x = (pixels.astype(numpy.float64) - MEAN)[:, :, ::-1]
    x = convolved(numpy.pad(x, ((2, 1), (1, 2), (0, 0))), w["stem/kernel"], w["stem/bias"], 2)
    x = (x - w["norm/moving_mean"]) / numpy.sqrt(w["norm/moving_variance"] + 0.001) * w["norm/gamma"] + w["norm/beta"]
    x = numpy.pad(numpy.maximum(x, 0), ((1, 1), (1, 1), (0, 0)))
    pooled = numpy.zeros(((x.shape[0] - 3) // 2 + 1, (x.shape[1] - 3) // 2 + 1, x.shape[2]))
    for row, column, window in windows(x, 3, 2):
        pooled[row, column] = window.max((0, 1))
    x = convolved(numpy.pad(pooled, ((1, 1), (1, 1), (0, 0))), w["branch/kernel"], w["branch/bias"], 1) + pooled
    return numpy.maximum(x, 0).mean((0, 1)) @ w["head/kernel"] + w["head/bias"]
