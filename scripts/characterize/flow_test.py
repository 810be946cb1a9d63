"""The parts of the flow that need no EDA tool."""

import io
import pathlib
import tempfile
import unittest

import grids
import liberty
import simulation
import tables
from energy import Fit
from operands import Operands, code, pack, signed
from units import UNITS, Point, shift_magnitude

LIBERTY = '''
library(tiny) {
  nom_voltage : 2.0; leakage_power_unit : "1nW"; voltage_unit : "1V"; capacitive_load_unit (1,pf);
  /* a comment : { */
  cell (INV) { area : 16; cell_leakage_power : 5;
    pin(A) { direction : input; capacitance : 0.01; }
    pin(Y) { direction : output; capacitance : 0;
      internal_power() { related_pin : "A";
        rise_power(t) { index_1 ("0, 1"); index_2 ("0, 2"); values ("1, 3", \\
          "5, 7"); }
        fall_power(t) { index_1 ("0, 1"); index_2 ("0, 2"); values ("0, 0", "2, 2"); } } } }
  cell (HOLD) { area : 0; latch (q, qn) { } pin(Q) { direction : output; } }
}
'''


class LibertyTest(unittest.TestCase):
    def setUp(self):
        self.root = liberty.parse(LIBERTY)
        self.cell = liberty.Library.cell(self.root.all("cell")[0], 1.0)

    def test_reads_areas_leakage_and_pins(self):
        self.assertEqual(self.cell.area_um2, 16)
        self.assertAlmostEqual(self.cell.leakage_uw, 0.005)
        self.assertEqual(self.cell.pins["A"].capacitance_pf, 0.01)

    def test_interpolates_power_and_holds_it_outside(self):
        self.assertEqual(self.cell.pins["Y"].internal_pj(0.5, 1), (4, 1))
        self.assertEqual(self.cell.pins["Y"].internal_pj(9, 9), (7, 2))

    def test_knows_a_latch(self):
        self.assertEqual(liberty.Library.cell(self.root.all("cell")[1], 1.0).kind, "latch")


class FitTest(unittest.TestCase):
    def test_a_line_is_found_exactly(self):
        energy = {(hold, seed): 10 + 6 / hold for hold in (2, 16, 6) for seed in (1, 2)}
        fit = Fit.of(energy, (2, 16, 6), (1, 2))
        self.assertAlmostEqual(fit.held, 10)
        self.assertAlmostEqual(fit.load, 6)
        self.assertAlmostEqual(fit.residual, 0)
        self.assertEqual(fit.spread, 0)

    def test_residual_and_spread_are_relative(self):
        fit = Fit.of({(2, 1): 10, (2, 2): 10, (16, 1): 9, (16, 2): 11, (6, 1): 20, (6, 2): 20}, (2, 16, 6), (1, 2))
        self.assertAlmostEqual(fit.residual, 0.5)
        self.assertAlmostEqual(fit.spread, 0.2)


class WaveformTest(unittest.TestCase):
    def test_counts_changes_by_segment(self):
        text = (b"$var wire 1 ! \\a $end\n$var wire 1 \" b [0] $end\n$var reg 16 # segment [15:0] $end\n$enddefinitions $end\n"
                b"$dumpvars\n0!\nx\"\nb0 #\n$end\n#5\n1!\nb1 #\n0!\n1\"\n#6\n1!\n0!\nb10 #\n0\"\n")
        names, counts = simulation.read_vcd(io.BytesIO(text))
        self.assertEqual(names, {"a": b"!", "b [0]": b'"'})
        self.assertEqual([counts[0][b"1!"], counts[0][b"0!"]], [1, 0])
        self.assertEqual([counts[1][b"1!"], counts[1][b"0!"], counts[1][b'1"']], [1, 2, 1])
        self.assertEqual(counts[2][b'0"'], 1)


class GridTest(unittest.TestCase):
    def test_drops_what_is_incomplete(self):
        found = [(k, a, 16) for k in (2, 3, 4) for a in (3, 4, 8) if not (a == 8 and k > 2)]
        self.assertEqual(grids.complete(found), [(k, a, 16) for k in (2, 3, 4) for a in (3, 4)])
        self.assertEqual(grids.complete([]), [])

    def test_every_unit_of_the_grid_is_known(self):
        for name in ("small", "shapes", "full", "fpga"):
            self.assertLessEqual(set(grids.GRIDS[name]), set(UNITS))


