#!/usr/bin/env python3
"""Faults planted on purpose: each patch of this folder goes into a copy of the tree, and the test that it names must fail there.

    tests/mutants/run.py --work FOLDER [--jobs N] [NAME ...]

A patch is a unified diff. The lines before it say what the fault is and which tests kill it:

    # fault: what is wrong in the copy
    # build: targets to build
    # kills: regular expression of test names as ctest takes it

The copy is built once without patches, and the named tests must pass there: a test that fails anyway kills nothing. Exit 0 when every
fault was killed, 1 with the names of the survivors, 2 when a patch no longer applies or names no test.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Mutant:
    def __init__(self, path):
        self.name, self.patch = path.stem, path
        fields = {}
        for line in path.read_text().splitlines():
            if not line.startswith("# "):
                break
            key, _, value = line[2:].partition(": ")
            fields[key] = value
        missing = {"fault", "build", "kills"} - fields.keys()
        if missing:
            sys.exit(f"{path}: lacks {', '.join(sorted(missing))}")
        self.fault, self.targets, self.kills = fields["fault"], fields["build"].split(), fields["kills"]


def quietly(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


class Copy:
    """A copy of the tracked files with a build folder of its own. Nothing is optimised: the code has to be compiled a hundred times."""

    def __init__(self, folder, jobs):
        self.tree, self.build, self.jobs = folder / "tree", folder / "build", str(jobs)

    def bring_up_to_date(self):
        """Writes the files that differ, so that a second run compiles what has changed."""
        tracked = quietly(["git", "-C", str(ROOT), "ls-files", "-z"], check=True).stdout.split("\0")
        for name in filter(None, tracked):
            source, target = ROOT / name, self.tree / name
            if not source.is_file():
                continue
            if target.is_file() and target.read_bytes() == source.read_bytes():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
        shared = self.tree.parent / "shared"
        if (ROOT.parent / "shared").is_dir() and not shared.exists():
            shared.symlink_to(ROOT.parent / "shared")
        command = ["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                   "-DCMAKE_CXX_FLAGS_RELEASE=-O1", "-DSYMMETREE_BENCH=OFF", "-DCMAKE_DISABLE_FIND_PACKAGE_verilator=ON"]
        result = quietly(command)
        if result.returncode != 0:
            sys.exit("the copy could not be configured:\n" + result.stdout[-3000:])

    def compile(self, targets):
        return quietly(["cmake", "--build", str(self.build), "--parallel", self.jobs, "--target", *targets])

    def test(self, pattern):
        """ctest's exit status is 0 as well where no test has such a name, unless it is told."""
        return quietly(["ctest", "--test-dir", str(self.build), "--no-tests=error", "-j", self.jobs, "--stop-on-failure", "-R", pattern])

    def patch(self, mutant, *options):
        """git takes the copy for a folder of its own, though it may stand inside a repository; one line of context is enough."""
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(self.tree.parent)}
        return quietly(["git", "apply", "-C1", *options, str(mutant.patch)], cwd=self.tree, env=environment)


def outcome_of(mutant, copy):
    """killed, survived, or what kept the fault from being tried."""
    applied = copy.patch(mutant)
    if applied.returncode != 0:
        return "does not apply: " + applied.stdout.strip().replace("\n", " ")
    try:
        built = copy.compile(mutant.targets)
        if built.returncode != 0:
            return "does not compile: " + next((l for l in built.stdout.splitlines() if "error" in l), built.stdout[-300:])
        return "survived" if copy.test(mutant.kills).returncode == 0 else "killed"
    finally:
        copy.patch(mutant, "--reverse")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--work", type=pathlib.Path, required=True, help="folder of the copy; kept, so that a second run is short")
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("names", nargs="*", help="the patches to try (all)")
    given = options.parse_args()
    mutants = [Mutant(p) for p in sorted(HERE.glob("*.patch"))]
    unknown = set(given.names) - {m.name for m in mutants}
    if unknown:
        sys.exit(f"no such patch: {', '.join(sorted(unknown))}")
    mutants = [m for m in mutants if not given.names or m.name in given.names]

    copy = Copy(given.work.resolve(), given.jobs)
    copy.bring_up_to_date()
    built = copy.compile(sorted({t for m in mutants for t in m.targets}))
    if built.returncode != 0:
        sys.exit("the copy does not compile without faults:\n" + built.stdout[-3000:])
    sound = copy.test("|".join(sorted({f"({m.kills})" for m in mutants})))
    if sound.returncode != 0:
        sys.exit("the tests fail without faults:\n" + sound.stdout[-3000:])

    outcomes = {}
    for mutant in mutants:
        outcomes[mutant.name] = outcome_of(mutant, copy)
        print(f"{outcomes[mutant.name]:<10} {mutant.name}: {mutant.fault}", flush=True)
    survivors = [name for name, outcome in outcomes.items() if outcome == "survived"]
    broken = [name for name, outcome in outcomes.items() if outcome not in ("killed", "survived")]
    print(f"{len(mutants) - len(survivors) - len(broken)} of {len(mutants)} faults were killed")
    for title, names in (("survived", survivors), ("could not be tried", broken)):
        if names:
            print(f"{title}: {', '.join(names)}")
    return 2 if broken else 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
