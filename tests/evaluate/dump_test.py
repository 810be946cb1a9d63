"""What `evaluate --dump` writes, read by numpy: it is what was scored, and sums become codes as docs/numerics.md says."""
import json
import os
import unittest

import numpy

from sweep_program import SweepTest

NETWORKS = os.path.join(os.environ["SYMMETREE_TEST_ROOT"], "tests/data/networks")
RESNET, SWIN = os.path.join(NETWORKS, "small_resnet18.onnx"), os.path.join(NETWORKS, "small_swin.onnx")
PLATFORM = "name: {name}\nscheme: symq\narray: {{trees: 16, lanes: 16}}\nvector_unit: {{lanes: 16}}\n"
ALL = "logits,predictions,codes,accumulators"


def requantized(sums, multipliers, shifts, zero_point, limits):
    """out(round(sum m / 2^s)), half to even, in whole numbers."""
    products = sums.astype(numpy.int64) * multipliers
    whole = products >> shifts
    rest, half = products - (whole << shifts), (numpy.int64(1) << shifts) >> 1
    whole += (shifts > 0) & ((rest > half) | ((rest == half) & (whole % 2 == 1)))
    return numpy.clip(whole + zero_point, *limits)


def over_channels(values, sums, convolution):
    """[images, channels] as it stands beside sums: a convolution's channels stand before its pixels, others' last."""
    values = values.astype(numpy.int64)[..., :sums.shape[1 if convolution else -1]]
    return values.reshape(values.shape[:1] + ((-1, 1, 1) if convolution else (1,) * (sums.ndim - 2) + (-1,)))