class UpdateTest(unittest.TestCase):
    STANDING = ["name: t", "provenance:", '  - "old"', "not_modelled:", "units:", "  - unit: mac_tree", "    rows: 1", "  - unit: sparse_lane", "    rows: 2",
                "  - unit: sparse_lane", "    rows: 3", "  - unit: sparse_bank_adder", "    rows: 4", "circuits:", "  - circuit: reference", "    rows: 5", "memories: []"]

    def test_replaces_and_adds_the_units_that_were_asked_for(self):
        fresh = ["name: other", "units:", "  - unit: sparse_lane", "    rows: 7", "  - unit: outlier_list", "    rows: 8", "circuits:",
                 "  - circuit: reference", "    rows: 9", "memories: []"]
        merged = tables.updated(self.STANDING, fresh, ["sparse_lane", "outlier_list"])
        self.assertEqual(merged, self.STANDING[:7] + fresh[2:6] + self.STANDING[11:])

    def test_keeps_a_table_whose_units_are_as_they_were(self):
        self.assertEqual(tables.updated(self.STANDING, self.STANDING, ["sparse_lane"]), self.STANDING)


class AddTest(unittest.TestCase):
    STANDING = ["name: t", "units:", "  - unit: mac_tree", "    classes: [relu]", "    columns: [weight_bits, activation_bits, lanes, area_um2]", "    rows:",
                "      - [2, 4, 4, 7]", "      - [2, 4, 16, 9]", "  - unit: requantizer", "    columns: [weight_bits, area_um2]", "    rows:", "      - [16, 4]"]
    FRESH = ["units:", "  - unit: mac_tree", "    classes: [relu]", "    columns: [weight_bits, activation_bits, lanes, area_um2]", "    rows:",
             "      - [2, 4, 8, 8]", "      - [2, 4, 32, 10]"]

    def test_rows_that_stand_keep_their_places_among_the_new(self):
        merged = tables.with_rows_of(self.STANDING, self.FRESH, ["mac_tree"])
        self.assertEqual(merged, self.FRESH[:5] + ["      - [2, 4, 4, 7]", "      - [2, 4, 8, 8]", "      - [2, 4, 16, 9]", "      - [2, 4, 32, 10]"])
        with self.assertRaisesRegex(ValueError, "mac_tree: the standing rows have other columns"):
            tables.with_rows_of(self.STANDING, [line.replace(", area_um2", ", luts") for line in self.FRESH], ["mac_tree"])

    def test_rows_that_leave_holes_are_refused(self):
        with self.assertRaisesRegex(ValueError, "mac_tree: .* don't fill a grid"):
            tables.with_rows_of(self.STANDING, self.FRESH[:5] + ["      - [3, 4, 32, 10]"], ["mac_tree"])

    def test_only_what_is_lacking_is_derived(self):
        points = [Point("reference", 8, 8, 16), Point("mac_tree", 2, 4, 16), Point("mac_tree", 2, 4, 32), Point("requantizer", 16, 0, 0), Point("requantizer", 24, 0, 0)]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "t.yaml"
            path.write_text("\n".join(self.STANDING) + "\n")
            self.assertEqual(tables.lacking(path, points), [points[0], points[2], points[4]])


class ModelTest(unittest.TestCase):
    def test_codes(self):
        self.assertEqual(pack([1, -1, 0], 4), 0x0F1)
        self.assertEqual(signed(code(-5, 4), 4), -5)

    def test_post_rounds_odd_exponents_to_nearest(self):
        for x in range(256):
            for e in range(1, 31, 2):
                self.assertEqual(shift_magnitude(True, x, e, 4), round(x * 16 / 2 ** (e / 2)))
        self.assertEqual(shift_magnitude(False, 15, 3, 4), 30)
        self.assertEqual(shift_magnitude(True, 15, 4, 4), 60)

    def test_words_of_the_requantizer_fit_their_port(self):
        layer = Operands({"weights": [[7, -8, 5], [1, 0, 1]], "zero_points": [0, 0], "outliers": [], "outlier_shifts": [],
                          "activations": [[15, 15, 15], [15, 0, 9]], "activation_zero_point": 0})
        sums = {bits: [UNITS["requantizer"].vector(Point("requantizer", bits, 0, 0), layer, row, n, None)[0] for row in (0, 1) for n in (0, 1)]
                for bits in (6, 24)}
        self.assertEqual(sums[24], [60, 150, 30, 24])
        self.assertEqual(sums[6], [-4, 22, 30, 24])  # modulo 64

    def test_tops_declare_the_ports_of_the_bench(self):
        for unit in UNITS.values():
            point = Point("x", 4, 4, 16)
            for port in ("clk", "load_clk", "vector", "load", "mode", "out"):
                self.assertRegex(unit.top(point), rf"(input|output) wire (\[\d+:0\] )?{port}\b")


if __name__ == "__main__":
    unittest.main()
