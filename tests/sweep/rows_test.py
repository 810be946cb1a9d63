"""Which rows a sweep has: the same ones however it is run, and those of the single runs."""
import csv
import io
import json
import os
import re
import unittest

from sweep_program import ROOT, SweepTest

TABLE = ROOT / "models/cost/tables/ratio_45nm.yaml"


def other_prices(factor):
    """The shipped table with every energy, power and area scaled, under another name."""
    lines, scaled = [], []
    for line in TABLE.read_text().splitlines(keepends=True):
        line = re.sub(r"^name: .*", "name: other_prices", line)
        line = re.sub(r"^label: .*", "label: made up", line)
        line = line.replace("clock tree;", "other clock tree;")
        if columns := re.match(r" *columns: \[(.*)\]", line):
            scaled = [bool(re.search(r"_pj|_uw|_um2", c)) for c in columns[1].split(",")]
        if row := re.match(r"( *- \[)(.*)(\]\n)", line):
            values = [repr(float(v) * factor) if s else v for v, s in zip(row[2].split(", "), scaled, strict=True)]
            line = row[1] + ", ".join(values) + row[3]
        lines.append(line)
    return "".join(lines)


class Rows(SweepTest):
    def test_are_the_same_for_one_job_and_several(self):
        self.sweep("many.yaml", "one.db", "--jobs", "1")
        self.assertEqual(self.rows("one.db", "SELECT count(*), sum(status = 'done'), sum(status = 'refused') FROM point"), [(68, 60, 8)])
        for jobs in ("2", "5"):
            self.sweep("many.yaml", f"jobs{jobs}.db", "--jobs", jobs)
            self.assert_same_rows("one.db", f"jobs{jobs}.db")

    def test_are_the_same_by_query(self):
        self.sweep("many.yaml", "one.db", "--jobs", "1")
        self.sweep("many.yaml", "two.db", "--jobs", "2")
        for table, columns in (("point", "*"), ("simulation", "id, digest, report_bytes, hex(report)"), ("sweep", "*"), ("input", "*"), ("note", "*"), ("cost_table", "*"), ("column_of_point", "*")):
            answers = [self.run_program("query", f, f"SELECT {columns} FROM {table} ORDER BY 1", "--format", "csv") for f in ("one.db", "two.db")]
            self.assertEqual([a.returncode for a in answers], [0, 0], answers[0].stderr)
            self.assertEqual(answers[0].stdout, answers[1].stdout)
            self.assertGreater(len(answers[0].stdout.splitlines()), 1)

    def test_are_the_same_with_and_without_a_cache(self):
        self.sweep("many.yaml", "one.db")
        self.sweep("many.yaml", "two.db", "--no-cache")
        self.assert_same_rows("one.db", "two.db")

    def test_of_all_shards_are_those_of_the_whole(self):
        self.sweep("many.yaml", "whole.db")
        whole = self.contents("whole.db")
        for shards in (1, 3):
            parts = {"point": [], "simulation": []}
            for k in range(1, shards + 1):
                self.sweep("many.yaml", f"part{k}of{shards}.db", "--shard", f"{k}/{shards}")
                for table, rows in parts.items():
                    rows += self.contents(f"part{k}of{shards}.db")[table]
            for table, rows in parts.items():
                self.assertEqual(sorted(rows), whole[table])

    def test_follow_the_order_of_the_axes(self):
        self.sweep("many.yaml", "r.db")
        found = self.rows("r.db", 'SELECT id, platform, "platform.clock_hz", depth, weight_bits FROM point ORDER BY id')
        every = [(p, c, t, w) for p in ("symq", "dasq", "pot") for c in (5e8, 1e9) for t in (32, 64, 128, 256) for w in (3, 4, 8)]
        wanted = [(i, *v) for i, v in enumerate(every) if v[2] * v[3] < 1600 or (v[0] == "pot" and v[3] == 8)]
        self.assertEqual(found, wanted)

    def test_hold_what_a_single_run_says_to_the_bit(self):
        self.write("one.yaml", "name: one\nworkload: small.yaml\naxes:\n  - {axis: platform, values: [symq, dasq, post]}\n  - {axis: activation_bits, values: [4, 8]}\n")
        self.sweep("one.yaml", "r.db")
        for ident, platform, bits in self.rows("r.db", "SELECT id, platform, activation_bits FROM point"):
            run = self.run_program("run", "--workload", "small.yaml", "--platform", platform, "--activation-bits", str(bits), "--timing-only", "--format", "json")
            self.assertEqual(run.stdout, self.report_of("r.db", ident))
            self.assert_metrics_of(run.stdout, "r.db", ident)

    def test_of_an_exact_sweep_are_computed_and_checked(self):
        self.write("one.yaml", "name: one\nworkload: small.yaml\nexact: true\nseed: 5\naxes:\n  - {axis: platform, values: [symq, dasq]}\n")
        self.sweep("one.yaml", "r.db")
        self.assertEqual(self.rows("r.db", "SELECT exact FROM point"), [("exact",)] * 2)
        for ident, platform in self.rows("r.db", "SELECT id, platform FROM point"):
            run = self.run_program("run", "--workload", "small.yaml", "--platform", platform, "--seed", "5", "--format", "json")
            self.assertEqual(run.stdout, self.report_of("r.db", ident))
            self.assert_metrics_of(run.stdout, "r.db", ident)

    def test_are_not_checked_in_a_sweep_for_timing_only(self):
        self.sweep("many.yaml", "r.db")
        self.assertNotIn(("exact",), self.rows("r.db", "SELECT DISTINCT exact FROM point"))

    def assert_metrics_of(self, report, output, ident):
        total = json.loads(report)["total"]
        names = ["latency_s", "energy_j", "power_w", "area_um2", "macs", "cycles"]
        (row,) = self.rows(output, f"SELECT {', '.join(names)} FROM point WHERE id = ?", ident)
        self.assertEqual(dict(zip(names, row)), {n: total[n] for n in names})

    def test_come_with_their_making(self):
        self.sweep("many.yaml", "r.db")
        origin = dict(self.rows("r.db", "SELECT name, value FROM sweep"))
        self.assertEqual(origin["spec"], (self.folder / "many.yaml").read_text())
        self.assertRegex(origin["version"], r"^0\.\d+\.\d+ \([0-9a-f]{7,}(-dirty)?\)$")
        self.assertEqual(self.rows("r.db", "SELECT name, label, text FROM cost_table"), [("ratio_45nm", "synthesised ratios (osu018_stdcells) times a published 45 nm multiply-accumulate", TABLE.read_text())])
        files = [f for (f,) in self.rows("r.db", "SELECT file FROM input ORDER BY file")]
        self.assertEqual(files, ["dasq.yaml", "pot.yaml", "ratio_45nm.yaml", "small.yaml", "symq.yaml"])
        self.assertTrue(all(cpu >= 0 and peak > 1e6 for cpu, peak in self.rows("r.db", "SELECT cpu_s, peak_bytes FROM timing")))


    def test_name_no_folder_of_this_machine(self):
        self.write("own/own.yaml", (ROOT / "platforms/presets/symq.yaml").read_text().replace("name: symq", "name: own"))
        self.write("own/small.yaml", (self.folder / "small.yaml").read_text())
        self.write("sweeps/s.yaml", "name: s\nworkload: nets/small.yaml\naxes: [{axis: platform, values: [symq, ../own/own.yaml]}]\n")
        self.write("sweeps/nets/small.yaml", (self.folder / "small.yaml").read_text())
        self.sweep(str(self.folder / "sweeps/s.yaml"), "r.db")
        self.sweep("sweeps/s.yaml", "relative.db")
        self.assert_same_rows("r.db", "relative.db")
        self.assertEqual([f for (f,) in self.rows("r.db", "SELECT file FROM input ORDER BY file")], ["nets/small.yaml", "own.yaml", "ratio_45nm.yaml", "symq.yaml"])
        self.assertEqual(self.run_program("report", "r.db", "--output", "page.html").returncode, 0)
        for name in ("r.db", "page.html"):
            content = (self.folder / name).read_bytes()
            for machine in (self.folder, ROOT):
                self.assertNotIn(str(machine).encode(), content)


