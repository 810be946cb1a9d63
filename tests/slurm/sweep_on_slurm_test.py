"""Sweeps on a real Slurm: started by the test, lost in parts, interrupted, and always the rows of a local run."""
import os
import pathlib
import re
import signal
import time
import unittest

import cluster
from sweep_program import PROGRAM, SweepTest

missing = cluster.missing_programs()


@unittest.skipIf(missing, f"these programs of Slurm are not installed: {', '.join(missing)} (scripts/setup.sh installs them)")
class Slurm(SweepTest):
    def setUp(self):
        super().setUp()
        self.cluster = cluster.Cluster()
        self.addCleanup(self.show_logs_of_a_failure)
        self.cluster.__enter__()
        self.addCleanup(self.cluster.stop)
        self.environment.update({k: self.cluster.environment[k] for k in ("PATH", "SLURM_CONF")})
        self.environment["SYMMETREE_CACHE"] = str(self.folder / "cache")

    def show_logs_of_a_failure(self):
        outcome = getattr(self._outcome, "result", None)
        if outcome and any(test is self for test, _ in [*outcome.failures, *outcome.errors]):
            for log in sorted(self.folder.glob("*.shards/*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}")

    def submit(self, *words, spec="slow_sweep.yaml", shards="2"):
        return self.start_sweep(spec, "r.db", "--engine", "slurm", "--shards", shards, "--jobs", "1", *words)

    def queue(self):
        return self.cluster.command("squeue", "--noheader", "--array", "--format=%i").split()

    def job(self):
        return (self.folder / "r.db.shards/job").read_text().strip()

    def tasks(self):
        """The symmetree processes that Slurm runs, by task."""
        found = {}
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(path / "exe") != PROGRAM:
                    continue
                words = (path / "cmdline").read_bytes().decode().split("\0")
                parent = int(re.sub(r".*\) ", "", (path / "stat").read_text(), flags=re.S).split()[1])
                if "--shard" in words and str(self.folder) in " ".join(words) and os.readlink(f"/proc/{parent}/exe") != PROGRAM:
                    found[words[words.index("--shard") + 1]] = int(path.name)
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return found

    def running_task(self, name="1/2", points=1):
        """A task that has recorded some of its points and not all."""
        shard = f"r.db.shards/shard-{int(name.split('/')[0]) - 1}.db"
        return self.soon(lambda: self.settled(shard) >= points and self.tasks().get(name), f"task {name} at work")

    def finish(self, sweep, code=0):
        stderr = sweep.communicate(timeout=300)[1]
        self.assertEqual(sweep.returncode, code, stderr)
        return stderr

    def assert_rows_of_a_local_run(self, spec="slow_sweep.yaml"):
        self.sweep(spec, "local.db", "--jobs", "2")
        self.assert_same_rows("r.db", "local.db")
        self.assertNotIn("r.db.shards", self.files())
        self.soon(lambda: self.queue() == [], "an empty queue")


class Rows(Slurm):
    def test_are_those_of_a_local_run(self):
        self.write("nets/small.yaml", (self.folder / "small.yaml").read_text())
        self.write("many.yaml", (self.folder / "many.yaml").read_text().replace("small.yaml", "nets/small.yaml"))
        stderr = self.finish(self.submit(spec="many.yaml", shards="3"))
        self.assertRegex(stderr, r"many: 68 points in 30 simulations.*\nslurm: job \d+ with 3 tasks\n")
        self.assertIn("r.db: 60 points done, 8 can't be run, 0 failed", stderr)
        self.assert_rows_of_a_local_run("many.yaml")

    def test_of_a_sweep_begun_here_are_completed_there(self):
        local = self.start_sweep("slow_sweep.yaml", "r.db", "--jobs", "1")
        self.soon(lambda: self.settled("r.db") >= 4, "first points")
        local.send_signal(signal.SIGINT)
        self.assertEqual(local.wait(), 130)
        before = self.rows("r.db", "SELECT * FROM timing")
        self.finish(self.submit("--resume"))
        self.assertTrue(set(before) <= set(self.rows("r.db", "SELECT * FROM timing")), "was simulated again")
        self.assert_rows_of_a_local_run()


class Tasks(Slurm):
    def test_that_are_killed_are_submitted_again(self):
        sweep = self.submit()
        os.kill(self.running_task(), signal.SIGKILL)
        stderr = self.finish(sweep)
        self.assertEqual(len(re.findall(r"slurm: job \d+ with 2 tasks", stderr)), 1)
        self.assertEqual(len(re.findall(r"slurm: job \d+ with 1 tasks", stderr)), 1)
        self.assert_rows_of_a_local_run()

    def test_that_are_cancelled_are_submitted_again(self):
        sweep = self.submit()
        self.running_task("2/2")
        self.cluster.command("scancel", self.job() + "_1")
        self.assertIn("with 1 tasks", self.finish(sweep))
        self.assert_rows_of_a_local_run()

    def test_that_are_requeued_go_on_where_they_were(self):
        sweep = self.submit()
        self.running_task("2/2")
        before = self.rows("r.db.shards/shard-1.db", "SELECT * FROM timing")
        self.cluster.command("scontrol", "requeue", self.job() + "_1")
        stderr = self.finish(sweep)
        self.assertNotIn("with 1 tasks", stderr)
        self.assertTrue(set(before) <= set(self.rows("r.db", "SELECT * FROM timing")), "was simulated again")
        self.assert_rows_of_a_local_run()

    def test_that_never_finish_are_given_up_with_a_word_on_where_to_look(self):
        sweep = self.submit("--partition", "main", shards="1")
        self.running_task("1/1")
        for _ in range(3):
            task = self.running_task("1/1")
            os.kill(task, signal.SIGKILL)
            self.assert_gone([task])
        stderr = self.finish(sweep, code=2)
        self.assertIn("r.db.shards: slurm: task 0 did not finish in 3 rounds; its output is in shard-0.log", stderr)
        self.finish(self.submit("--resume", shards="1"))
        self.assert_rows_of_a_local_run()


class Interrupted(Slurm):
    def test_by_kill_is_found_again(self):
        sweep = self.submit()
        self.running_task()
        sweep.kill()
        sweep.wait()
        job = self.job()
        self.refused("sweep", "slow_sweep.yaml", "--output", "r.db", "--engine", "slurm", "--shards", "3", "--resume", says="--shards: the sweep began with 2: go on with as many")
        self.assertTrue(any(task.startswith(job) for task in self.queue()))
        stderr = self.finish(self.submit("--resume"))
        self.assertNotIn("slurm: job", stderr)
        self.assert_rows_of_a_local_run()

    def test_by_ctrl_c_cancels_the_array_and_can_go_on(self):
        sweep = self.submit()
        self.running_task()
        began = time.monotonic()
        os.killpg(sweep.pid, signal.SIGINT)
        stderr = self.finish(sweep, code=130)
        self.assertIn("interrupted; the job array is cancelled, its results are kept; go on with --resume", stderr)
        self.soon(lambda: self.queue() == [], "an empty queue")
        self.soon(lambda: not self.tasks(), "the tasks' end")
        self.assertLess(time.monotonic() - began, 60)
        kept = self.settled("r.db.shards/shard-0.db")
        self.assertGreater(kept, 0)
        self.assertEqual(self.rows("r.db.shards/shard-0.db", "SELECT count(*) FROM point WHERE status = 'failed'"), [(0,)])
        self.finish(self.submit("--resume"))
        self.assert_rows_of_a_local_run()


class Slurms(Slurm):
    def test_refusal_is_shown_in_its_own_words(self):
        stderr = self.finish(self.submit("--partition", "nowhere"), code=2)
        self.assertRegex(stderr, r"symmetree: sbatch: exit code 1: sbatch: error: .*[Pp]artition")
        self.finish(self.submit("--resume"))
        self.assert_rows_of_a_local_run()

    def test_absence_names_the_package(self):
        self.environment["PATH"] = str(self.folder)
        stderr = self.finish(self.submit(), code=2)
        self.assertIn("sbatch: can't be started: No such file or directory (Debian's package slurm-client has it)", stderr)


if __name__ == "__main__":
    unittest.main()
