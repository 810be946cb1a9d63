#!/usr/bin/env python3
"""clang-tidy over every source that a build folder compiles; what it says and exit 1 where it says anything.

    scripts/tidy.py BUILD_FOLDER [--jobs 2] [--only PLACE] [--without PLACE]

Most of the time of a file goes into the headers that it shares with its neighbours, so files of a folder are checked several at a time, as
one source that includes them. Where such a source does not compile (two files may use one name, each for itself), its halves are checked.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from compile_commands import sources

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MOST_AT_ONCE = 32
FINDING = re.compile(r"^(/[^:]+):(\d+):(\d+): (warning|error): (.*)$")


def batches(build, only, without):
    """The sources by folder and arguments, a few at a time; each with the folder to compile in."""
    groups = defaultdict(list)
    for source, directory, arguments in sources(build, ROOT):
        if source.startswith(only) and not (without and source.startswith(without)):
            groups[os.path.dirname(source), directory, arguments].append(os.path.join(ROOT, source))
    for (_, directory, arguments), together in groups.items():
        count = -(-len(together) // MOST_AT_ONCE)
        for part in range(count):
            yield directory, arguments, together[part::count]


def findings(output):
    """The findings of one run by place, each with the lines below it; a header has one place, whatever link led to it."""
    found, text = {}, None
    for line in output.splitlines():
        match = FINDING.match(line)
        if match:
            file, row, column, kind, message = match.groups()
            file = os.path.relpath(os.path.realpath(file), ROOT)
            text = [f"{file}:{row}:{column}: {kind}: {message}"]
            found[file, int(row), int(column), message] = text
        elif text is not None and not re.match(r"^\d+ (warnings?|errors?)", line):
            text.append(line)
    return found


def check(directory, arguments, files):
    """What clang-tidy says of the files, checked as one source; of their halves where that does not compile."""
    with tempfile.TemporaryDirectory() as folder:
        together = os.path.join(folder, "together.cpp")
        with open(together, "w", encoding="utf-8") as file:
            file.writelines(f'#include "{source}"  // NOLINT(bugprone-suspicious-include)\n' for source in files)
        run = subprocess.run(["clang-tidy", "--quiet", f"--config-file={ROOT}/.clang-tidy", together, "--", *arguments],
                             cwd=directory, capture_output=True, text=True, check=False)
    if run.returncode != 0 and len(files) > 1:
        half = len(files) // 2
        return {**check(directory, arguments, files[:half]), **check(directory, arguments, files[half:])}
    found = findings(run.stdout)
    if run.returncode != 0 and not found:
        found[files[0], 0, 0, ""] = [f"{files[0]}: clang-tidy failed: {run.stderr.strip()}"]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="only sources whose path begins so, e.g. runs/sweep")
    parser.add_argument("--without", default="", help="but not those whose path begins so")
    options = parser.parse_args()
    if shutil.which("clang-tidy") is None:
        print("tidy: clang-tidy is not installed", file=sys.stderr)
        return 77
    said = set()
    with ThreadPoolExecutor(options.jobs) as pool:
        for found in pool.map(lambda batch: check(*batch), batches(options.build, options.only, options.without)):
            for place in sorted(found.keys() - said):  # a header's findings come with every batch that reads it
                print("\n".join(found[place]), flush=True)
            said |= found.keys()
    print(f"clang-tidy: {len(said)} findings")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