class Pricing(SweepTest):
    def test_axes_of_cost_alone_simulate_once(self):
        self.write("other.yaml", other_prices(3))
        self.write("cost.yaml", "name: cost\nworkload: small.yaml\nplatform: symq\naxes:\n  - {axis: platform.clock_hz, values: [1e8, 5e8, 1e9]}\n"
                                "  - {axis: platform.cost_table, name: prices, values: [published_45nm, other.yaml]}\n")
        self.sweep("cost.yaml", "r.db")
        self.assertEqual(self.rows("r.db", "SELECT count(*) FROM simulation"), [(1,)])
        self.assertEqual(self.rows("r.db", "SELECT count(DISTINCT cycles), count(DISTINCT latency_s), count(DISTINCT energy_j) FROM point"), [(1, 3, 6)])
        for ident, clock, prices in self.rows("r.db", 'SELECT id, "platform.clock_hz", prices FROM point'):
            preset = (ROOT / "platforms/presets/symq.yaml").read_text().replace("clock_hz: 500e6", f"clock_hz: {clock:.0f}")
            self.write("alone.yaml", preset.replace("cost_table: ratio_45nm", f"cost_table: {prices}"))
            run = self.run_program("run", "--workload", "small.yaml", "--platform", "alone.yaml", "--timing-only", "--format", "json")
            self.assertEqual(run.returncode, 0, run.stderr)
            Rows.assert_metrics_of(self, run.stdout, "r.db", ident)

    SWEEP = ("name: s\nworkload: small.yaml\naxes:\n  - {axis: platform, values: [mine.yaml, dasq.yaml]}\n  - {axis: platform.clock_hz, values: [5e8, 1e9]}\n"
             "  - {axis: weight_bits, values: [3, 4]}\nconstraints: [power_w < 0.2]\n")

    def prepare(self, table):
        for name, scheme in (("mine", "symq"), ("dasq", "dasq")):
            text = (ROOT / f"platforms/presets/{scheme}.yaml").read_text()
            self.write(f"{name}.yaml", text.replace("cost_table: ratio_45nm", f"cost_table: {table}"))

    def test_again_gives_the_rows_of_a_sweep_with_that_table(self):
        self.write("other.yaml", other_prices(2.5))
        self.write("s.yaml", self.SWEEP)
        self.prepare("published_45nm")
        self.sweep("s.yaml", "again.db")
        before = self.contents("again.db")
        self.prepare("other.yaml")
        self.sweep("s.yaml", "fresh.db")
        result = self.run_program("reprice", "again.db", "--table", "other.yaml")
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)
        again, fresh = self.contents("again.db"), self.contents("fresh.db")
        self.assertNotEqual(again["point"], before["point"])
        for table in ("point", "cost_table", "note", "column_of_point"):
            self.assertEqual(again[table], fresh[table], table)
        self.assertEqual(again["simulation"], before["simulation"])
        answers = [self.run_program("pareto", f, "--minimize", "energy_j,area_um2", "--format", "csv").stdout for f in ("again.db", "fresh.db")]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(self.run_program("reprice", "again.db", "--table", "published_45nm").returncode, 0)
        self.assert_same_rows("again.db", "again.db")
        self.assertEqual(self.contents("again.db")["point"], before["point"])

    def test_again_decides_anew_which_points_hold_the_constraints(self):
        self.write("dear.yaml", other_prices(1000))
        self.write("s.yaml", self.SWEEP.replace("power_w < 0.2", "power_w < 1"))
        self.prepare("published_45nm")
        self.sweep("s.yaml", "r.db")
        held = "SELECT count(*), sum(feasible) FROM point"
        self.assertEqual(self.rows("r.db", held), [(8, 8)])
        for table, count in (("dear.yaml", 0), ("published_45nm", 8)):
            self.assertEqual(self.run_program("reprice", "r.db", "--table", table).returncode, 0)
            self.assertEqual(self.rows("r.db", held), [(8, count)], table)

    def test_again_is_refused_and_changes_nothing(self):
        self.write("s.yaml", self.SWEEP)
        self.prepare("published_45nm")
        self.sweep("s.yaml", "r.db")
        lines = other_prices(2).splitlines(keepends=True)
        self.write("lacks.yaml", "".join(l for l in lines if "[4194304" not in l and "dram" not in l))
        sram = next(i for i, l in enumerate(lines) if "memory: sram" in l)
        lacks = next(i for i, l in enumerate(lines) if "memory: dram" in l)
        self.write("lacks.yaml", "".join(lines[:lacks]))
        self.write("damaged.yaml", "".join(lines[:sram]) + "bad: [\n")
        before = (self.folder / "r.db").read_bytes()
        for table, says in (("no_such_table", "no_such_table"), ("no.yaml", "no.yaml: can't be read"), ("damaged.yaml", "damaged.yaml:"), ("lacks.yaml", "dram"), ("s.yaml", "s.yaml:")):
            self.refused("reprice", "r.db", "--table", table, says=says)
            self.assertEqual((self.folder / "r.db").read_bytes(), before, table)
        self.refused("reprice", "no.db", "--table", "published_45nm", says="no.db: no such file")
        self.refused("reprice", "r.db", says="--table")
        self.refused("reprice", "small.yaml", "--table", "published_45nm", says="small.yaml: no SQLite database")
        self.assertEqual([f for f in self.files() if f.startswith("r.db")], ["r.db"])

    def test_again_is_refused_where_the_table_is_an_axis(self):
        self.write("cost.yaml", "name: cost\nworkload: small.yaml\nplatform: symq\naxes:\n  - {axis: platform.cost_table, values: [published_45nm]}\n")
        self.sweep("cost.yaml", "r.db")
        self.refused("reprice", "r.db", "--table", "published_45nm", says="cost.yaml:5:12: axis platform.cost_table: the cost table is an axis of this sweep")

    def auto_clock(self, table, name):
        text = (ROOT / "platforms/presets/symq.yaml").read_text().replace("clock_hz: 500e6", "clock_hz: " + table)
        self.write("auto.yaml", text.replace("cost_table: ratio_45nm", "cost_table: osu018"))
        self.write("auto_sweep.yaml", "name: auto\nworkload: small.yaml\nplatform: auto.yaml\naxes:\n  - {axis: weight_bits, values: [4, 8]}\nminimize: [latency_s]\n")
        self.sweep("auto_sweep.yaml", name)

    def test_again_is_refused_where_the_table_sets_the_clock(self):
        self.auto_clock("auto", "r.db")
        (four,), (eight,) = self.rows("r.db", "SELECT clock_hz FROM point ORDER BY weight_bits")
        self.assertGreater(four, eight)
        self.refused("reprice", "r.db", "--table", "published_45nm", says="would change the cycles or the clock of point")
        self.auto_clock("{table: osu018}", "other.db")
        before = self.rows("other.db", "SELECT clock_hz, latency_s FROM point ORDER BY id")
        self.assertEqual(self.run_program("reprice", "other.db", "--table", "published_45nm").returncode, 0)
        self.assertEqual(self.rows("other.db", "SELECT clock_hz, latency_s FROM point ORDER BY id"), before)

    def test_again_keeps_the_width_that_a_run_settled(self):
        self.write("s.yaml", "name: s\nworkload: small.yaml\nplatform: symq\naxes:\n  - {axis: platform.clock_hz, values: [5e8, 1e9]}\n  - {axis: weight_bits, values: [4, 8]}\n")
        self.sweep("s.yaml", "r.db")
        widths = self.rows("r.db", "SELECT weight_bits, accumulator_bits FROM point ORDER BY id")
        self.assertEqual(len(set(widths)), 2, widths)
        for table in ("published_45nm", "ratio_45nm"):
            self.assertEqual(self.run_program("reprice", "r.db", "--table", table).returncode, 0)
            self.assertEqual(self.rows("r.db", "SELECT weight_bits, accumulator_bits FROM point ORDER BY id"), widths)
        for bits in (4, 8):
            run = json.loads(self.run_program("run", "--workload", "small.yaml", "--platform", "symq", "--weight-bits", str(bits), "--timing-only", "--format", "json").stdout)
            ((energy, area),) = self.rows("r.db", f"SELECT energy_j, area_um2 FROM point WHERE weight_bits = {bits} AND clock_hz = 5e8")
            self.assertEqual((energy, area), (run["total"]["energy_j"], run["total"]["area_um2"]))

    def test_again_is_no_beginning_for_resume(self):
        self.write("other.yaml", other_prices(2))
        self.sweep("many.yaml", "r.db")
        self.assertEqual(self.run_program("reprice", "r.db", "--table", "other.yaml").returncode, 0)
        self.refused("sweep", "many.yaml", "--output", "r.db", "--resume", says="r.db: --resume: the cost table has changed since the sweep began")


