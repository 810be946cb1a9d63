#!/usr/bin/python3
"""Writes the small networks of tests/data/networks: torchvision's own classes, narrow, with seeded random weights. See README.md."""
import argparse
import math

import onnx
import torch
import torchvision
from torch import nn
from torchvision.models.mobilenetv2 import MobileNetV2
from torchvision.models.resnet import BasicBlock, ResNet
from torchvision.models.swin_transformer import SwinTransformer
from torchvision.models.vision_transformer import VisionTransformer
from torchvision.ops.misc import Conv2dNormActivation


def resnet18():
    """ResNet-18 with 4, 8, 16, 32 channels: stem of 7x7 with max pooling, projection shortcuts."""
    network = ResNet(BasicBlock, [2, 2, 2, 2], num_classes=10)
    network.inplanes = 4
    network.conv1, network.bn1 = nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4)
    network.layer1 = network._make_layer(BasicBlock, 4, 2)
    network.layer2 = network._make_layer(BasicBlock, 8, 2, stride=2)
    network.layer3 = network._make_layer(BasicBlock, 16, 2, stride=2)
    network.layer4 = network._make_layer(BasicBlock, 32, 2, stride=2)
    network.fc = nn.Linear(32, 10)
    return network


def mobilenet_v2():
    """Depthwise convolutions with strides 1 and 2, linear bottlenecks with and without residuals, ReLU6."""
    settings = [[1, 8, 1, 1], [6, 8, 2, 2], [6, 16, 2, 2], [6, 24, 1, 1]]  # expansion, channels, blocks, stride
    network = MobileNetV2(num_classes=10, inverted_residual_setting=settings, round_nearest=8, width_mult=1.0)
    network.features[0] = Conv2dNormActivation(3, 32, 3, 2, activation_layer=nn.ReLU6)
    network.features[-1] = Conv2dNormActivation(24, 64, 1, activation_layer=nn.ReLU6)
    network.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(64, 10))
    return network


def deit():
    """Patches of 8x8: 16 tokens and a class token, two blocks of two heads."""
    return VisionTransformer(image_size=32, patch_size=8, num_layers=2, num_heads=2, hidden_dim=32, mlp_dim=64, num_classes=10)


def swin():
    """16x16 tokens in windows of 4x4, every second block shifted by 2; patch merging to 8x8."""
    return SwinTransformer(patch_size=[2, 2], embed_dim=16, depths=[2, 1], num_heads=[2, 4], window_size=[4, 4], mlp_ratio=2.0,
                           num_classes=10, stochastic_depth_prob=0.0)


