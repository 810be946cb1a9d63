"""ONNX Runtime's format, written here by the FlatBuffers library, becomes ONNX again."""
import unittest

import scripts_path  # noqa: F401
import flatbuffers
import numpy
import onnx
from onnx import numpy_helper
from weights import ort

FLOAT, INT, STRING, TENSOR, GRAPH, FLOATS, INTS, STRINGS = 1, 2, 3, 4, 5, 6, 7, 8  # attribute types


class Writer:
    """Tables from {field: value}; text, lists, arrays and tables that were written before are told apart by their type."""

    class Table(int):
        """Where a finished table lies."""

    def __init__(self):
        self.builder = flatbuffers.Builder(1024)

    def table(self, fields):
        b = self.builder
        placed = {field: self.reference(value) for field, value in fields.items()}
        b.StartObject(max(fields, default=-1) + 1)
        for field, value in placed.items():
            if isinstance(value, tuple):
                kind, number = value
                getattr(b, f"Prepend{kind}Slot")(field, number, 0)
            else:
                b.PrependUOffsetTRelativeSlot(field, value, 0)
        return self.Table(b.EndObject())

    def reference(self, value):
        b = self.builder
        if isinstance(value, (tuple, self.Table)):
            return value
        if isinstance(value, str):
            return b.CreateString(value)
        if isinstance(value, numpy.ndarray):
            return b.CreateNumpyVector(value)
        places = [self.reference(element) for element in value]
        b.StartVector(4, len(places), 4)
        for place in reversed(places):
            b.PrependUOffsetTRelative(place)
        return b.EndVector()

    def tensor(self, name, array):
        kind = {"float32": 1, "int64": 7}[str(array.dtype)]
        return self.table({0: name, 2: numpy.array(array.shape, numpy.int64), 3: ("Int32", kind), 4: numpy.frombuffer(array.tobytes(), numpy.uint8)})

    def value(self, name, shape):
        extents = [self.table({0: self.table({0: ("Int8", 2), 2: n} if isinstance(n, str) else {0: ("Int8", 1), 1: ("Int64", n)})}) for n in shape]
        tensor = self.table({0: ("Int32", 1), 1: self.table({0: extents})})
        return self.table({0: name, 2: self.table({1: ("Uint8", 1), 2: tensor})})

    def node(self, index, operator, inputs, outputs, attributes=(), domain=""):
        return self.table({0: f"n{index}", 2: domain, 4: ("Uint32", index), 5: operator, 8: inputs, 9: outputs, 10: list(attributes)})

    def attribute(self, name, kind, field, value):
        return self.table({0: name, 2: ("Int32", kind), field: value})

    def file(self, initializers, values, nodes, inputs, outputs, opsets=(("", 17), ("com.microsoft", 1))):
        graph = self.table({0: initializers, 1: values, 2: nodes, 5: inputs, 6: outputs})
        model = self.table({0: ("Int64", 8), 1: [self.table({0: domain, 1: ("Int64", version)}) for domain, version in opsets], 7: graph})
        self.builder.Finish(self.table({0: "6", 1: model}), file_identifier=b"ORTM")
        return bytes(self.builder.Output())


KERNEL = numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 2, 2)


def small_file():
    """image -> Conv -> c -> Relu -> r, and c -> Pad -> p. The file has the last node first."""
    w = Writer()
    conv = [w.attribute("strides", INTS, 9, numpy.array([2, 2], numpy.int64)), w.attribute("auto_pad", STRING, 5, "NOTSET"), w.attribute("group", INT, 4, ("Int64", 1))]
    return w.file([w.tensor("kernel", KERNEL), w.tensor("pads", numpy.array([0, 0, 0, 0, 0, 0, 0, 1]))],
                  [w.value("image", [1, 3, 8, 8]), w.value("c", [1, 2, 4, 4]), w.value("r", ["batch", 2, 4, 4]), w.value("p", [1, 2, 4, 5])],
                  [w.node(7, "Relu", ["c"], ["r"]), w.node(1, "Pad", ["c", "pads", ""], ["p"]), w.node(3, "Conv", ["image", "kernel"], ["c"], conv)],
                  ["image"], ["r", "p"])