class Constraints(SweepTest):
    def test_over_axes_and_area_leave_points_out_before_they_run(self):
        preset = (ROOT / "platforms/presets/symq.yaml").read_text()
        fixed = preset.replace("bits: auto ", "bits: 32 ")
        self.write("wide.yaml", fixed.replace("cost_table: ratio_45nm", "cost_table: published_45nm"))  # the table of any number of lanes
        self.write("s.yaml", "name: s\nworkload: small.yaml\nplatform: wide.yaml\naxes:\n  - {axis: platform.array.trees, powers_of_two: 2..64}\n  - {axis: platform.array.lanes, powers_of_two: 2..64}\n"
                             "constraints: [trees * lanes == 64, area_um2 < 1.8e6]\n")
        result = self.sweep("s.yaml", "r.db")
        everything = self.write("all.yaml", (self.folder / "s.yaml").read_text().replace("constraints: [trees * lanes == 64, area_um2 < 1.8e6]", ""))
        self.sweep(everything.name, "all.db")
        wanted = self.rows("all.db", "SELECT id, trees, lanes, energy_j FROM point WHERE trees * lanes = 64 AND area_um2 < 1.8e6")
        self.assertEqual(self.rows("r.db", "SELECT id, trees, lanes, energy_j FROM point"), wanted)
        self.assertTrue(0 < len(wanted) < 6, wanted)
        self.assertIn(f"{len(wanted)} points in {len(wanted)} simulations; constraints leave out {36 - len(wanted)}", result.stderr)

    def test_over_an_area_that_runs_settle_mark_points_afterwards(self):
        self.write("s.yaml", "name: s\nworkload: small.yaml\nplatform: symq\naxes:\n  - {axis: platform.accumulators.bits, name: bits, values: [auto, 32]}\n  - {axis: platform.array.trees, powers_of_two: 4..16}\n"
                             "constraints: [area_um2 < 1.3e6]\n")
        self.sweep("s.yaml", "r.db")
        self.assertEqual(self.rows("r.db", "SELECT count(*), sum(feasible) BETWEEN 1 AND 2, sum(feasible = (area_um2 < 1.3e6)) FROM point WHERE bits = 'auto'"), [(3, 1, 3)])
        self.assertEqual(self.rows("r.db", "SELECT sum(area_um2 < 1.3e6) = count(*) FROM point WHERE bits = 32"), [(1,)])

    def test_over_other_metrics_mark_points_afterwards(self):
        self.write("s.yaml", "name: s\nworkload: small.yaml\nplatform: symq\naxes:\n  - {axis: platform.array.trees, powers_of_two: 2..64}\nconstraints: [latency_s < 1.5e-6]\n")
        self.sweep("s.yaml", "r.db")
        self.assertEqual(self.rows("r.db", "SELECT count(*), sum(feasible) BETWEEN 1 AND 5, sum(feasible = (latency_s < 1.5e-6)) FROM point"), [(6, 1, 6)])
        front = self.run_program("pareto", "r.db", "--minimize", "energy_j,area_um2,latency_s", "--format", "json")
        self.assertTrue(all(row["latency_s"] < 1.5e-6 for row in json.loads(front.stdout)))


