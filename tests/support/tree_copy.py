"""A copy of the tree to try changes in: patched, built without optimisation, tested, and the patch taken back."""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def quietly(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def header_of(patch, wanted):
    """The fields `# key: value` before a patch; ends the program where a wanted one is missing."""
    fields = {}
    for line in patch.read_text().splitlines():
        if not line.startswith("# "):
            break
        key, _, value = line[2:].partition(": ")
        fields[key] = value
    missing = set(wanted) - fields.keys()
    if missing:
        sys.exit(f"{patch}: lacks {', '.join(sorted(missing))}")
    return fields


class TreeCopy:
    """The tracked files and a build folder of their own. Code that is compiled a hundred times is hardly optimised."""

    def __init__(self, folder, jobs):
        self.tree, self.build, self.jobs = folder / "tree", folder / "build", str(jobs)

    def bring_up_to_date(self):
        """Writes the files that differ, so that a second run compiles what has changed, and removes those that are no longer tracked."""
        tracked = quietly(["git", "-C", str(ROOT), "ls-files", "-z"], check=True).stdout.split("\0")
        tracked = {name for name in tracked if name and (ROOT / name).is_file()}
        for path in [p for p in self.tree.rglob("*") if p.is_file() and str(p.relative_to(self.tree)) not in tracked]:
            path.unlink()
        for name in tracked:
            source, target = ROOT / name, self.tree / name
            if target.is_file() and target.read_bytes() == source.read_bytes():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
        shared = self.tree.parent / "shared"
        if (ROOT.parent / "shared").is_dir() and not shared.exists():
            shared.symlink_to(ROOT.parent / "shared")
        result = quietly(["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                          "-DCMAKE_CXX_FLAGS_RELEASE=-O1", "-DSYMMETREE_BENCH=OFF", "-DCMAKE_DISABLE_FIND_PACKAGE_verilator=ON"])
        if result.returncode != 0:
            sys.exit("the copy could not be configured:\n" + result.stdout[-3000:])

    def compile(self, targets):
        return quietly(["cmake", "--build", str(self.build), "--parallel", self.jobs, "--target", *targets])

    def test(self, pattern):
        """All but the extended ones. ctest's exit status is 0 as well where no test has such a name, unless it is told."""
        return quietly(["ctest", "--test-dir", str(self.build), "--no-tests=error", "-j", self.jobs, "--stop-on-failure", "--output-on-failure", "-LE", "^extended$", "-R", pattern])

    def patch(self, patch, *options):
        """git takes the copy for a folder of its own, though it may stand inside a repository; one line of context is enough."""
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(self.tree.parent)}
        return quietly(["git", "apply", "-C1", *options, str(patch)], cwd=self.tree, env=environment)
