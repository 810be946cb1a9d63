"""The sources that a build folder compiles, with what a second compiler needs of their command lines."""

import json
import os
import re
import shlex


def arguments(command):
    """The compiler's arguments without the launcher, the output, and the source."""
    words = iter(shlex.split(command))
    kept = []
    for word in words:
        if word == "-o":
            next(words)
        elif word in ("-isystem", "-I", "-D"):
            kept += [word, next(words)]
        elif word.startswith("-") and word != "-c":
            kept.append(word)
    return tuple(kept)


def compiled_as_one(file):
    """The sources that a file of a unity build includes."""
    with open(file, encoding="utf-8") as unity:
        return re.findall(r'^#include "(.*)"$', unity.read(), re.MULTILINE)


def sources(build, root):
    """(path below root, folder to compile in, arguments) of every source of the tree; one that is built twice comes once."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    root, build = os.path.realpath(root), os.path.realpath(build)
    found = {}
    for entry in entries:
        is_unity = re.fullmatch(r"unity_\d+_cxx\.cxx", os.path.basename(entry["file"]))
        for file in compiled_as_one(entry["file"]) if is_unity else [entry["file"]]:
            source = os.path.realpath(file)
            if source.startswith(root + os.sep) and not source.startswith(build + os.sep):
                found.setdefault(os.path.relpath(source, root), (entry["directory"], arguments(entry["command"])))
    return [(source, *found[source]) for source in sorted(found)]