class Names(SweepTest):
    EVIL = ['"); DROP TABLE point;--', "<script>alert(1)</script>", "a'b\"c`d[e]", "two\nlines", "../../etc/passwd", "%s%n", "rowid"]

    def test_are_data(self):
        axes = "".join(f"  - {{axis: {field}, name: {json.dumps(name)}, values: [{value}]}}\n"
                       for name, (field, value) in zip(self.EVIL, [("platform.array.trees", 4), ("platform.array.lanes", 4), ("seed", 3), ("weight_bits", 4), ("activation_bits", 4),
                                                                   ("platform.description", json.dumps("'); DROP TABLE point;-- <img src=x onerror=alert(1)>")), ("platform.clock_hz", "1e9")]))
        self.write("evil.yaml", f"name: \"<script>alert('name')</script>\"\ndescription: \"'); DROP TABLE sweep;--\"\nworkload: small.yaml\nplatform: symq\naxes:\n{axes}")
        self.sweep("evil.yaml", "a'b;c.db")
        self.assertEqual(self.rows("a'b;c.db", "SELECT name FROM column_of_point ORDER BY position")[3:10], [(n,) for n in self.EVIL])
        answer = self.run_program("query", "a'b;c.db", 'SELECT "rowid", "two\nlines", "<script>alert(1)</script>" FROM point', "--format", "csv")
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        front = self.run_program("pareto", "a'b;c.db", "--minimize", "energy_j", "--format", "json")
        (row,) = json.loads(front.stdout)
        self.assertEqual({n: row[n] for n in self.EVIL[:4]}, dict(zip(self.EVIL, (4, 4, 3, 4))))
        page = self.run_program("report", "a'b;c.db", "--output", "page.html")
        self.assertEqual(page.returncode, 0, page.stderr)
        html = (self.folder / "page.html").read_text()
        for markup in ("<script>alert", "<img src=x"):
            self.assertNotIn(markup, html)
        self.assertEqual(self.rows("a'b;c.db", "SELECT count(*) FROM point"), [(1,)])
        self.assertEqual(self.run_program("reprice", "a'b;c.db", "--table", "published_45nm").returncode, 0)

    def test_of_results_lead_nowhere_else(self):
        for name in (":memory:", "file:x.db?mode=memory", "-r.db", "a b.db", "ü.db"):
            self.write("s.yaml", "name: s\nworkload: small.yaml\nplatform: symq\naxes: [{axis: seed, values: [1]}]\n")
            result = self.run_program("sweep", "s.yaml", f"--output={name}")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(name, self.files())
            self.assertEqual(self.rows(f"./{name}".replace("?", "%3f"), "SELECT count(*) FROM point"), [(1,)])


