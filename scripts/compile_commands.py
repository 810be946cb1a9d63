"""The sources that a build folder compiles, with what a second compiler needs of their command lines."""

import json
import os
import shlex


def arguments(command):
    """The compiler's arguments without the launcher, the output, the source and the precompiled header."""
    words = iter(shlex.split(command))
    kept = []
    for word in words:
        if word in ("-o", "-include"):
            next(words)
        elif word in ("-isystem", "-I", "-D"):
            kept += [word, next(words)]
        elif word.startswith("-") and word not in ("-c", "-Winvalid-pch"):
            kept.append(word)
    return tuple(kept)


def sources(build, root):
    """(path below root, folder to compile in, arguments) of every source of the tree; one that is built twice comes once."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    root, build = os.path.realpath(root), os.path.realpath(build)
    found = {}
    for entry in entries:
        source = os.path.realpath(entry["file"])
        if source.startswith(root + os.sep) and not source.startswith(build + os.sep):
            found.setdefault(os.path.relpath(source, root), (entry["directory"], arguments(entry["command"])))
    return [(source, *found[source]) for source in sorted(found)]
