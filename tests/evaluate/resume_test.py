"""An evaluation that is interrupted goes on where it was: nothing finished is lost, nothing stale is taken, the report is the same bytes."""
import os
import shutil
import signal
import sqlite3
import subprocess
import unittest

from sweep_program import PROGRAM, SweepTest

NETWORK = os.path.join(os.environ["SYMMETREE_TEST_ROOT"], "tests/data/networks/small_resnet18.onnx")
PLATFORM = "name: {name}\nscheme: symq\narray: {{trees: {trees}, lanes: 16}}\nvector_unit: {{lanes: 16}}\n"
IMAGES = 900
PIECES = 12  # four runs of at most 250 images, each by the float network and on two platforms


class Resume(SweepTest):
    def setUp(self):
        super().setUp()
        for name in ("one", "other"):
            self.write(name + ".yaml", PLATFORM.format(name=name, trees=16))

    def words(self, *more, network=NETWORK, images=IMAGES, jobs=1):
        return ["evaluate", "--workload", network, "--images", f"random:{images}", "--platform", "one.yaml", "--platform", "other.yaml",
                "--jobs", str(jobs), "--format", "json", *more]

    def evaluate(self, *more, code=0, **options):
        result = self.run_program(*self.words(*more, **options))
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def kept(self, store):
        """Row ids by key: an outcome that is found anew gets another one."""
        try:
            return dict(self.rows(store, "SELECT key, rowid FROM outcome"))
        except sqlite3.OperationalError:
            return {}  # not there yet

    def kill_in_the_middle(self, store, number):
        """Ends a run after its second outcome; what was recorded by then."""
        process = subprocess.Popen([PROGRAM, *self.words("--resume", store, jobs=2)], cwd=self.folder, env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(self.end, process)
        self.soon(lambda: process.poll() is not None or len(self.kept(store)) >= 2, "a second outcome")
        workers = self.workers(process)
        os.kill(process.pid, number)
        process.wait()
        self.assertEqual(process.returncode, -number, "it was over too soon")
        self.assert_gone(workers)
        return self.kept(store)

    def assert_goes_on(self, store, before):
        self.assertGreaterEqual(len(before), 2)
        self.assertLess(len(before), PIECES)
        resumed = self.evaluate("--resume", store)
        after = self.kept(store)
        self.assertEqual(len(after), PIECES)
        for key, row in before.items():
            self.assertEqual(after[key], row, "was found anew")
        self.assertEqual(resumed.stdout, self.evaluate().stdout)

    def test_after_a_kill_takes_what_was_finished(self):
        self.assert_goes_on("r.db", self.kill_in_the_middle("r.db", signal.SIGKILL))

    def test_after_an_interrupt_takes_what_was_finished(self):
        self.assert_goes_on("r.db", self.kill_in_the_middle("r.db", signal.SIGINT))

    def test_ignores_a_torn_last_record(self):
        before = self.kill_in_the_middle("r.db", signal.SIGKILL)
        log = self.folder / "r.db-wal"
        log.write_bytes(log.read_bytes()[:-1000])
        torn = self.kept("r.db")
        self.assertLess(len(torn), len(before))
        self.evaluate("--resume", "r.db")
        self.assertEqual(len(self.kept("r.db")), PIECES)

    def test_finds_damaged_outcomes_anew(self):
        whole = self.evaluate("--resume", "r.db")
        before = self.kept("r.db")
        damaged = next(iter(before))
        connection = sqlite3.connect(self.folder / "r.db")
        with connection:
            connection.execute("UPDATE outcome SET text = substr(text, 2) WHERE key = ?", (damaged,))
        connection.close()
        self.assertEqual(self.evaluate("--resume", "r.db").stdout, whole.stdout)
        after = self.kept("r.db")
        self.assertEqual({key for key in before if after[key] != before[key]}, {damaged})

    def test_finds_anew_what_another_input_decides(self):
        self.evaluate("--resume", "r.db", images=300)
        self.write("other.yaml", PLATFORM.format(name="other", trees=8))
        self.assert_new(2, images=300)                                          # one platform
        self.write("other.yaml", PLATFORM.format(name="other", trees=8) + "cost_table: published_45nm\n")
        self.assert_new(2, images=300)                                          # its prices
        self.assert_new(4, "--range", "minmax", images=300)                     # steps of both
        self.assert_new(4, "--calibration", "random:5", images=300)             # what they are chosen on
        self.assert_new(4, "--scheme", "symq:w3a4", images=300)
        self.assert_new(2, "--check", "5", images=300)                          # a fifth image by the second executor, on both
        self.assert_new(6, "--seed", "2", images=300)                           # other images
        self.assert_new(3, images=310)                                          # ten more: the first 250 stay
        shutil.copy(NETWORK, self.folder / "same.onnx")
        self.assert_new(6, network="same.onnx", images=300)                     # its file stands in the reports
        self.assert_new(0, images=300)

    def assert_new(self, count, *words, **options):
        before = self.kept("r.db")
        resumed = self.evaluate("--resume", "r.db", *words, **options)
        self.assertEqual(len(self.kept("r.db")) - len(before), count, words)
        self.assertEqual(resumed.stdout, self.evaluate(*words, **options).stdout)

    def test_is_the_same_whatever_the_jobs(self):
        self.assertEqual(self.evaluate(jobs=1).stdout, self.evaluate("--resume", "r.db", jobs=2).stdout)
        kept = self.kept("r.db")
        self.evaluate("--resume", "r.db", jobs=1)
        self.assertEqual(self.kept("r.db"), kept)

    def test_refuses_other_files(self):
        self.write("text.db", "no database, but long enough to be read as one\n" * 20)
        self.refused(*self.words("--resume", "text.db"), says="text.db")
        sqlite3.connect(self.folder / "else.db").execute("CREATE TABLE mine (a)").connection.close()
        self.refused(*self.words("--resume", "else.db"), says="else.db: --resume: holds something else than finished images")
        self.refused(*self.words("--resume", "r.json", "--output", "r.json"), says="--resume: 'r.json' is the file of --output, too")


if __name__ == "__main__":
    unittest.main()
