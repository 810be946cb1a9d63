"""Labelled images of an npz file or a pair of IDX files as batches of a network's inputs, mirrored and shifted for training."""
import gzip

import numpy
import torch


def numbers(text):
    return [float(v) for v in text.split(",")]


class Normalization:
    """(pixel / divisor - mean) / std, per channel or one for all."""

    def __init__(self, divisor, mean, std):
        self.divisor, self.mean, self.std = divisor, mean, std

    def __call__(self, pixels):
        mean, std = (torch.tensor(v).reshape(1, -1, 1, 1) for v in (self.mean, self.std))
        return (pixels.float() / self.divisor - mean) / std

    def __str__(self):
        """As `symmetree --normalization` reads it."""
        text = [f"{key}={','.join(map(repr, values))}" for key, values in (("mean", self.mean), ("std", self.std))]
        return " ".join(text + ([f"divisor={self.divisor!r}"] if self.divisor != 255 else []))


def normalization_of(text, model):
    """Of the option, else of the model's metadata."""
    found = dict(field.split("=", 1) for field in text.split()) if text else {
        p.key.removeprefix("normalization."): p.value for p in model.metadata_props if p.key.startswith("normalization.")}
    if not {"mean", "std"} <= found.keys():
        raise SystemExit('--normalization: "mean=... std=..." is wanted, since the model has none')
    return Normalization(float(found.get("divisor", 255)), numbers(found["mean"]), numbers(found["std"]))


def first_of(arrays, names):
    found = [name for name in names if name in arrays]
    if not found:
        raise SystemExit(f"one of the arrays {', '.join(names)} is wanted")
    return arrays[found[0]]


def read_idx(path):
    """Array of an IDX file of unsigned bytes, gzipped or not."""
    with (gzip.open if str(path).endswith(".gz") else open)(path, "rb") as file:
        content = file.read()
    rank = content[3]
    shape = numpy.frombuffer(content, ">i4", rank, 4)
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * rank).reshape(shape)


def labelled(path):
    """Pixels and labels. Beside X-images-idx3-ubyte lies X-labels-idx1-ubyte."""
    if "-idx3-" in str(path):
        return read_idx(path), read_idx(str(path).replace("-images-idx3-", "-labels-idx1-"))
    with numpy.load(path) as arrays:
        return first_of(arrays, ("x", "images", "x_test")), first_of(arrays, ("y", "labels", "y_test"))


class ImageSet:
    """`count`: the first so many, or None for all."""

    def __init__(self, path, normalization, count=None):
        pixels, labels = (array[:count] for array in labelled(path))
        if pixels.ndim == 3:
            pixels = pixels[:, None]
        elif pixels.shape[3] in (1, 3):
            pixels = pixels.transpose(0, 3, 1, 2)
        self.labels = torch.from_numpy(labels.astype(numpy.int64).reshape(-1))
        self.pixels, self.normalization = torch.from_numpy(pixels.copy()), normalization

    def __len__(self):
        return len(self.labels)

    def first(self, count):
        return self.normalization(self.pixels[:count])

    def batches(self, size):
        for begin in range(0, len(self), size):
            yield self.normalization(self.pixels[begin:begin + size]), self.labels[begin:begin + size]

    def shuffled(self, size, shift, generator):
        """Whole batches of images that are mirrored half of the time and shifted by up to `shift` pixels, black moving in."""
        order = torch.randperm(len(self), generator=generator)
        for begin in range(0, len(self) - size + 1, size):
            places = order[begin:begin + size]
            yield self.normalization(augmented(self.pixels[places], shift, generator)), self.labels[places]


def augmented(pixels, shift, generator):
    """uint8 [count, channels, height, width]"""
    count, _, height, width = pixels.shape
    mirrored = torch.rand(count, generator=generator) < 0.5
    pixels = torch.where(mirrored[:, None, None, None], pixels.flip(3), pixels)
    wide = torch.nn.functional.pad(pixels, (shift,) * 4)
    down, right = torch.randint(0, 2 * shift + 1, (2, count, 1, 1), generator=generator)
    rows, columns = down + torch.arange(height)[None, :, None], right + torch.arange(width)[None, None, :]
    return wide[torch.arange(count)[:, None, None], :, rows, columns].permute(0, 3, 1, 2).contiguous()
