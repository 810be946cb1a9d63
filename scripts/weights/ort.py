"""ONNX Runtime's own format (FlatBuffers, identifier ORTM), converted back to ONNX.

Field numbers below are the order of the fields in ONNX Runtime's schema, onnxruntime/core/flatbuffers/schema/ort.fbs; types and values are those of ONNX.
Nodes of a file stand in no order of execution; they are sorted here.
"""
import struct

import flatbuffers.number_types as kinds
import numpy
import onnx
from flatbuffers.table import Table
from onnx import helper

SESSION_MODEL = 1
MODEL_IR_VERSION, MODEL_OPSETS, MODEL_GRAPH = 0, 1, 7
OPSET_DOMAIN, OPSET_VERSION = 0, 1
GRAPH_INITIALIZERS, GRAPH_VALUES, GRAPH_NODES = 0, 1, 2
GRAPH_INPUTS, GRAPH_OUTPUTS, GRAPH_SPARSE_INITIALIZERS = 5, 6, 7
NODE_NAME, NODE_DOMAIN, NODE_INDEX, NODE_OPERATOR = 0, 2, 4, 5
NODE_INPUTS, NODE_OUTPUTS, NODE_ATTRIBUTES, NODE_OUTER_INPUTS = 8, 9, 10, 12
VALUE_NAME, VALUE_TYPE = 0, 2
TYPE_KIND, TYPE_VALUE = 1, 2
TENSOR_TYPE = 1  # of TYPE_KIND
TENSOR_TYPE_ELEMENT, TENSOR_TYPE_SHAPE = 0, 1
SHAPE_DIMENSIONS, DIMENSION_VALUE = 0, 0
EXTENT_KIND, EXTENT_NUMBER, EXTENT_NAME = 0, 1, 2
IS_NUMBER, IS_NAMED = 1, 2  # of EXTENT_KIND
TENSOR_NAME, TENSOR_DIMENSIONS, TENSOR_ELEMENT, TENSOR_BYTES = 0, 2, 3, 4
ATTRIBUTE_NAME, ATTRIBUTE_TYPE = 0, 2
ATTRIBUTE_FLOAT, ATTRIBUTE_INT, ATTRIBUTE_STRING, ATTRIBUTE_TENSOR = 3, 4, 5, 6
ATTRIBUTE_FLOATS, ATTRIBUTE_INTS, ATTRIBUTE_STRINGS = 8, 9, 10


class Record:
    """A table of the file. Fields that are absent have FlatBuffers' defaults: 0, empty, None."""

    def __init__(self, content, at):
        self.table = Table(content, at)

    def _at(self, field):
        offset = self.table.Offset(4 + 2 * field)
        return self.table.Pos + offset if offset else None

    def number(self, field, kind):
        at = self._at(field)
        return 0 if at is None else self.table.Get(kind, at)

    def text(self, field):
        at = self._at(field)
        return "" if at is None else self.table.String(at).decode()

    def record(self, field):
        at = self._at(field)
        return None if at is None else Record(self.table.Bytes, self.table.Indirect(at))

    def _elements(self, field, size):
        offset = self.table.Offset(4 + 2 * field)
        if not offset:
            return []
        start = self.table.Vector(offset)
        return range(start, start + size * self.table.VectorLen(offset), size)

    def records(self, field):
        return [Record(self.table.Bytes, self.table.Indirect(at)) for at in self._elements(field, 4)]

    def texts(self, field):
        return [self.table.String(at).decode() for at in self._elements(field, 4)]

    def array(self, field, dtype):
        elements = self._elements(field, numpy.dtype(dtype).itemsize)
        return numpy.frombuffer(self.table.Bytes, dtype, len(elements), elements.start) if len(elements) else numpy.zeros(0, dtype)


def tensor_of(record):
    tensor = onnx.TensorProto(name=record.text(TENSOR_NAME), data_type=record.number(TENSOR_ELEMENT, kinds.Int32Flags),
                              raw_data=record.array(TENSOR_BYTES, numpy.uint8).tobytes())
    tensor.dims.extend(record.array(TENSOR_DIMENSIONS, "<i8").tolist())
    return tensor


ATTRIBUTES = {
    onnx.AttributeProto.FLOAT: lambda a: float(a.number(ATTRIBUTE_FLOAT, kinds.Float32Flags)),
    onnx.AttributeProto.INT: lambda a: a.number(ATTRIBUTE_INT, kinds.Int64Flags),
    onnx.AttributeProto.STRING: lambda a: a.text(ATTRIBUTE_STRING),
    onnx.AttributeProto.TENSOR: lambda a: tensor_of(a.record(ATTRIBUTE_TENSOR)),
    onnx.AttributeProto.FLOATS: lambda a: a.array(ATTRIBUTE_FLOATS, "<f4").tolist(),
    onnx.AttributeProto.INTS: lambda a: a.array(ATTRIBUTE_INTS, "<i8").tolist(),
    onnx.AttributeProto.STRINGS: lambda a: a.texts(ATTRIBUTE_STRINGS),
}


