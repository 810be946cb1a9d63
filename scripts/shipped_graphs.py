#!/usr/bin/env python3
"""Writes the part `graph:` of the shipped networks (workloads/nets/*.yaml): how their layers are connected, and what stands between them.

    python3 scripts/shipped_graphs.py [--check]

Everything from the line that begins the part to the end of the file is replaced; the layers above it are written by hand. --check writes nothing
and fails where a file holds anything else. Sources: the papers that the files name and their authors' code.
"""

import argparse
import pathlib
import sys

NETS = pathlib.Path(__file__).resolve().parent.parent / "workloads/nets"
BEGIN = "# Written by scripts/shipped_graphs.py from here on.\ngraph:\n"


class Graph:
    """Entries of a graph. An entry reads the one before it unless told otherwise; names are given where others refer to them."""

    def __init__(self, size):
        self.lines = []
        self.last = self.entry("input", name="image", shape=[1, 3, size, size])

    def entry(self, op, **fields):
        """Adds an entry and returns its name, by the rules of the format."""
        name = fields.get("name") or fields.get("layer")
        if name is None:
            source = fields.get("from", self.last)
            name = f"{source[0] if isinstance(source, list) else source}.{op}"
        self.lines.append("  - {" + ", ".join(f"{key}: {text(value)}" for key, value in {"op": op, **fields}.items()) + "}\n")
        self.last = name
        return name

    def product(self, layer, *sources):
        return self.entry("product", layer=layer, **({"from": list(sources) if len(sources) > 1 else sources[0]} if sources else {}))

    def add(self, name, a, b):
        return self.entry("add", name=name, **{"from": [a, b]})


def text(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {text(part)}" for key, part in value.items()) + "}"
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


# ---- residual networks

def pooled_head(g, size, channels, layer):
    """Global average pooling and the classifier."""
    g.entry("mean_pool", kernel=size)
    g.entry("reshape", shape=[1, channels])
    g.product(layer)


def residual_block(g, block, convolutions, shortcut):
    """Convolutions with ReLU between them; `shortcut` makes what is added to the last one from the block's input."""
    x = g.last
    for i in range(convolutions):
        last = g.product(f"{block}.conv{i + 1}")
        if i + 1 < convolutions:
            g.entry("relu")
    g.add(f"{block}.add", last, shortcut(x))
    g.entry("relu", name=block)


def resnet(blocks, convolutions):
    """He et al., table 1: four stages; a projection where shape changes, with bottlenecks in the first stage, too."""
    g = Graph(224)
    g.product("conv1")
    g.entry("relu")
    g.entry("max_pool", name="pool", kernel=3, stride=2, padding=1)
    for stage, count in enumerate(blocks, 1):
        for i in range(count):
            block = f"layer{stage}.{i}"
            projected = i == 0 and (stage > 1 or convolutions == 3)
            residual_block(g, block, convolutions, lambda x: g.product(f"{block}.downsample", x) if projected else x)
    pooled_head(g, 7, 512 if convolutions == 2 else 2048, "fc")
    return g