class Questions(SweepTest):
    def setUp(self):
        super().setUp()
        self.sweep("many.yaml", "r.db")

    def test_give_tables_csv_and_json(self):
        sql = "SELECT platform, count(*) AS n, min(energy_j) AS least FROM point WHERE status = 'done' GROUP BY platform ORDER BY platform"
        wanted = self.rows("r.db", sql)
        table = self.run_program("query", "r.db", sql)
        self.assertEqual(table.stdout.split("\n")[0].split(), ["platform", "n", "least"])
        rows = list(csv.reader(io.StringIO(self.run_program("query", "r.db", sql, "--format", "csv").stdout)))
        self.assertEqual([(p, int(n), float(e)) for p, n, e in rows[1:]], wanted)
        self.assertEqual(json.loads(self.run_program("query", "r.db", sql, "--format", "json").stdout), [dict(zip(("platform", "n", "least"), w)) for w in wanted])
        self.assertEqual(self.run_program("query", "r.db", sql, "--output", "rows.txt").returncode, 0)
        self.assertEqual((self.folder / "rows.txt").read_text(), table.stdout)

    def test_only_read(self):
        before = (self.folder / "r.db").read_bytes()
        for sql in ("DELETE FROM point", "DROP TABLE point", "ATTACH 'x.db' AS x", "SELECT 1; DELETE FROM point", "VACUUM INTO 'x.db'", "PRAGMA journal_mode = WAL", "SELECT load_extension('x.so')", "", "SELECT nonsense FROM point"):
            self.refused("query", "r.db", sql, says="r.db: query: ")
        self.assertEqual((self.folder / "r.db").read_bytes(), before)
        self.assertNotIn("x.db", self.files())

    def test_are_answered_while_the_file_may_not_be_written(self):
        os.chmod(self.folder / "r.db", 0o444)
        self.assertEqual(self.run_program("query", "r.db", "SELECT count(*) FROM point", "--format", "csv").stdout.split(), ["count(*)", "68"])

    def test_for_the_front_agree_with_its_definition(self):
        front = json.loads(self.run_program("pareto", "r.db", "--minimize", "energy_j,area_um2", "--maximize", "utilization", "--format", "json").stdout)
        every = self.rows("r.db", "SELECT energy_j, area_um2, -utilization FROM point WHERE status = 'done' AND feasible")
        wanted = {v for v in every if not any(o != v and all(a <= b for a, b in zip(o, v)) for o in every)}
        self.assertEqual({(r["energy_j"], r["area_um2"], -r["utilization"]) for r in front}, wanted)
        self.assertEqual(len(front), len(wanted))

    def test_for_the_front_are_refused_where_they_make_no_sense(self):
        self.refused("pareto", "r.db", says="--minimize: at least one column is wanted")
        self.refused("pareto", "r.db", "--minimize", "nonsense", says="nonsense: no such column")
        self.refused("pareto", "r.db", "--minimize", "platform", says="platform: holds text")
        self.refused("pareto", "r.db", "--minimize", "energy_j", "--format", "xml", says="--format")
        self.refused("pareto", "small.yaml", "--minimize", "energy_j", says="small.yaml: no SQLite database")
        self.refused("query", "no.db", "SELECT 1", says="no.db: no such file")
        self.refused("query", "r.db", says="sql")


if __name__ == "__main__":
    unittest.main()