def node_of(record):
    name, operator = record.text(NODE_NAME), record.text(NODE_OPERATOR)
    if record.texts(NODE_OUTER_INPUTS):
        raise ValueError(f"node {name}: {operator} reads values of an outer graph")
    domain = record.text(NODE_DOMAIN) or None
    node = helper.make_node(operator, record.texts(NODE_INPUTS), record.texts(NODE_OUTPUTS), name, domain=domain)
    for given in record.records(NODE_ATTRIBUTES):
        key, kind = given.text(ATTRIBUTE_NAME), given.number(ATTRIBUTE_TYPE, kinds.Int32Flags)
        if kind not in ATTRIBUTES:
            raise ValueError(f"node {name}: {operator} has an attribute {key} of type {onnx.AttributeProto.AttributeType.Name(kind)}")
        value = ATTRIBUTES[kind](given)
        attribute = helper.make_attribute(key, value) if value != [] else onnx.AttributeProto(name=key)
        attribute.type = kind  # an empty list tells no type
        node.attribute.append(attribute)
    return node


def value_of(record):
    """What the file says of a tensor, or None where it is no tensor or has no shape."""
    declared = record.record(VALUE_TYPE)
    if declared is None or declared.number(TYPE_KIND, kinds.Uint8Flags) != TENSOR_TYPE:
        return None
    tensor = declared.record(TYPE_VALUE)
    shape = tensor.record(TENSOR_TYPE_SHAPE)
    if shape is None:
        return None
    extents = []
    for dimension in shape.records(SHAPE_DIMENSIONS):
        extent = dimension.record(DIMENSION_VALUE)
        kind = extent.number(EXTENT_KIND, kinds.Int8Flags)
        known = {IS_NUMBER: extent.number(EXTENT_NUMBER, kinds.Int64Flags), IS_NAMED: extent.text(EXTENT_NAME)}
        extents.append(known.get(kind))
    return helper.make_tensor_value_info(record.text(VALUE_NAME), tensor.number(TENSOR_TYPE_ELEMENT, kinds.Int32Flags), extents)


def in_order(nodes, known):
    """Every node behind those that make its inputs. `known`: values that no node makes."""
    known, waiting, sorted_nodes = set(known) | {""}, list(nodes), []
    while waiting:
        left = []
        for node in waiting:
            if all(name in known for name in node.input):
                known.update(node.output)
                sorted_nodes.append(node)
            else:
                left.append(node)
        if len(left) == len(waiting):
            raise ValueError(f"node {left[0].name}: its inputs are made by no node before it")
        waiting = left
    return sorted_nodes


def converted(content, output=None):
    """The ONNX model of the bytes of an .ort file. No node is left out.
    `output`: the one of its outputs that the model gives; all of them if absent."""
    if len(content) < 8 or content[4:8] != b"ORTM":
        raise ValueError("not in ONNX Runtime's format (no ORTM)")
    try:
        model = Record(content, struct.unpack_from("<I", content)[0]).record(SESSION_MODEL)
        graph = model.record(MODEL_GRAPH)
        nodes = [node_of(n) for n in sorted(graph.records(GRAPH_NODES), key=lambda n: n.number(NODE_INDEX, kinds.Uint32Flags))]
        initializers = [tensor_of(t) for t in graph.records(GRAPH_INITIALIZERS)]
        values = {v.text(VALUE_NAME): value_of(v) for v in graph.records(GRAPH_VALUES)}
        inputs, outputs = graph.texts(GRAPH_INPUTS), graph.texts(GRAPH_OUTPUTS)
        if graph.records(GRAPH_SPARSE_INITIALIZERS):
            raise ValueError("sparse initializers are not known")
        opsets = [helper.make_opsetid(o.text(OPSET_DOMAIN), o.number(OPSET_VERSION, kinds.Int64Flags))
                  for o in model.records(MODEL_OPSETS)]
        ir_version = model.number(MODEL_IR_VERSION, kinds.Int64Flags)
    except (struct.error, IndexError, AttributeError, TypeError, UnicodeDecodeError) as e:
        raise ValueError(f"damaged: {e}") from None
    if output is not None and output not in outputs:
        raise ValueError(f"no output {output}; there are {', '.join(outputs)}")
    nodes = in_order(nodes, inputs + [t.name for t in initializers])
    used = {node.domain for node in nodes} | {""}
    given = [name for name in outputs if output in (None, name)]
    inner = [values[name] for node in nodes for name in node.output if name not in given and values.get(name)]
    made = helper.make_graph(nodes, "graph", [values[name] for name in inputs], [values[name] for name in given], initializers,
                             value_info=inner)
    result = helper.make_model(made, opset_imports=[o for o in opsets if o.domain in used], producer_name="symmetree fetch_weights")
    result.ir_version = ir_version
    return result
