"""Wrong use and wrong sweeps: refused before anything runs or is written, with the place."""
import os
import unittest

from sweep_program import SweepTest


class Refusals(SweepTest):
    def setUp(self):
        super().setUp()
        self.before = self.files()

    def refused_sweep(self, *words, says, spec="many.yaml", output="r.db"):
        stderr = self.refused("sweep", spec, *([f"--output={output}"] if output else []), *words, says=says)
        self.assertEqual(self.files(), self.before)
        return stderr

    def test_name_every_wrong_place_before_the_first_point(self):
        self.write("bad.yaml", "name: bad\nworkload: small.yaml\nplatform: symq\naxes:\n  - {axis: platform.array.trees, values: [4, 999]}\n  - axis: platform.array.lanse\n    values: [4]\n"
                               "  - {axis: weight_bits, values: [4, 44]}\n")
        self.before = self.files()
        stderr = self.refused_sweep(spec="bad.yaml", says=["bad.yaml:5:46: axis platform.array.trees: a whole number from 1 to 256 is wanted, given '999'", "bad.yaml:7:14: axis platform.array.lanse: "])
        self.assertTrue(all(line.startswith("bad.yaml:") for line in stderr.splitlines()), stderr)
        self.write("bad.yaml", "name: bad\nworkload: small.yaml\nplatform: symq\naxes:\n  - {axis: weight_bits, values: [4]}\nconstraints:\n  - weight_bits < 5\n  - \"1) FROM point; DROP TABLE point; --\"\n  - weight_bit < 5\n")
        self.refused_sweep(spec="bad.yaml", says=["bad.yaml:8:5: constraints[1]: ", "bad.yaml:9:5: constraints[2]: 'weight_bit < 5': no such column: weight_bit"])
        self.refused_sweep(spec="no.yaml", says="no.yaml: can't be read")
        self.refused_sweep(spec=".", says=".: can't be read")

    def test_meet_wrong_options(self):
        for words, says in ((["--jobs", "0"], "--jobs: a whole number from 1"), (["--jobs", "two"], "--jobs"), (["--point-timeout", "-1"], "--point-timeout"), (["--point-timeout", "1.5"], "--point-timeout"),
                            (["--point-memory", "1G"], "--point-memory"), (["--engine", "cloud"], "--engine: one of local, slurm is wanted, given 'cloud'"), (["--shard", "1"], "--shard: K/N is wanted, given '1'"),
                            (["--shard", "0/2"], "--shard"), (["--shard", "3/2"], "--shard"), (["--shard", "1/x"], "--shard"), (["--shards", "0"], "--shards"), (["--shards", "2"], "--shards: only with --engine slurm"),
                            (["--partition", "p"], "--partition: only with --engine slurm"), (["--engine", "slurm", "--shard", "1/2"], "--shard: a job array gives its tasks their parts"),
                            (["--engine", "slurm", "--no-cache"], "--no-cache"), (["--resum"], "resum"), (["another.yaml"], "command line"), (["--seed", "1"], "seed")):
            self.refused_sweep(*words, says=says)
            if words[0] not in ("--shard", "--engine"):
                self.refused_sweep(*words, "--dry-run", says=says)

    def test_meet_outputs_that_can_not_be(self):
        self.refused_sweep(output=None, says="--output: a file for the results is wanted")
        self.refused_sweep(output="", says="--output: a file for the results is wanted")
        self.refused_sweep(output="missing/r.db", says="missing/r.db: can't be written: No such file or directory")
        self.refused_sweep(output="small.yaml/r.db", says="small.yaml/r.db: can't be written: Not a directory")
        self.refused_sweep(output="small.yaml", says="small.yaml: exists already; go on with --resume, or name another file")
        self.refused_sweep("--resume", output="small.yaml", says="small.yaml: no SQLite database")
        self.refused_sweep(output=".", says=".: exists already")
        self.refused_sweep(output="/proc/r.db", says="/proc/r.db: can't be written")

    def test_leave_an_existing_result_alone(self):
        self.sweep("many.yaml", "r.db")
        self.before = self.files()
        content = (self.folder / "r.db").read_bytes()
        self.refused_sweep(says="r.db: exists already; go on with --resume, or name another file")
        self.assertEqual((self.folder / "r.db").read_bytes(), content)

    def test_meet_another_database(self):
        import sqlite3
        connection = sqlite3.connect(self.folder / "r.db")
        connection.execute("CREATE TABLE mine (a)")
        connection.commit()
        connection.close()
        self.before = self.files()
        content = (self.folder / "r.db").read_bytes()
        self.refused_sweep("--resume", says="r.db: not the result of a sweep")
        for words in (("query", "r.db", "SELECT 1"), ("pareto", "r.db", "--minimize", "energy_j"), ("reprice", "r.db", "--table", "published_45nm")):
            self.refused(*words, says="r.db: not the result of a sweep")
        self.assertEqual((self.folder / "r.db").read_bytes(), content)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_meet_a_folder_that_may_not_be_written(self):
        closed = self.folder / "closed"
        closed.mkdir(mode=0o555)
        self.refused("sweep", "many.yaml", "--output", "closed/r.db", says="closed/r.db: can't be written: Permission denied")


