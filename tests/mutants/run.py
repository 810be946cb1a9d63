#!/usr/bin/env python3
"""Faults planted on purpose: each patch of this folder goes into a copy of the tree, and the test that it names must fail there.

    tests/mutants/run.py --work FOLDER [--jobs N] [NAME ...]
    tests/mutants/run.py --check [NAME ...]

--check builds nothing and only tells which patches no longer apply.

A patch is a unified diff. The lines before it say what the fault is and which tests kill it:

    # fault: what is wrong in the copy
    # build: targets to build
    # kills: regular expression of test names as ctest takes it

The copy is built once without patches, and the named tests must pass there: a test that fails anyway kills nothing. Exit 0 when every
fault was killed, 1 with the names of the survivors, 2 when a patch no longer applies or names no test.
"""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from tree_copy import TreeCopy, header_of


class Mutant:
    def __init__(self, path):
        fields = header_of(path, {"fault", "build", "kills"})
        self.name, self.patch = path.stem, path
        self.fault, self.targets, self.kills = fields["fault"], fields["build"].split(), fields["kills"]


def outcome_of(mutant, copy):
    """killed, survived, or what kept the fault from being tried."""
    applied = copy.patch(mutant.patch)
    if applied.returncode != 0:
        return "does not apply: " + applied.stdout.strip().replace("\n", " ")
    try:
        built = copy.compile(mutant.targets)
        if built.returncode != 0:
            return "does not compile: " + next((l for l in built.stdout.splitlines() if "error" in l), built.stdout[-300:])
        return "survived" if copy.test(mutant.kills).returncode == 0 else "killed"
    finally:
        copy.patch(mutant.patch, "--reverse")


def broken_patches(mutants):
    """The names of those that no longer apply to the tree itself, which stays as it is."""
    return [m.name for m in mutants
            if subprocess.run(["git", "apply", "--check", m.patch], cwd=HERE.parent.parent, capture_output=True, check=False).returncode != 0]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--work", type=pathlib.Path, help="folder of the copy; kept, so that a second run is short")
    options.add_argument("--check", action="store_true", help="only tell which patches no longer apply")
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("names", nargs="*", help="the patches to try (all)")
    given = options.parse_args()
    mutants = [Mutant(p) for p in sorted(HERE.glob("*.patch"))]
    unknown = set(given.names) - {m.name for m in mutants}
    if unknown:
        sys.exit(f"no such patch: {', '.join(sorted(unknown))}")
    mutants = [m for m in mutants if not given.names or m.name in given.names]

    if given.check:
        broken = broken_patches(mutants)
        print(f"{len(mutants) - len(broken)} of {len(mutants)} patches apply" + (f"; not {', '.join(broken)}" if broken else ""))
        return 2 if broken else 0
    if given.work is None:
        options.error("--work or --check is wanted")

    copy = TreeCopy(given.work.resolve(), given.jobs)
    copy.bring_up_to_date()
    built = copy.compile(sorted({t for m in mutants for t in m.targets}))
    if built.returncode != 0:
        sys.exit("the copy does not compile without faults:\n" + built.stdout[-3000:])
    sound = copy.test("|".join(sorted({m.kills for m in mutants})))  # without parentheses: ctest takes 32 of them
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