class HieraAttention(nn.Module):
    """Attention within windows; with `pool`, the queries of a window are pooled to half its sides."""

    def __init__(self, width, out, heads, pool):
        super().__init__()
        self.out, self.heads, self.pool = out, heads, pool
        self.qkv, self.proj = nn.Linear(width, 3 * out), nn.Linear(out, out)

    def forward(self, x):
        windows, height, tokens, _ = x.shape
        q, k, v = self.qkv(x).reshape(windows, height * tokens, 3, self.heads, self.out // self.heads).unbind(2)
        if self.pool:
            q = q.reshape(windows, height, tokens, self.out).permute(0, 3, 1, 2)
            q = nn.functional.max_pool2d(q, 2, 2).permute(0, 2, 3, 1)
            height, tokens = height // 2, tokens // 2
            q = q.reshape(windows, height * tokens, self.heads, self.out // self.heads)
        scores = q.transpose(1, 2) @ k.permute(0, 2, 3, 1) / math.sqrt(self.out // self.heads)
        y = scores.softmax(-1) @ v.transpose(1, 2)
        return self.proj(y.transpose(1, 2).reshape(windows, height, tokens, self.out))


class HieraBlock(nn.Module):
    """`window` of 0: one window over the whole image. Windows that do not divide the image are padded with zeros."""

    def __init__(self, width, out, heads, window, pool):
        super().__init__()
        self.window, self.pool = window, pool
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(out)
        self.widen = nn.Linear(width, out) if width != out else nn.Identity()
        self.attention = HieraAttention(width, out, heads, pool)
        self.mlp = nn.Sequential(nn.Linear(out, 2 * out), nn.GELU(), nn.Linear(2 * out, out))

    def forward(self, x):
        normed = self.norm1(x)
        if self.pool:
            x = nn.functional.max_pool2d(self.widen(normed).permute(0, 3, 1, 2), 2, 2).permute(0, 2, 3, 1)
        _, height, width, channels = normed.shape
        side = self.window or height
        more = -height % side
        y = nn.functional.pad(normed, (0, 0, 0, more, 0, more)) if more else normed
        count = (height + more) // side
        y = y.reshape(count, side, count, side, channels).permute(0, 2, 1, 3, 4).reshape(count * count, side, side, channels)
        y = self.attention(y)
        side = y.shape[1]
        y = y.reshape(count, count, side, side, -1).permute(0, 2, 1, 3, 4).reshape(1, count * side, count * side, -1)
        x = x + y[:, :x.shape[1], :x.shape[2]]
        return x + self.mlp(self.norm2(x))


class Hiera(nn.Module):
    """A hierarchy of windows with pooled queries (Ryali et al. 2023) and a feature pyramid as SAM 2 has it: 16x16 and 8x8 tokens."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 12, 3, 2, 1)
        self.first = HieraBlock(12, 12, 1, 8, False)
        self.pooled = HieraBlock(12, 24, 2, 8, True)
        self.padded = HieraBlock(24, 24, 2, 3, False)
        self.whole = HieraBlock(24, 24, 2, 0, False)
        self.fine, self.coarse, self.head = nn.Conv2d(12, 16, 1), nn.Conv2d(24, 16, 1), nn.Linear(16, 10)

    def forward(self, x):
        first = self.first(self.patch(x).permute(0, 2, 3, 1))
        last = self.whole(self.padded(self.pooled(first)))
        coarse = nn.functional.interpolate(self.coarse(last.permute(0, 3, 1, 2)), scale_factor=2.0, mode="nearest")
        return self.head((self.fine(first.permute(0, 3, 1, 2)) + coarse).relu().mean((2, 3)))


def randomize(network, generator):
    """Values that leave nothing out: no zero bias, no unit gain, statistics that differ per channel, logits well above rounding."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.dim() > 1 and "token" not in name and "pos" not in name:
                parameter.normal_(0, 1.5 / math.sqrt(parameter[0].numel()), generator=generator)
            elif "weight" in name:
                parameter.uniform_(0.5, 1.5, generator=generator)
            else:
                parameter.normal_(0, 0.2, generator=generator)
        for name, buffer in network.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_(0, 0.3, generator=generator)
            elif name.endswith("running_var"):
                buffer.uniform_(0.7, 2, generator=generator)


def shorten_names(graph):
    """Numbers as names of the values between nodes, as PyTorch wrote them before 1.13: its paths would be half of a file."""
    kept = {value.name for value in [*graph.input, *graph.output, *graph.initializer]}
    names = {}
    for node in graph.node:
        for field in (node.input, node.output):
            field[:] = [name if not name or name in kept else names.setdefault(name, str(len(names))) for name in field]


# Whether the batch is left open, and with it the shape arithmetic that exporters write.
NETWORKS = {"small_resnet18": (resnet18, False), "small_mobilenet_v2": (mobilenet_v2, False), "small_deit": (deit, False),
            "small_deit_open_batch": (deit, True), "small_swin": (swin, False),
            "small_hiera": (Hiera, False)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name, (make, is_open) in NETWORKS.items():
        torch.manual_seed(arguments.seed)
        network = make().eval()
        randomize(network, torch.Generator().manual_seed(arguments.seed))
        path = f"{arguments.output}/{name}.onnx"
        torch.onnx.export(network, torch.zeros(1, 3, 32, 32), path, opset_version=13, input_names=["image"], output_names=["logits"],
                          dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}} if is_open else None)
        model = onnx.load(path)
        shorten_names(model.graph)
        provenance = (f"Symmetree, workloads/train/small_networks.py, seed {arguments.seed}, random weights; PyTorch {torch.__version__}, "
                      f"torchvision {torchvision.__version__} of Debian 12")
        model.doc_string = provenance
        onnx.helper.set_model_props(model, {"provenance": provenance, "normalization.divisor": "255",
                                            "normalization.mean": "0.485,0.456,0.406", "normalization.std": "0.229,0.224,0.225"})
        onnx.checker.check_model(model)
        onnx.save(model, path)


if __name__ == "__main__":
    main()
