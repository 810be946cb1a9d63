"""What goes wrong in the middle of a sweep: nothing finished is lost, nothing is half there, --resume completes it."""
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import unittest

from sweep_program import PROGRAM, SANITIZER, SLOW_TOKENS, SweepTest


class Faults(SweepTest):
    def assert_no_half_rows(self, output):
        """Points come with their simulation, and simulations with all their points: two clocks each in the slow sweep."""
        self.assertEqual(self.rows(output, "PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(self.rows(output, "SELECT count(*) FROM point WHERE status = 'done' AND simulation NOT IN (SELECT id FROM simulation)"), [(0,)])
        self.assertEqual(self.rows(output, "SELECT count(*) FROM simulation WHERE id NOT IN (SELECT simulation FROM timing)"), [(0,)])
        self.assertEqual(set(self.rows(output, "SELECT count(*) FROM point WHERE status = 'done' GROUP BY simulation")) | {(2,)}, {(2,)})
        self.assertEqual(self.rows(output, "SELECT count(*) FROM point WHERE status = 'done' AND energy_j IS NULL"), [(0,)])

    def assert_resumes_to_an_uninterrupted_run(self, output, spec="slow_sweep.yaml"):
        self.assert_no_half_rows(output)
        before = self.rows(output, "SELECT simulation, wall_s, cpu_s FROM timing")
        self.sweep(spec, output, "--resume", "--jobs", "2")
        for row in before:
            self.assertIn(row, self.rows(output, "SELECT simulation, wall_s, cpu_s FROM timing"), "was simulated again")
        if not (self.folder / "whole.db").exists():
            self.sweep(spec, "whole.db", "--jobs", "2")
        self.assert_same_rows(output, "whole.db")
        self.assertEqual([f for f in self.files() if f.startswith(output)], [output])


class Workers(Faults):
    def test_that_are_killed_fail_their_points_and_the_sweep_goes_on(self):
        sweep = self.start_sweep("slow_sweep.yaml", "r.db", "--jobs", "2")
        os.kill(self.stop_a_worker(sweep, "r.db"), signal.SIGKILL)
        stderr = sweep.communicate()[1]
        self.assertEqual(sweep.returncode, 1, stderr)
        self.assertIn("r.db: 14 points done, 0 can't be run, 2 failed", stderr)
        self.assertEqual(self.rows("r.db", "SELECT reason, count(*), count(energy_j), count(simulation) FROM point WHERE status = 'failed'"), [("ended by signal 9 (Killed)", 2, 0, 0)])
        self.assert_resumes_to_an_uninterrupted_run("r.db")

    def test_that_crash_fail_their_points_and_the_sweep_goes_on(self):
        sweep = self.start_sweep("slow_sweep.yaml", "r.db", "--jobs", "1")
        worker = self.stop_a_worker(sweep, "r.db")
        os.kill(worker, signal.SIGABRT)
        os.kill(worker, signal.SIGCONT)
        stderr = sweep.communicate()[1]
        self.assertEqual(sweep.returncode, 1, stderr)
        self.assertIn("ended by signal 6", self.rows("r.db", "SELECT reason FROM point WHERE status = 'failed'")[0][0])
        self.assert_resumes_to_an_uninterrupted_run("r.db")

    def test_that_hang_are_ended_after_their_time(self):
        limit = "12" if SANITIZER else "6"
        sweep = self.start_sweep("slow_sweep.yaml", "r.db", "--jobs", "2", "--point-timeout", limit)
        hanging = self.stop_a_worker(sweep, "r.db")
        stderr = sweep.communicate()[1]
        self.assertEqual(sweep.returncode, 1, stderr)
        self.assertEqual(self.rows("r.db", "SELECT reason, count(*) FROM point WHERE status = 'failed' GROUP BY reason"), [(f"no result within {limit} s", 2)])
        self.assert_gone([hanging])
        self.assert_resumes_to_an_uninterrupted_run("r.db")

    @unittest.skipIf("address" in SANITIZER, "the address sanitizer's shadow is larger than any limit of memory")
    def test_that_want_too_much_memory_fail_their_points(self):
        self.write("mixed.yaml", "name: mixed\nworkload: slow.yaml\nexact: true\nplatform: symq\naxes:\n  - {axis: 'workload.layers[only].linear.tokens', values: [16, 200000]}\n")
        result = self.sweep("mixed.yaml", "r.db", "--point-memory", "256", code=1)
        self.assertIn("1 points done, 0 can't be run, 1 failed", result.stderr)
        self.assertEqual(self.rows("r.db", "SELECT tokens, status FROM point ORDER BY id"), [(16, "done"), (200000, "failed")])
        self.assertRegex(self.rows("r.db", "SELECT reason FROM point WHERE status = 'failed'")[0][0], "out of memory|bad_alloc")
        result = self.sweep("mixed.yaml", "r.db", "--resume", "--point-memory", "1", code=1)
        self.assertIn("1 points done, 0 can't be run, 1 failed", result.stderr)


class Parent(Faults):
    def test_that_is_killed_takes_its_workers_along_and_loses_nothing(self):
        sweep = self.start_sweep("slow_sweep.yaml", "r.db", "--jobs", "2")
        self.stop_a_worker(sweep, "r.db", after=2)
        workers = self.workers(sweep)
        self.assertTrue(workers)
        settled = self.rows("r.db", "SELECT * FROM point WHERE status = 'done'")
        sweep.kill()
        sweep.wait()
        self.assert_gone(workers)
        found = self.rows("r.db", "SELECT * FROM point WHERE status = 'done'")
        self.assertTrue(set(settled) <= set(found))
        self.assertLess(len(found), 16)
        self.assertEqual(self.rows("r.db", "SELECT value FROM sweep WHERE name = 'finished'"), [])
        self.assert_resumes_to_an_uninterrupted_run("r.db")

    def test_that_is_killed_again_and_again_gets_there_in_the_end(self):
        for _ in range(4):
            before = self.settled("r.db")
            sweep = self.start_sweep("slow_sweep.yaml", "r.db", "--jobs", "2", "--resume")
            self.soon(lambda: sweep.poll() is not None or self.settled("r.db") > before, "a further point")
            sweep.kill()
            sweep.communicate()
            if os.path.exists(self.folder / "r.db"):
                self.assert_no_half_rows("r.db")
        self.assert_resumes_to_an_uninterrupted_run("r.db")

    def test_that_is_killed_before_its_first_point_can_be_resumed(self):
        for spec in ("many.yaml", "slow_sweep.yaml"):
            for pause in (0.01, 0.03, 0.06, 0.1):
                sweep = self.start_sweep(spec, "r.db", "--resume")
                try:
                    sweep.wait(pause)
                except subprocess.TimeoutExpired:
                    pass
                sweep.kill()
                sweep.communicate()
            self.sweep(spec, "r.db", "--resume")
            self.sweep(spec, "whole.db")
            self.assert_same_rows("r.db", "whole.db")
            for name in ("r.db", "whole.db"):
                (self.folder / name).unlink()

    def test_that_is_asked_to_end_records_what_is_finished(self):
        for number, group in ((signal.SIGINT, True), (signal.SIGTERM, True), (signal.SIGINT, False), (signal.SIGTERM, False)):
            with self.subTest(signal=number.name, group=group):
                sweep = self.start_sweep("slow_sweep.yaml", "r.db", "--jobs", "2")
                stopped = self.stop_a_worker(sweep, "r.db")
                workers = self.workers(sweep)
                (os.killpg if group else os.kill)(sweep.pid, number)
                stderr = sweep.communicate()[1]
                self.assertEqual(sweep.returncode, 130, stderr)
                self.assertRegex(stderr, r"symmetree: interrupted with \d+ of 16 points recorded; go on with --resume\n$")
                self.assert_gone([*workers, stopped])
                self.assertEqual(self.rows("r.db", "SELECT count(*) FROM point WHERE status = 'failed'"), [(0,)])
                self.assertGreaterEqual(self.settled("r.db"), 2)
                self.assert_resumes_to_an_uninterrupted_run("r.db")
                (self.folder / "r.db").unlink()

    def test_allows_no_second_writer_but_readers(self):
        sweep = self.start_sweep("slow_sweep.yaml", "r.db", "--jobs", "1")
        self.stop_a_worker(sweep, "r.db")
        for words in (("sweep", "slow_sweep.yaml", "--output", "r.db", "--resume"), ("reprice", "r.db", "--table", "published_45nm")):
            self.refused(*words, says="r.db: another process is writing to it")
        self.refused("sweep", "slow_sweep.yaml", "--output", "r.db", says="r.db: ")
        count = self.run_program("query", "r.db", "SELECT count(*) FROM point WHERE status = 'done'", "--format", "csv")
        self.assertEqual(count.returncode, 0, count.stderr)
        self.assertGreaterEqual(int(count.stdout.split("\n")[1]), 2)
        os.killpg(sweep.pid, signal.SIGCONT)
        self.assertEqual(sweep.wait(), 0)


class Disk(Faults):
    def setUp(self):
        super().setUp()
        self.write("lots.yaml", "name: lots\nworkload: small.yaml\naxes:\n  - {axis: seed, range: 1..60}\n  - {axis: platform, values: [symq]}\n  - {axis: platform.clock_hz, values: [5e8, 1e9]}\n")
        self.sweep("lots.yaml", "first.db")  # weights are in the cache from now on
        os.unlink(self.folder / "first.db")

    def test_with_a_limit_on_files_ends_the_sweep_and_loses_nothing(self):
        for kib in (8, 48, 100, 200, 300, 400):
            limited = ["bash", "-c", f"ulimit -f {kib}; exec \"$@\"", "limited"]
            stderr = self.refused("sweep", "lots.yaml", "--output", "r.db", before=limited, says="r.db: ")
            self.assertIn("make room and go on with --resume", stderr)
            if (self.folder / "r.db").exists():
                self.assert_no_half_rows("r.db")
                self.refused("sweep", "lots.yaml", "--output", "r.db", "--resume", before=limited, says="r.db: ")
            if kib >= 300:
                self.assertGreater(self.settled("r.db"), 0)
            self.assertLess(self.settled("r.db"), 120)
            self.assert_resumed(kib)

    def assert_resumed(self, what):
        with self.subTest(what=what):
            self.assert_resumes_to_an_uninterrupted_run("r.db", "lots.yaml") if (self.folder / "r.db").exists() else self.sweep("lots.yaml", "r.db", "--resume")
        for name in ("r.db", "whole.db"):
            (self.folder / name).unlink(missing_ok=True)

    def test_that_is_full_ends_the_sweep_and_loses_nothing(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=480k", "symmetree-test", str(disk)], capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("nothing can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", str(disk)])
        stderr = self.refused("sweep", "lots.yaml", "--output", "disk/r.db", says="disk/r.db: ")
        self.assertIn("make room and go on with --resume", stderr)
        settled = self.settled("disk/r.db")
        self.assertTrue(0 < settled < 120, settled)
        self.assert_no_half_rows("disk/r.db")
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        self.sweep("lots.yaml", "disk/r.db", "--resume")
        self.sweep("lots.yaml", "whole.db")
        self.assert_same_rows("disk/r.db", "whole.db")
        self.assertEqual([p.name for p in disk.iterdir()], ["r.db"])


class Resume(Faults):
    def interrupted(self):
        sweep = self.start_sweep("slow_sweep.yaml", "r.db", "--jobs", "2")
        self.stop_a_worker(sweep, "r.db")
        os.killpg(sweep.pid, signal.SIGKILL)
        sweep.communicate()

    def test_refuses_a_changed_sweep(self):
        self.interrupted()
        text = (self.folder / "slow_sweep.yaml").read_text()
        before = self.contents("r.db")
        self.write("slow_sweep.yaml", text + "# a comment\n")
        self.refused("sweep", "slow_sweep.yaml", "--output", "r.db", "--resume", says="r.db: --resume: the sweep's file has changed since the sweep began: start a new one")
        self.refused("sweep", "many.yaml", "--output", "r.db", "--resume", says=["the sweep's file has changed", "a platform, workload or cost table has changed"])
        self.write("slow_sweep.yaml", text)
        self.assertEqual(self.contents("r.db"), before)
        self.assert_resumes_to_an_uninterrupted_run("r.db")

    def test_refuses_a_changed_workload(self):
        self.interrupted()
        text = (self.folder / "slow.yaml").read_text()
        self.write("slow.yaml", text.replace(str(SLOW_TOKENS), str(SLOW_TOKENS - 1)))
        self.refused("sweep", "slow_sweep.yaml", "--output", "r.db", "--resume", says="r.db: --resume: a platform, workload or cost table has changed since the sweep began")
        self.write("slow.yaml", text)
        self.assert_resumes_to_an_uninterrupted_run("r.db")

    def test_refuses_another_program(self):
        self.sweep("many.yaml", "r.db")
        connection = sqlite3.connect(self.folder / "r.db")
        connection.execute("UPDATE sweep SET value = '0.0.1 (0000000)' WHERE name = 'version'")
        connection.commit()
        connection.close()
        self.refused("sweep", "many.yaml", "--output", "r.db", "--resume", says="r.db: --resume: the program (0.0.1 (0000000) then, ")

    def test_of_a_whole_sweep_changes_nothing(self):
        self.sweep("many.yaml", "r.db")
        shutil.copy(self.folder / "r.db", self.folder / "copy.db")
        result = self.sweep("many.yaml", "r.db", "--resume")
        self.assertIn("r.db: 60 points done, 8 can't be run, 0 failed", result.stderr)
        self.assert_same_rows("r.db", "copy.db", leave_out=())


class Progress(SweepTest):
    def test_knows_the_best_of_before_when_it_goes_on(self):
        self.write("one.yaml", "name: one\nworkload: small.yaml\naxes:\n  - {axis: platform, values: [symq, dasq]}\n")
        self.sweep("one.yaml", "r.db", "--jobs", "1")
        ident, energy = self.rows("r.db", "SELECT id, min(energy_j) FROM point")[0]
        connection = sqlite3.connect(self.folder / "r.db")
        connection.execute("UPDATE point SET status = 'failed', energy_j = NULL, feasible = NULL WHERE id <> ?", (ident,))
        connection.commit()
        connection.close()
        lines = self.sweep("one.yaml", "r.db", "--resume", "--jobs", "1").stderr.splitlines()
        self.assertTrue(lines[-2].endswith(f"best energy_j {energy:.4g} at point {ident}"), lines)

    def test_is_plain_lines_where_there_is_no_terminal(self):
        result = self.sweep("many.yaml", "r.db", "--jobs", "1")
        lines = result.stderr.splitlines()
        self.assertEqual(lines[0], "many: 68 points in 30 simulations, 8 of them can't be run; constraints leave out 4")
        self.assertEqual(lines[-1], "r.db: 60 points done, 8 can't be run, 0 failed")
        self.assertNotIn("\r", result.stderr)
        told = [re.fullmatch(r"(\d+)/68 points, [0-9.]+/s(, \d+ s left)?(; best energy_j [0-9.e-]+ at point \d+)?", line) for line in lines[1:-1]]
        self.assertTrue(told and all(told), lines)
        counts = [int(t[1]) for t in told]
        self.assertEqual(counts, sorted(set(counts)))
        self.assertLessEqual(len(counts), 10)
        ident, energy = self.rows("r.db", "SELECT id, min(energy_j) FROM point WHERE feasible")[0]
        self.assertTrue(lines[-2].endswith(f"best energy_j {energy:.4g} at point {ident}"), lines[-2])

    def test_is_one_line_on_a_terminal(self):
        master, slave = pty.openpty()
        sweep = subprocess.Popen([PROGRAM, "sweep", "slow_sweep.yaml", "--output", "r.db", "--jobs", "1"], cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=slave)
        os.close(slave)
        text = b""
        while select.select([master], [], [], 120)[0]:
            try:
                piece = os.read(master, 4096)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(master)
        self.assertEqual(sweep.wait(), 0)
        lines = text.decode().replace("\r\n", "\n").split("\n")
        self.assertEqual([lines[0], lines[2], lines[3:]], ["few: 16 points in 8 simulations", "r.db: 16 points done, 0 can't be run, 0 failed", [""]])
        self.assertGreater(lines[1].count("\r"), 2)


if __name__ == "__main__":
    unittest.main()