class Dry(SweepTest):
    def test_runs_check_everything_and_write_nothing(self):
        before = self.files()
        for words in ((), ("--output", "r.db"), ("--output", "r.db", "--engine", "slurm")):
            result = self.run_program("sweep", "many.yaml", "--dry-run", *words)
            self.assertEqual((result.returncode, result.stdout), (0, ""))
            self.assertEqual(result.stderr, "many: 68 points in 30 simulations, 8 of them can't be run; constraints leave out 4\n")
        self.assertEqual(self.files(), before)
        self.write("bad.yaml", "name: bad\nworkload: small.yaml\nplatform: symq\naxes:\n  - {axis: seed, values: [-1]}\n")
        self.refused("sweep", "bad.yaml", "--dry-run", says="bad.yaml:5:27: axis seed: ")

    def test_runs_of_the_ready_sweeps_find_points(self):
        from sweep_program import ROOT
        for spec in sorted((ROOT / "platforms/sweeps").glob("*.yaml")):
            result = self.run_program("sweep", str(spec), "--dry-run")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertRegex(result.stderr, r"^\w+: [1-9]\d+ points in [1-9]\d* simulations")


class Refused(SweepTest):
    def test_points_keep_their_reason_and_the_sweep_goes_on(self):
        self.write("s.yaml", "name: s\nworkload: small.yaml\naxes:\n  - {axis: platform, values: [symq, post]}\n  - {axis: weight_bits, values: [7, 8]}\n")
        result = self.sweep("s.yaml", "r.db")
        self.assertIn("r.db: 3 points done, 1 can't be run, 0 failed", result.stderr)
        (row,) = self.rows("r.db", "SELECT id, platform, weight_bits, status, simulation, energy_j, feasible FROM point WHERE status <> 'done'")
        self.assertEqual(row, (3, "post", 8, "refused", None, None, None))
        self.assertIn("2 to 7", self.rows("r.db", "SELECT reason FROM point WHERE id = 3")[0][0])

    def test_points_alone_make_a_sweep_too(self):
        self.write("s.yaml", "name: s\nworkload: small.yaml\nplatform: post\naxes:\n  - {axis: weight_bits, values: [8]}\n")
        result = self.sweep("s.yaml", "r.db")
        self.assertIn("r.db: 0 points done, 1 can't be run, 0 failed", result.stderr)
        self.assertEqual(self.run_program("pareto", "r.db", "--minimize", "energy_j", "--format", "json").stdout, "[]\n")

    def test_sweeps_of_no_point_are_done_at_once(self):
        self.write("s.yaml", "name: s\nworkload: small.yaml\nplatform: symq\naxes:\n  - {axis: seed, values: [1]}\nconstraints: [seed > 1]\n")
        self.assertIn("s: 0 points in 0 simulations; constraints leave out 1", self.sweep("s.yaml", "r.db").stderr)


if __name__ == "__main__":
    unittest.main()
