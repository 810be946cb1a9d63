"""Writes what was trained as `symmetree evaluate` reads it (docs/quantize.md)."""
import json
import struct

import numpy
import onnx
import torch


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


def readers_of(model):
    """By tensor, the kinds of operators that read it."""
    readers = {}
    for node in model.graph.node:
        for name in node.input:
            readers.setdefault(name, set()).add(node.op_type)
    return readers


def format_line(node, quantizer):
    step = float(quantizer.step.detach())
    zero = quantizer.zero_point
    return f"  - {{node: {quoted(node)}, step: {step!r}, bits: {quantizer.bits}, zero_point: {zero}, least: {quantizer.least + zero}, greatest: {quantizer.greatest + zero}}}\n"


@torch.no_grad()
def codes_of(network):
    for name in network.inner:
        quantizer = network.weights[network.key(name)]
        node = next(n for n in network.network.products() if n.name == name)
        rows = network.as_rows(name, network.network.initializer(node.input[1]))[0]
        yield f"{name}.codes", "I8", quantizer.codes(rows).reshape(-1).numpy()
        norm = network.network.norm_behind(node)
        factors = 1 if norm is None else network.network.factors_of(norm).double()
        yield f"{name}.steps", "F64", (quantizer.step.reshape(-1).double() * factors).numpy()


def write_workload(path, network, pixels, note):
    """`path` (.yaml), and beside it the float network with the trained weights and the codes."""
    model = network.network.written()
    onnx.checker.check_model(model)
    network_file, codes_file = path.with_suffix(".network.onnx"), path.with_suffix(".safetensors")
    network_file.write_bytes(model.SerializeToString(deterministic=True))
    write_safetensors(codes_file, list(codes_of(network)))
    made_by, readers = {output: n.name for n in model.graph.node for output in n.output}, readers_of(model)
    lines = {"tensors": "", "narrowed": ""}
    for tensor in dict.fromkeys(network.input_of[name] for name in network.inner):
        kind = "narrowed" if "Add" in readers[tensor] else "tensors"
        lines[kind] += format_line(made_by[tensor], network.activations[network.key(tensor)])
    scheme = f"{network.family}:w{network.weight_bits}a{network.activation_bits}"
    path.write_text(f"# Written by workloads/train/train_quantized.py; fields: docs/quantize.md.\nname: {quoted(path.stem)}\nnote: {quoted(note)}\n"
                    f"network: {quoted(network_file.name)}\ncodes: {quoted(codes_file.name)}\nnormalization: {quoted(str(pixels))}\nlayers:\n"
                    + "".join(f"  - {{name: {quoted(name)}, scheme: {quoted(scheme)}}}\n" for name in network.inner)
                    + "".join(f"{kind}:\n{text}" for kind, text in lines.items() if text))
