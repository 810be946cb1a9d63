"""Quantizers with learned steps: their values against Symmetree's codes, their gradients against differences."""
import math
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from small_model import PROGRAM
import numpy
import quantizers
import torch
from quantized_workload import read_safetensors, write_safetensors

FORMATS = [("symq", 2), ("symq", 3), ("symq", 4), ("symq", 8), ("pot", 3), ("pot", 4), ("post", 3), ("post", 4), ("post", 5), ("apot", 4), ("apot", 5)]


class Quantizers(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="symmetree-train-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        torch.manual_seed(1)

    def codes_of_program(self, rows, family, bits):
        """Steps and codes that `symmetree quantize` gives the matrix."""
        write_safetensors(self.folder / "w.safetensors", [("w", "F32", rows.numpy().astype(numpy.float32))])
        (self.folder / "net.yaml").write_text(f"name: net\nlayers:\n  - {{name: only, linear: {{tokens: 1, in: {rows.shape[1]}, out: {rows.shape[0]}}}, input: relu, "
                                              "weights: {file: w.safetensors, tensor: w}}\n")
        done = subprocess.run([PROGRAM, "quantize", "--workload", "net.yaml", "--scheme", f"{family}:w{bits}a4", "--keep-ends", "--output", "q.yaml", "--no-cache"],
                              cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = read_safetensors(self.folder / "q.safetensors")
        return torch.from_numpy(found["only.steps"].copy()).float().reshape(-1, 1), torch.from_numpy(found["only.codes"].copy())

    def test_round_to_the_codes_of_the_program(self):
        rows = torch.randn(16, 300) * torch.rand(16, 1)
        for family, bits in FORMATS:
            with self.subTest(family=family, bits=bits):
                steps, codes = self.codes_of_program(rows, family, bits)
                quantizer = quantizers.weights_for(family, bits, rows)
                with torch.no_grad():
                    self.assertLess((quantizer.step / steps - 1).abs().max(), 1e-5)
                    quantizer.step.copy_(steps)
                    different = quantizer.codes(rows) != codes.reshape(rows.shape)
                # Steps are floats here, doubles there: a weight within a rounding error of a bound may fall on its other side.
                self.assertLessEqual(different.sum().item(), 1)

    def test_give_the_values_that_their_codes_stand_for(self):
        rows = torch.randn(6, 100)
        for family, bits in FORMATS:
            quantizer = quantizers.weights_for(family, bits, rows)
            with torch.no_grad():
                codes, values = quantizer.codes(rows).long(), quantizer(rows) / quantizer.step
            if family == "symq":
                expected = codes.float()
            else:
                codes = codes & ((1 << bits) - 1)
                magnitudes = torch.tensor(quantizers.shift_magnitudes(family, bits))
                expected = magnitudes[codes & ((1 << (bits - 1)) - 1)] * torch.where(codes >> (bits - 1) == 1, -1.0, 1.0)
            self.assertLess((values - expected).abs().max(), 1e-5, f"{family} {bits}")

    def differences(self, rows, step, quantized, weight, ends, delta=1e-7):
        """d/dstep and d/drows of sum(weight * quantized), with what rounding took away held fixed, as the straight-through estimator means it."""
        rest = quantized / step - (rows / step).clamp(*ends)

        def loss(r, s):
            return (weight * s * ((r / s).clamp(*ends) + rest)).sum(1, keepdim=True)

        of_step = (loss(rows, step + delta) - loss(rows, step - delta)) / (2 * delta)
        of_rows = torch.zeros_like(rows)
        for k in range(rows.shape[1]):
            moved = torch.zeros_like(rows)
            moved[:, k] = delta
            of_rows[:, k] = ((loss(rows + moved, step) - loss(rows - moved, step)) / (2 * delta)).squeeze(1)
        return of_step, of_rows

    def test_have_the_gradients_of_differences(self):
        for family, bits in FORMATS:
            with self.subTest(family=family, bits=bits):
                rows = torch.randn(3, 40, dtype=torch.float64, requires_grad=True)
                quantizer = quantizers.weights_for(family, bits, rows.detach()).double()
                with torch.no_grad():
                    quantizer.step.mul_(0.6)  # so that some values lie outside
                weight = torch.randn(3, 40, dtype=torch.float64)
                values = quantizer(rows)
                (weight * values).sum().backward()
                ends = (quantizer.least, quantizer.greatest) if family == "symq" else (-quantizer.every_level[-1].item(), quantizer.every_level[-1].item())
                step = quantizer.step.detach()
                of_step, of_rows = self.differences(rows.detach(), step, values.detach(), weight, ends)
                scale = 1 / math.sqrt(40 * quantizer.greatest) if family == "symq" else 1 / math.sqrt(40 * ends[1])
                self.assertLess((quantizer.step.grad - scale * of_step).abs().max(), 1e-5)
                self.assertLess((rows.grad - of_rows).abs().max(), 1e-5)

    def adaptive(self, channels=32):
        adapter = quantizers.AdaptiveActivations(0, 7, -4, 0.3, channels).double()
        with torch.no_grad():
            adapter.first.weight.normal_(0, 0.3)
            adapter.first.bias.fill_(2)  # so that no hidden element rests
            adapter.second.weight.copy_(torch.tensor([[0.2, -0.15]]))
            adapter.second.bias.fill_(1.3)
        return adapter

    def test_of_adaptive_activations_have_the_gradients_of_differences(self):
        for shape in ((3, 32, 4, 4), (3, 5, 32)):
            x = torch.rand(shape, dtype=torch.float64).mul(4).requires_grad_()
            adapter, weight = self.adaptive(), torch.randn(shape, dtype=torch.float64)
            values = adapter(x)
            (weight * values).sum().backward()
            with torch.no_grad():
                steps = adapter.step_for(x)
                rest = values / steps - (x / steps).clamp(0, 7)
                self.assertGreater(steps.max() / steps.min(), 1.001, "beta must differ between images")
                self.assertTrue(((x / steps) > 7).any())

                def loss(given=x, steps=None):
                    steps = adapter.step_for(given) if steps is None else steps
                    return (weight * steps * ((given / steps).clamp(0, 7) + rest)).sum().item()

                def difference(tensor, index, of=loss, delta=1e-6):
                    kept = tensor[index].item()
                    tensor[index] = kept + delta
                    above = of()
                    tensor[index] = kept - delta
                    below = of()
                    tensor[index] = kept
                    return (above - below) / (2 * delta)

                scale = 1 / math.sqrt(x[0].numel() * 7)
                for parameter, index in ((adapter.step, ()), (adapter.second.bias, 0), (adapter.second.weight, (0, 1)), (adapter.first.weight, (1, 3)), (adapter.first.bias, 0)):
                    self.assertAlmostEqual(parameter.grad[index].item(), scale * difference(parameter, index), 5)
                for index in ((0,) * len(shape), (2,) * len(shape)):
                    alone = difference(x.data, index, lambda: loss(steps=steps))
                    through_beta = difference(x.data, index) - alone
                    self.assertAlmostEqual(x.grad[index].item(), alone + scale * through_beta, 5)

    def test_of_adaptive_activations_keep_beta_where_the_hardware_can(self):
        adapter, x = self.adaptive(), torch.rand(2, 32, 4, 4, dtype=torch.float64)
        for bias, beta in ((9.0, 4 - 2.0 ** -14), (-9.0, 0.25)):
            with torch.no_grad():
                adapter.second.bias.fill_(bias)
                self.assertLess((adapter.step_for(x) / adapter.step - beta).abs().max(), 1e-9)
        fresh = quantizers.AdaptiveActivations(0, 15, -8, 0.3, 64)
        self.assertEqual(fresh.first.out_features, 4)
        self.assertLess((fresh.step_for(torch.rand(2, 64, 3, 3)) / fresh.step - 1).abs().max(), 0.05)

    def test_of_outliers_add_them_where_they_are_listed(self):
        rows = torch.tensor([[0.26, 1.3, -5.1, 9.0], [0.26, 1.3, -5.1, 9.0]], requires_grad=True)
        positions = torch.tensor([[False, False, True, False], [False, True, False, True]])
        quantizer = quantizers.OutlierWeights(3, torch.full((2, 1), 0.5), 4, torch.tensor([[2.0], [1.0]]), positions)
        values = quantizer(rows)
        # In steps: 0.52, 2.6, -10.2, 18 as codes -4 .. 3 and outliers -8 .. 7 of 4 and of 2 steps.
        self.assertEqual((values / 0.5).tolist(), [[1, 3, -10, 3], [1, 3, -4, 17]])
        self.assertEqual(quantizer.outliers(rows).tolist(), [[0, 0, -3, 0], [0, 1, 0, 7]])
        self.assertEqual(quantizer.codes(rows).tolist(), [[1, 3, 2, 3], [1, 1, -4, 3]])
        values.sum().backward()
        self.assertEqual(rows.grad.tolist(), [[1, 1, 1, 0], [1, 1, 0, 0]])

    def test_of_a_basis_find_the_one_that_weights_were_made_of(self):
        basis = torch.tensor([[4.0, 9.0, 20.0], [1.0, 2.0, 4.0]])
        signs = torch.randint(0, 2, (2, 400, 3)) * 2.0 - 1
        rows = (signs * basis[:, None]).sum(2)
        quantizer = quantizers.BasisWeights(3, rows)
        self.assertLess((quantizer.basis - basis).abs().max(), 1e-3)
        self.assertLess((quantizer(rows) - rows).abs().max(), 0.5 * quantizer.step.max())

    def test_of_a_basis_have_the_levels_that_they_list(self):
        for bits in (2, 3, 4):
            rows = torch.randn(5, 300)
            quantizer = quantizers.BasisWeights(bits, rows)
            lists, codes = quantizer.lists(), quantizer.codes(rows).long()
            self.assertTrue((lists[:, 1:] >= lists[:, :-1]).all() and lists.abs().max() <= 31)
            with torch.no_grad():
                self.assertLess((lists.gather(1, codes) * quantizer.step - quantizer.eval()(rows)).abs().max(), 1e-6)
                nearest = (rows[..., None] - (lists * quantizer.step)[:, None]).abs().amin(2)
                self.assertLess(((quantizer(rows) - rows).abs() - nearest).abs().max(), 1e-6)

    def test_of_a_basis_move_it_in_training_only_and_pass_gradients(self):
        rows = torch.randn(4, 200, requires_grad=True)
        quantizer = quantizers.BasisWeights(2, rows.detach())
        with torch.no_grad():
            quantizer.basis.mul_(1.3)
        before, towards = quantizer.basis.clone(), quantizer.fitted_basis(rows.detach())
        quantizer.eval()(rows)
        self.assertTrue(torch.equal(quantizer.basis, before))
        weight = torch.randn(4, 200)
        (weight * quantizer.train()(rows)).sum().backward()
        self.assertLess((quantizer.basis - (0.9 * before + 0.1 * towards)).abs().max(), 1e-6)
        self.assertTrue(torch.equal(rows.grad, weight))

    def test_of_activations_have_the_codes_of_their_kind(self):
        x = torch.tensor([-3.0, -0.26, -0.24, 0.0, 0.25, 0.75, 1.0, 9.0])
        # Not negative, a tail of -0.2, signed; mean 0.5.
        for coding, bits, least, expected in (("zero_point", 2, 0.0, (0, 3, -2)), ("zero_point", 3, -0.2, (-1, 6, -3)), ("zero_point", 3, -3.0, (-4, 3, 0)),
                                              ("magnitudes", 2, 0.0, (0, 3, 0)), ("magnitudes", 3, -0.2, (-3, 3, 0)), ("symmetric", 3, 0.0, (-4, 3, 0)), ("symmetric", 2, -3.0, (-2, 1, 0))):
            with self.subTest(coding=coding, bits=bits, least=least):
                found = quantizers.first_format(coding, bits, least, 0.5)
                self.assertEqual(found[:3], expected)
                half = 1 << (bits - 1)
                self.assertAlmostEqual(found[3], 1 / math.sqrt(expected[1] if expected[0] >= 0 else 2 * half - 1 if coding == "zero_point" and expected[0] > -half else half - 1))
                quantizer = quantizers.Activations(*expected, 0.5)
                levels = (quantizer(x[None]) / 0.5).flatten()
                self.assertEqual(levels.tolist(), (2 * x).round().clamp(*expected[:2]).tolist())

    def test_that_are_stored_follow_the_range_in_training_only(self):
        quantizer = quantizers.StoredActivations(0.1, -128, -128, 127)
        x = torch.full((2, 4), 25.5, requires_grad=True)
        self.assertAlmostEqual(quantizer.eval()(x).max().item(), 25.5, 4)
        wide = torch.tensor([51.0, 0.0], requires_grad=True)
        for _ in range(quantizers.StoredActivations.EVERY):
            self.assertAlmostEqual(quantizer.step.item(), 0.1)
            quantizer.train()(wide)
        self.assertAlmostEqual(quantizer.step.item(), 0.1 + 0.25 * 0.1, 6)
        quantizer(wide).sum().backward()
        self.assertEqual(wide.grad.tolist(), [0, 1])
        signed = quantizers.StoredActivations(1.0, 0, -128, 127)
        for _ in range(quantizers.StoredActivations.EVERY):
            signed(torch.tensor([-256.0, 127.0]))
        self.assertAlmostEqual(signed.step.item(), 1.25, 6)

    def test_of_the_ends_follow_each_row(self):
        rows = torch.tensor([[1.27, -0.5, 0.004], [0.0, 0.0, 0.0]], requires_grad=True)
        quantizer = quantizers.StoredWeights(8, rows)
        values = quantizer(rows)
        self.assertEqual(quantizer.codes(rows).tolist(), [[127, -50, 0], [0, 0, 0]])
        self.assertLess((values - torch.tensor([[1.27, -0.5, 0.0], [0.0, 0.0, 0.0]])).abs().max(), 1e-6)
        values.sum().backward()
        self.assertEqual(rows.grad.tolist(), [[1, 1, 1], [1, 1, 1]])


if __name__ == "__main__":
    unittest.main()
