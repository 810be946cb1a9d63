"""Runs the external tools and says which they are."""

import functools
import hashlib
import re
import subprocess


class ToolError(RuntimeError):
    """A tool failed or a check of the flow did; the message says which and where its output is."""


def run(command, cwd, log, stdin=None):
    """Runs a command, its output into the file `log`; raises with the output's end when it fails."""
    with open(log, "w") as out:
        result = subprocess.run(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT, stdin=stdin or subprocess.DEVNULL)
    if result.returncode != 0:
        with open(log) as text:
            raise ToolError(f"{command[0]} failed ({log}):\n" + "".join(text.readlines()[-15:]))


def first_line(command):
    try:
        text = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    except FileNotFoundError:
        return None
    return text.strip().splitlines()[0] if text.strip() else None


@functools.lru_cache(None)
def versions():
    """Names and versions of the tools, None for one that is missing."""
    yosys = first_line(["yosys", "-V"])
    icarus = first_line(["iverilog", "-V"])
    sta = first_line(["dpkg-query", "-W", "-f=${Version}\n", "opensta"])
    return {"yosys": yosys and re.search(r"Yosys (\S+)", yosys).group(1),
            "iverilog": icarus and re.search(r"version (\S+)", icarus).group(1),
            "opensta": sta}


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