class Ort(unittest.TestCase):
    def test_becomes_a_valid_model(self):
        model = ort.converted(small_file())
        onnx.checker.check_model(model)
        self.assertEqual([(node.name, node.op_type) for node in model.graph.node], [("n3", "Conv"), ("n7", "Relu"), ("n1", "Pad")])
        self.assertEqual([list(node.input) for node in model.graph.node], [["image", "kernel"], ["c"], ["c", "pads", ""]])
        self.assertEqual([value.name for value in model.graph.output], ["r", "p"])
        self.assertEqual([value.name for value in model.graph.value_info], ["c"])
        self.assertEqual([(o.domain, o.version) for o in model.opset_import], [("", 17)])
        self.assertEqual(model.ir_version, 8)
        first = model.graph.output[0].type.tensor_type.shape.dim
        self.assertEqual([d.dim_param or d.dim_value for d in first], ["batch", 2, 4, 4])
        kernel, pads = (numpy_helper.to_array(tensor) for tensor in model.graph.initializer)
        numpy.testing.assert_array_equal(kernel, KERNEL)
        self.assertEqual(pads.tolist(), [0, 0, 0, 0, 0, 0, 0, 1])

    def test_gives_one_output_and_keeps_all_nodes(self):
        model = ort.converted(small_file(), output="p")
        self.assertEqual([value.name for value in model.graph.output], ["p"])
        self.assertEqual([value.name for value in model.graph.value_info], ["c", "r"])
        self.assertEqual(len(model.graph.node), 3)
        with self.assertRaisesRegex(ValueError, "no output q; there are r, p"):
            ort.converted(small_file(), output="q")

    def test_brings_attributes_of_every_type(self):
        w = Writer()
        given = [w.attribute("f", FLOAT, 3, ("Float32", 0.5)), w.attribute("no_f", FLOAT, 3, ("Float32", 0)), w.attribute("i", INT, 4, ("Int64", -3)), w.attribute("s", STRING, 5, "text"),
                 w.attribute("t", TENSOR, 6, w.tensor("", numpy.array([1.5, 2.5], numpy.float32))), w.attribute("fs", FLOATS, 8, numpy.array([1, 2], numpy.float32)),
                 w.attribute("is", INTS, 9, numpy.array([4, 5], numpy.int64)), w.attribute("none", INTS, 9, numpy.zeros(0, numpy.int64)), w.attribute("ss", STRINGS, 10, ["a", "b"])]
        content = w.file([], [w.value("x", [1]), w.value("y", [1])], [w.node(0, "Odd", ["x"], ["y"], given, "com.microsoft")], ["x"], ["y"])
        model = ort.converted(content)
        self.assertEqual([(o.domain, o.version) for o in model.opset_import], [("", 17), ("com.microsoft", 1)])
        found = {a.name: (a.type, onnx.helper.get_attribute_value(a)) for a in model.graph.node[0].attribute}
        self.assertEqual(found.pop("t")[1].raw_data, numpy.array([1.5, 2.5], numpy.float32).tobytes())
        self.assertEqual(found, {"f": (FLOAT, 0.5), "no_f": (FLOAT, 0), "i": (INT, -3), "s": (STRING, b"text"), "fs": (FLOATS, [1, 2]), "is": (INTS, [4, 5]), "none": (INTS, []), "ss": (STRINGS, [b"a", b"b"])})

    def test_refuses_what_it_does_not_know(self):
        w = Writer()
        content = w.file([], [w.value("x", [1]), w.value("y", [1])], [w.node(0, "If", ["x"], ["y"], [w.attribute("then_branch", GRAPH, 4, ("Int64", 1))])], ["x"], ["y"])
        with self.assertRaisesRegex(ValueError, "node n0: If has an attribute then_branch of type GRAPH"):
            ort.converted(content)
        w = Writer()
        content = w.file([], [w.value("x", [1]), w.value("y", [1])], [w.node(0, "Relu", ["gone"], ["y"])], ["x"], ["y"])
        with self.assertRaisesRegex(ValueError, "node n0: its inputs are made by no node before it"):
            ort.converted(content)

    def test_refuses_damaged_files(self):
        for content in (b"", b"ORTM", b"\x08\x00\x00\x00ONNX" + bytes(20)):
            with self.assertRaisesRegex(ValueError, "not in ONNX Runtime's format"):
                ort.converted(content)
        whole = small_file()
        for length in range(8, len(whole), 97):
            try:
                ort.converted(whole[:length])
            except ValueError:
                pass  # whatever is cut off, nothing else is thrown


if __name__ == "__main__":
    unittest.main()
