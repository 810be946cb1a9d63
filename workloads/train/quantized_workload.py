"""Writes what was trained as `symmetree evaluate` reads it (docs/quantize.md)."""
import json
import pathlib
import re
import struct
import subprocess
import tempfile

import numpy
import onnx
import torch

from quantizers import AdaptiveActivations, BasisWeights, OutlierWeights

STORED_BITS = 8  # of the first and last layer, and of tensors that no other layer reads
TYPES = {"I8": numpy.int8, "U8": numpy.uint8, "I16": numpy.int16, "U32": numpy.uint32, "F32": numpy.float32, "F64": numpy.float64}


def quoted(text):
    return json.dumps(text)


def write_safetensors(path, tensors):
    """`tensors`: name, type as the format has it, numpy array."""
    header, data = {}, b""
    for name, kind, values in tensors:
        content = values.tobytes()
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    """Arrays by name."""
    data = path.read_bytes()
    begin = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:begin])
    header.pop("__metadata__", None)
    return {name: numpy.frombuffer(data[begin + t["data_offsets"][0]:begin + t["data_offsets"][1]], TYPES[t["dtype"]]).reshape(t["shape"])
            for name, t in header.items()}


def fitted_by(program, model, scheme, images, normalization):
    """Tensors and the document that `symmetree quantize` writes for a network without training."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "q.yaml"
        command = [program, "quantize", "--workload", str(model), "--scheme", scheme, "--calibration", images, "--normalization", normalization, "--rounding", "nearest",
                   "--smooth", "none", "--output", str(output)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{program}: {done.stderr.strip()}")
        return read_safetensors(output.with_suffix(".safetensors")), output.read_text()


TENSOR = re.compile(r"^  - \{node: (\".*?\"), step: (\S+), bits: (\d+), zero_point: (\S+), least: (\S+), greatest: (\S+)\}$")


def stored_formats(document, bits):
    """By name, step, zero point, least and greatest code of tensors that lie in memory in so many bits."""
    within, found = False, {}
    for line in document.splitlines():
        if not line.startswith(" "):
            within = line == "tensors:"
        matched = TENSOR.match(line)
        if within and matched and int(matched[3]) == bits:
            found[json.loads(matched[1])] = (float(matched[2]), *(int(v) for v in matched.groups()[3:]))
    return found


def line_of(node, quantizer, bits):
    step, zero = float(quantizer.step.detach()), quantizer.zero_point
    return f"  - {{node: {quoted(node)}, step: {step!r}, bits: {bits}, zero_point: {zero}, least: {quantizer.least + zero}, greatest: {quantizer.greatest + zero}}}\n"


@torch.no_grad()
def outliers_of(name, quantizer, rows):
    values = quantizer.outliers(rows)
    places = values.nonzero()
    yield f"{name}.outlier_shifts", "U8", quantizer.unit.log2().reshape(-1).to(torch.uint8).numpy()
    for part, numbers in (("rows", places[:, 0]), ("columns", places[:, 1])):
        yield f"{name}.outlier_{part}", "U32", numbers.numpy().astype(numpy.uint32)
    yield f"{name}.outlier_values", "I8", values[places[:, 0], places[:, 1]].to(torch.int8).numpy()


@torch.no_grad()
def codes_of(network):
    for name in network.products:
        quantizer = network.weights[network.key(name)]
        node = network.network.product(name)
        rows = network.as_rows(name, network.network.initializer(node.input[1]))[0]
        yield f"{name}.codes", "I8", quantizer.codes(rows).reshape(-1).numpy()
        if isinstance(quantizer, OutlierWeights):
            yield from outliers_of(name, quantizer, rows)
        if isinstance(quantizer, BasisWeights):
            yield f"{name}.levels", "I8", quantizer.lists().reshape(-1).to(torch.int8).numpy()
        norm = network.network.norm_behind(node)
        factors = 1 if norm is None else network.network.factors_of(norm).double()
        yield f"{name}.steps", "F64", (quantizer.step.reshape(-1).double() * factors).numpy()


@torch.no_grad()
def adapters_of(name, adapter):
    """The tensors that `evaluate --adapters` reads, of the tensor that node `name` makes."""
    for part in ("first", "second"):
        linear = getattr(adapter, part)
        yield f"{name}.{part}.weight", "F32", linear.weight.numpy()
        yield f"{name}.{part}.bias", "F32", linear.bias.numpy()


def write_workload(path, network, pixels, note):
    """`path` (.yaml), and beside it the float network with the trained weights and the codes."""
    model = network.network.written()
    onnx.checker.check_model(model)
    network_file, codes_file = path.with_suffix(".network.onnx"), path.with_suffix(".safetensors")
    network_file.write_bytes(model.SerializeToString(deterministic=True))
    lines, stored = {"tensors": "", "narrowed": "", "adapters": ""}, list(codes_of(network))
    for tensor in network.roles:
        quantizer, name = network.activations[network.key(tensor)], network.network.name_of(tensor)
        is_adaptive = isinstance(quantizer, AdaptiveActivations)
        kind = "adapters" if is_adaptive else "narrowed" if network.is_copied(tensor) else "tensors"
        lines[kind] += line_of(name, quantizer, network.activation_bits)
        if is_adaptive:
            stored += adapters_of(name, quantizer)
    for key, quantizer in network.stored.items():
        lines["tensors"] += line_of(network.stored_names[key], quantizer, STORED_BITS)
    write_safetensors(codes_file, stored)
    path.write_text(f"# Written by workloads/train/train_quantized.py; fields: docs/quantize.md.\nname: {quoted(path.stem)}\nnote: {quoted(note)}\n"
                    f"network: {quoted(network_file.name)}\ncodes: {quoted(codes_file.name)}\nnormalization: {quoted(str(pixels))}\nlayers:\n"
                    + "".join(f"  - {{name: {quoted(name)}, scheme: {quoted(network.scheme_of(name))}}}\n" for name in network.products)
                    + "".join(f"{kind}:\n{text}" for kind, text in lines.items() if text))