def resnet20():
    """He et al., section 4.2: three stages of three blocks; option A, every second pixel and zeros for the new channels."""
    g = Graph(32)
    g.product("conv1")
    g.entry("relu")
    for stage in (1, 2, 3):
        for i in range(3):
            block, channels, size = f"stage{stage}.{i}", 8 << stage, 64 >> stage

            def shortcut(x):
                if stage == 1 or i > 0:
                    return x
                g.entry("slice", **{"from": x}, name=f"{block}.every_second", starts=[0, 0, 0, 0], steps=[1, 1, 2, 2], shape=[1, channels // 2, size, size])
                return g.entry("pad", name=f"{block}.shortcut", before=[0, channels // 4, 0, 0], after=[0, channels // 4, 0, 0])

            residual_block(g, block, 2, shortcut)
    pooled_head(g, 8, 64, "fc")
    return g


def mobilenet_v2():
    """Sandler et al., table 2: t, c, n, s of the inverted residuals; added to their input where nothing changes its shape."""
    g = Graph(224)

    def relu6(layer):
        g.product(layer)
        g.entry("clip", least=0, greatest=6)

    relu6("features.0")
    number, channels = 1, 32
    for expansion, wanted, count, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for i in range(count):
            block, x = f"features.{number}", g.last
            if expansion > 1:
                relu6(f"{block}.expand")
            relu6(f"{block}.dw")
            last = g.product(f"{block}.project")
            if channels == wanted and (stride == 1 or i > 0):
                g.add(block, last, x)
            number, channels = number + 1, wanted
    relu6(f"features.{number}")
    pooled_head(g, 7, 1280, "classifier")
    return g


# ---- transformers

def attention(g, block, x, tokens, width, heads, groups, score_terms):
    """From normalised tokens `x` to the projection: `groups` is the list of extents before the tokens, `score_terms` is added to the scores."""
    size = width // heads
    axes = len(groups)  # [groups][tokens][3][heads][size] -> [3][groups][heads][tokens][size]
    g.product(f"{block}.qkv", x)
    g.entry("reshape", shape=[*groups, tokens, 3, heads, size])
    parts = g.entry("transpose", name=f"{block}.by_head", permutation=[axes + 1, *range(axes), axes + 2, axes, axes + 3])

    def part(name, at):
        shape = [1, *groups, heads, tokens, size]
        return g.entry("slice", name=f"{block}.{name}", **{"from": parts}, starts=[at] + [0] * (len(shape) - 1), shape=shape)

    value, key = part("v", 2), part("k", 1)
    order = list(range(axes + 4))
    key = g.entry("transpose", **{"from": key}, permutation=[*order[:-2], order[-1], order[-2]])
    part("q", 0)
    query = g.entry("scale", factor=f"{size ** -0.5:.9g}")
    scores = g.product(f"{block}.attn.qk", query, key)
    for term in score_terms:
        g.entry("add", **{"from": [scores, term]})
        scores = g.last
    weights = g.entry("softmax", **({"from": scores} if score_terms else {}))
    g.product(f"{block}.attn.av", weights, value)
    g.entry("transpose", permutation=[*order[:-3], order[-2], order[-3], order[-1]])


def mlp(g, block, x):
    g.entry("layer_norm", name=f"{block}.norm2", **{"from": x})
    g.product(f"{block}.fc1")
    g.entry("gelu")
    g.add(block, g.product(f"{block}.fc2"), x)


def deit(width):
    """Touvron et al., table 1: heads of 64, twelve blocks, 196 patches and a class token."""
    g = Graph(224)
    g.product("patch_embed")
    g.entry("reshape", shape=[1, width, 196])
    patches = g.entry("transpose", name="patches", permutation=[0, 2, 1])
    token = g.entry("constant", name="class_token", shape=[1, 1, width], values={"gaussian": 0.02})
    tokens = g.entry("concat", name="tokens", axis=1, **{"from": [token, patches]})
    position = g.entry("constant", name="position", shape=[1, 197, width], values={"gaussian": 0.02})
    x = g.add("positioned", tokens, position)
    for i in range(12):
        block = f"blocks.{i}"
        norm = g.entry("layer_norm", name=f"{block}.norm1", **{"from": x})
        attention(g, block, norm, 197, width, width // 64, [1], [])
        g.entry("reshape", shape=[1, 197, width])
        x = g.add(f"{block}.attended", g.product(f"{block}.proj"), x)
        mlp(g, block, x)
        x = g.last
    g.entry("layer_norm", name="norm")
    g.entry("slice", name="class", starts=[0, 0, 0], shape=[1, 1, width])
    g.entry("reshape", shape=[1, width])
    g.product("head")
    return g


def rolled(g, x, block, size, width, by):
    """`x` [1][size][size][width] with `by` rows and columns moved from the front to the back."""
    for axis, name in ((1, "rows"), (2, "columns")):
        front, back = [1, size, size, width], [1, size, size, width]
        front[axis], back[axis] = by, size - by
        start = [0, 0, 0, 0]
        start[axis] = by
        kept = g.entry("slice", name=f"{block}.{name}_kept", **{"from": x}, starts=start, shape=back)
        moved = g.entry("slice", name=f"{block}.{name}_moved", **{"from": x}, starts=[0, 0, 0, 0], shape=front)
        x = g.entry("concat", name=f"{block}.{name}", axis=axis, **{"from": [kept, moved]})
    return x


def swin_tiny():
    """Liu et al., section 3: windows of 7 x 7, every second block shifted by 3 where there is more than one window; heads of 32."""
    g = Graph(224)
    g.product("patch_embed")
    g.entry("transpose", permutation=[0, 2, 3, 1])
    x = g.entry("layer_norm", name="patches")
    window, shift = 7, 3
    for stage, count in enumerate((2, 2, 6, 2), 1):
        size, width, heads = 112 >> stage, 48 << stage, 3 << (stage - 1)
        windows = size // window
        shifts = windows > 1
        if shifts:
            mask = g.entry("constant", name=f"stage{stage}.mask", window_mask={"height": size, "width": size, "window": window, "shift": shift})
        for i in range(count):
            block, shifted = f"stage{stage}.{i}", shifts and i % 2 == 1
            norm = g.entry("layer_norm", name=f"{block}.norm1", **{"from": x})
            if shifted:
                norm = rolled(g, norm, f"{block}.shifted", size, width, shift)
            g.entry("reshape", shape=[windows, window, windows, window, width])
            split = g.entry("transpose", name=f"{block}.windows", permutation=[0, 2, 1, 3, 4])
            position = g.entry("constant", name=f"{block}.position", shape=[heads, window**2, window**2], values={"gaussian": 0.02})
            attention(g, block, split, window**2, width, heads, [windows**2], [position] + ([mask] if shifted else []))
            g.entry("reshape", shape=[windows, windows, window, window, width])
            g.product(f"{block}.proj")
            g.entry("transpose", permutation=[0, 2, 1, 3, 4])
            attended = g.entry("reshape", name=f"{block}.image", shape=[1, size, size, width])
            if shifted:
                attended = rolled(g, attended, f"{block}.back", size, width, size - shift)
            x = g.add(f"{block}.attended", attended, x)
            mlp(g, block, x)
            x = g.last
        if stage < 4:
            parts = []
            for n, (row, column) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
                parts.append(g.entry("slice", name=f"stage{stage}.merge.part{n}", **{"from": x}, starts=[0, row, column, 0], steps=[1, 2, 2, 1],
                                     shape=[1, size // 2, size // 2, width]))
            g.entry("concat", name=f"stage{stage}.merge.joined", axis=3, **{"from": parts})
            g.entry("layer_norm")
            x = g.product(f"stage{stage}.merge")
    g.entry("layer_norm", name="norm")
    g.entry("mean", first_axis=1, axes=2)
    g.product("head")
    return g


GRAPHS = {
    "resnet18": lambda: resnet((2, 2, 2, 2), 2), "resnet34": lambda: resnet((3, 4, 6, 3), 2), "resnet50": lambda: resnet((3, 4, 6, 3), 3), "resnet20": resnet20,
    "mobilenet_v2": mobilenet_v2, "deit_tiny": lambda: deit(192), "deit_small": lambda: deit(384), "deit_base": lambda: deit(768), "swin_tiny": swin_tiny,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a file differs")
    check = parser.parse_args().check
    stale = []
    for name, graph in GRAPHS.items():
        path = NETS / f"{name}.yaml"
        before = path.read_text()
        after = before.split(BEGIN)[0] + BEGIN + "".join(graph().lines)
        if before != after and check:
            stale.append(path.name)
        elif before != after:
            path.write_text(after)
    if stale:
        sys.exit(f"not what scripts/shipped_graphs.py writes: {', '.join(stale)}")


if __name__ == "__main__":
    main()
