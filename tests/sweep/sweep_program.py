"""A folder of its own for each test, the program in it, and what stands in a result file."""
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ["SYMMETREE_TEST_PROGRAM"]
ROOT = pathlib.Path(os.environ["SYMMETREE_TEST_ROOT"])
SANITIZER = os.environ.get("SYMMETREE_TEST_SANITIZER", "")
PATIENCE = 120  # seconds after which something that happens soon will not happen

SMALL = """\
name: small
layers:
  - {name: first, linear: {tokens: 5, in: 40, out: 20}, input: dense}
  - {name: second, conv: {in: [4, 6, 6], out_channels: 8, kernel: 3, padding: 1}, input: relu}
"""
# A tenth of a second or so per point, so that a worker can be caught at work; sanitizers take about eight times as long.
SLOW_TOKENS = 256 if SANITIZER else 768
SLOW = f"""\
name: slow
layers:
  - {{name: only, linear: {{tokens: {SLOW_TOKENS}, in: 1024, out: 1024}}, input: dense}}
"""
MANY = """\
name: many
workload: small.yaml
axes:
  - {axis: platform, values: [symq, dasq, pot]}
  - {axis: platform.clock_hz, values: [5e8, 1e9]}
  - {axis: platform.accumulators.depth, name: depth, powers_of_two: 32..256}
  - {axis: weight_bits, values: [3, 4, 8]}
constraints:
  - depth * weight_bits < 1600
  - latency_s < 1
minimize: [energy_j, latency_s, area_um2]
"""
FEW_SLOW = """\
name: few
workload: slow.yaml
exact: true
axes:
  - {axis: seed, range: 1..4}
  - {axis: platform, values: [symq, dasq]}
  - {axis: platform.clock_hz, values: [5e8, 1e9]}
"""


class SweepTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="symmetree-sweep-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("SYMMETREE_")}
        self.environment["SYMMETREE_CACHE"] = os.environ.get("SYMMETREE_CACHE", str(self.folder / "cache"))
        for name, text in (("small.yaml", SMALL), ("slow.yaml", SLOW), ("many.yaml", MANY), ("slow_sweep.yaml", FEW_SLOW)):
            self.write(name, text)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def files(self):
        return sorted(p.name for p in self.folder.iterdir())

    def run_program(self, *words, before=(), environment=None):
        """`before`: words of a program that starts ours, e.g. a shell with limits."""
        return subprocess.run([*before, PROGRAM, *words], cwd=self.folder, env=environment or self.environment, capture_output=True, text=True, errors="replace", timeout=600)

    def sweep(self, spec, output, *words, code=0, before=()):
        result = self.run_program("sweep", spec, "--output", output, *words, before=before)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        return result

    def start_sweep(self, spec, output, *words):
        """In a process group of its own, as a shell starts it."""
        process = subprocess.Popen([PROGRAM, "sweep", spec, "--output", output, *words], cwd=self.folder, env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stderr.close()

    def refused(self, *words, says, before=()):
        result = self.run_program(*words, before=before)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stdout, "")
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, result.stderr)
        return result.stderr

    def soon(self, condition, what):
        end = time.monotonic() + PATIENCE
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > end:
                self.fail(f"{what}: not within {PATIENCE} s")
            time.sleep(0.005)

    # What stands in a file.

    def rows(self, output, sql, *values):
        connection = sqlite3.connect(f"file:{self.folder / output}?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def contents(self, output, leave_out=("timing",)):
        """Every table but `timing`, which is all that may differ between two runs of one sweep; numbers to the bit."""
        tables = [name for (name,) in self.rows(output, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        self.assertIn("timing", tables)
        found = {t: sorted(map(repr, self.rows(output, f'SELECT * FROM "{t}"'))) for t in tables if t not in leave_out}
        found["schema"] = self.rows(output, "SELECT type, name, sql FROM sqlite_master ORDER BY name")
        return found

    def assert_same_rows(self, one, other, leave_out=("timing",)):
        a, b = self.contents(one, leave_out), self.contents(other, leave_out)
        self.assertEqual(a.keys(), b.keys())
        for table in a:
            self.assertEqual(a[table], b[table], f"table {table}")

    def settled(self, output):
        try:
            return self.rows(output, "SELECT count(*) FROM point WHERE status <> 'failed'")[0][0]
        except sqlite3.OperationalError:
            return 0  # not there yet

    def report_of(self, output, point):
        answer = self.run_program("query", output, f"SELECT report_json({point}) AS report", "--format", "json")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)[0]["report"]

    # Processes.

    def workers(self, process):
        return [int(pid) for path in pathlib.Path(f"/proc/{process.pid}/task").glob("*/children") for pid in path.read_text().split()]

    @staticmethod
    def state_of(pid):
        try:
            return re.sub(r".*\) ", "", pathlib.Path(f"/proc/{pid}/stat").read_text(), flags=re.S)[0]
        except (FileNotFoundError, ProcessLookupError):
            return "gone"

    def stop_a_worker(self, process, output, after=1):
        """Stops a process that simulates, once `after` points are recorded: the weights are fitted by then."""
        self.soon(lambda: process.poll() is not None or self.settled(output) >= after, "a first point")

        def stopped():
            if process.poll() is not None:
                self.fail("the sweep was over too soon: " + process.stderr.read())
            for pid in self.workers(process):
                try:
                    os.kill(pid, signal.SIGSTOP)
                except ProcessLookupError:
                    continue
                for _ in range(200):
                    state = self.state_of(pid)
                    if state == "T":
                        return pid
                    if state in ("Z", "gone"):
                        break
                    time.sleep(0.005)
            return None

        return self.soon(stopped, "a worker")

    def assert_gone(self, pids):
        self.soon(lambda: all(self.state_of(pid) in ("Z", "gone") for pid in pids), "the end of the workers")