class Dump(SweepTest):
    def setUp(self):
        super().setUp()
        self.write("mine.yaml", PLATFORM.format(name="mine"))

    def evaluate(self, *words, network=RESNET, images="random:6", platform="mine.yaml"):
        result = self.run_program("evaluate", "--workload", network, "--images", images, "--platform", platform, "--format", "json", *words)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["evaluation"]

    def dump(self, *words, file="a.npz", kinds=ALL, **options):
        self.evaluate("--dump", kinds, "--dump-to", file, *words, **options)
        return dict(numpy.load(self.folder / file))

    def bytes_of(self, file):
        return (self.folder / file).read_bytes()

    def labelled(self):
        """48 images of noise with labels."""
        noise = numpy.random.default_rng(3)
        numpy.savez(self.folder / "set.npz", x=noise.integers(0, 256, (48, 3, 32, 32), numpy.uint8), y=noise.integers(0, 10, 48))
        return ["--calibration", "random:8", "--normalization", "mean=0.5,0.5,0.5 std=0.3,0.3,0.3"]

    def test_logits_give_the_accuracy_that_is_printed(self):
        words = [*self.labelled(), "--scheme", "symq:w4a4", "--scheme", "symq:w3a4", "--vector-arithmetic", "integer", "--vector-arithmetic", "float32"]
        table = self.evaluate("--dump", "logits,predictions", "--dump-to", "a.npz", *words, images="set.npz")
        found = dict(numpy.load(self.folder / "a.npz"))
        names = ["float32"] + [f"mine/symq:{w}{arithmetic}" for w in ("w4a4", "w3a4") for arithmetic in ("", "/float32")]
        self.assertEqual(len(table["rows"]), len(names))
        floats = found["float32/logits"].argmax(axis=1)
        for row, name in zip(table["rows"], names):
            logits, predictions = found[name + "/logits"], found[name + "/predictions"]
            self.assertEqual((logits.dtype, logits.shape), (numpy.float32, (48, 10)))
            numpy.testing.assert_array_equal(predictions, logits.argmax(axis=1), name)
            self.assertEqual((predictions == found["labels"]).sum(), row["top1"], name)
            self.assertEqual((predictions == floats).sum(), row["agreeing"], name)
            if name != "float32":
                values = found[name + "/logit_step"] * (found[name + "/logit_codes"].astype(int) - found[name + "/logit_zero_point"])
                numpy.testing.assert_array_equal(logits, values.astype(numpy.float32), name)

    def assert_sums_become_codes(self, found, row, convolutions):
        layers = [name.split("/accumulators/")[1] for name in found if name.startswith(row + "/accumulators/")]
        self.assertGreater(len(layers), 15)
        of = lambda kind, layer: found[f"{row}/{kind}/{layer}"]
        for layer in layers:
            sums = of("accumulators", layer)
            self.assertEqual((sums.dtype, sums.shape[0]), (numpy.int32, 3))
            m, s = (over_channels(of(kind, layer), sums, layer.endswith(convolutions)) for kind in ("multipliers", "shifts"))
            codes = requantized(sums, m, s, of("zero_points", layer), of("limits", layer))
            numpy.testing.assert_array_equal(codes, of("codes", layer), layer)

    def test_sums_become_codes_as_the_numbers_page_says(self):
        found = self.dump("--scheme", "symq:w4a4", "--scheme", "symq:w3a4:asq", "--calibration", "random:12", "--adapters", "fit", "--dump-images", "3")
        for row in ("mine/symq:w4a4", "mine/symq:w3a4:asq"):
            self.assert_sums_become_codes(found, row, "Conv")
            numpy.testing.assert_array_equal(found[row + "/codes//fc/Gemm"], found[row + "/logit_codes"][:3])
        betas = numpy.stack([found[name] for name in found if "/betas/" in name])
        self.assertGreater(len(numpy.unique(betas)), 3, "every image has the same beta")
        self.assert_sums_become_codes(self.dump("--dump-images", "3", network=SWIN, platform="dasq"), "dasq/dasq:w4a4:sw4:p98", "Conv")

    def test_codes_follow_from_the_codes_before_them(self):
        found = self.dump("--dump-images", "3", "--scheme", "symq:w4a4", kinds="codes")
        value = lambda node: (found["mine/symq:w4a4/steps/" + node], found["mine/symq:w4a4/codes/" + node] - found["mine/symq:w4a4/zero_points/" + node])
        step, x = value("/relu/Relu")
        self.assertEqual(x.shape, (3, 4, 16, 16))
        padded = numpy.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-99)
        pooled = numpy.stack([padded[:, :, i:i + 15:2, j:j + 15:2] for i in range(3) for j in range(3)]).max(axis=0)
        self.assertEqual(value("/maxpool/MaxPool")[0], step)
        numpy.testing.assert_array_equal(value("/maxpool/MaxPool")[1], pooled)
        self.assertFalse([name for name in found if "accumulators" in name or "logits" in name])

    def test_a_quantized_workload_has_the_arrays_of_what_it_was_made_from(self):
        words = ["--scheme", "symq:w3a4", "--calibration", "random:6"]
        made = self.run_program("quantize", "--workload", RESNET, *words, "--output", "q.yaml")
        self.assertEqual(made.returncode, 0, made.stderr)
        direct, kept = self.dump(*words), self.dump("--scheme", "symq:w3a4", network="q.yaml")
        self.assertEqual(direct.keys(), kept.keys())
        for name in direct:
            numpy.testing.assert_array_equal(direct[name], kept[name], name)

    def test_bytes_do_not_depend_on_jobs_or_an_interruption(self):
        words = {"images": "random:260", "kinds": ALL}  # two pieces
        self.dump("--jobs", "1", **words)
        self.dump("--jobs", "2", file="b.npz", **words)
        self.assertEqual(self.bytes_of("a.npz"), self.bytes_of("b.npz"))
        self.evaluate("--resume", "r.db", images="random:260")
        self.dump("--resume", "r.db", file="c.npz", **words)
        before = self.kept()
        self.dump("--resume", "r.db", file="d.npz", **words)
        self.assertEqual(self.kept(), before, "was found anew")
        self.assertEqual(self.bytes_of("a.npz"), self.bytes_of("c.npz"))
        self.assertEqual(self.bytes_of("a.npz"), self.bytes_of("d.npz"))

    def kept(self):
        return dict(self.rows("r.db", "SELECT key, rowid FROM outcome"))

    def test_nothing_is_left_of_a_dump_that_fails(self):
        self.write("a.npz", "what was there")
        # Four channels of three bits fill no whole bytes: known when the network is laid out.
        result = self.run_program("evaluate", "--workload", RESNET, "--images", "random:2", "--platform", "dasq", "--scheme", "dasq:w3a3",
                                  "--dump", ALL, "--dump-to", "a.npz")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(self.bytes_of("a.npz"), b"what was there")
        self.assertEqual([name for name in self.files() if name.endswith(".tmp")], [])


if __name__ == "__main__":
    unittest.main()
