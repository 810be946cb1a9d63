#!/usr/bin/env python3
"""What grows: each patch of this folder adds something to a copy of the tree, which must then build, and its tests must pass.

    tests/growth/run.py --work FOLDER [--jobs N]

The lines before a patch:

    # addition: what is new in the copy
    # build: targets to build
    # passes: regular expression of test names as ctest takes it, those of the patch among them
    # production files: the most files of the rooms that the patch may change; new files don't count

Exit 0 when everything grew, 1 with what a tool said otherwise.
"""

import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from tree_copy import TreeCopy, header_of

ROOMS = ("core", "workloads", "models", "traces", "platforms", "compile", "reference", "runs", "cli")
FIELDS = {"addition", "build", "passes", "production files"}


def changed_production_files(patch):
    """Files of the rooms that stood there before."""
    lines = patch.read_text().splitlines()
    changed = [line[len("--- a/"):] for line in lines if line.startswith("--- a/")]
    return [name for name in changed if name.split("/")[0] in ROOMS]


def grows(patch, copy):
    fields = header_of(patch, FIELDS)
    print(f"{patch.stem}: {fields['addition']}: {len(changed_production_files(patch))} files changed", flush=True)
    applied = copy.patch(patch)
    if applied.returncode != 0:
        print("does not apply:\n" + applied.stdout)
        return False
    try:
        for said in (copy.compile(fields["build"].split()), copy.test(fields["passes"])):
            if said.returncode != 0:
                print(said.stdout[-5000:])
                return False
    finally:
        copy.patch(patch, "--reverse")
    return True


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--work", type=pathlib.Path, required=True, help="folder of the copy; kept, so that a second run is short")
    options.add_argument("--jobs", type=int, default=2)
    given = options.parse_args()
    copy = TreeCopy(given.work.resolve(), given.jobs)
    copy.bring_up_to_date()
    failed = [patch.stem for patch in sorted(HERE.glob("*.patch")) if not grows(patch, copy)]
    print(f"failed: {', '.join(failed)}" if failed else "all of them grew")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
