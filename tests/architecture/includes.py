"""The includes of a tree against the two tables of docs/architecture.md: which folder may include which, and which libraries."""

import os
import posixpath
import re
from collections import defaultdict

INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
FOLDERS = "| folder | may include | libraries |"
LIBRARIES = "| library | headers |"


def table(text, header):
    """The rows of the table under this header, each a list of cells without their backquotes."""
    lines = text.splitlines()
    rows = []
    for line in lines[lines.index(header) + 2:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().replace("`", "") for cell in line.strip("|").split("|")])
    return rows


def names(cell):
    return [] if cell == "-" else cell.split(", ")


def within(path, folder):
    return path == folder or path.startswith(folder + "/")


class Rules:
    """What the tables say. A row covers its folder and those below it that have no row of their own."""

    def __init__(self, text):
        self.rows = [(folder, names(allowed), names(libraries)) for folder, allowed, libraries in table(text, FOLDERS)]
        self.headers = {library: names(headers) for library, headers in table(text, LIBRARIES)}
        self.anywhere = [library for library, headers in self.headers.items() if not any(library in row[2] for row in self.rows)]

    def row(self, folder):
        """The row that covers a folder: the one with the longest name; none is an empty tuple."""
        return max((row for row in self.rows if within(folder, row[0])), key=lambda row: len(row[0]), default=())

    def library(self, header):
        """The library that a header in angle brackets belongs to; the standard library has no dots and no folders in its names."""
        for library, headers in self.headers.items():
            if any(header == name or name.endswith("/") and header.startswith(name) for name in headers):
                return library
        return None if re.search(r"[./]", header) else "standard"

    def faults(self, folders):
        """Rows that name a row further down, so that a circle would be allowed, and rows of folders that aren't there."""
        order = [row[0] for row in self.rows]
        for number, (folder, allowed, libraries) in enumerate(self.rows):
            for name in allowed:
                named = [place for place, other in enumerate(order) if within(other, name) and other != folder]
                if not named or max(named) >= number:
                    yield f"docs/architecture.md: {folder} may include {name}, which is not above it"
            for name in libraries:
                if name not in self.headers:
                    yield f"docs/architecture.md: {folder}: {name} has no row in the table of libraries"
            if not any(within(other, folder) for other in folders):
                yield f"docs/architecture.md: {folder} has a row and no sources"


class Include:
    def __init__(self, file, line, text, target):
        self.file, self.line, self.text = file, line, text
        self.folder = posixpath.dirname(file)
        self.target = target  # the folder, or none for a header in angle brackets

    def __str__(self):
        return f"{self.file}:{self.line}: {self.text}"


def includes(root, files):
    """Every include of the files. A quoted name stands beside the file or under the root; one that is at neither place is generated."""
    known = set(files)
    for file in files:
        with open(os.path.join(root, file), encoding="utf-8") as source:
            for number, line in enumerate(source, 1):
                match = INCLUDE.match(line)
                if match and match[2]:
                    yield Include(file, number, match[2], None)
                elif match:
                    places = (posixpath.normpath(posixpath.join(posixpath.dirname(file), match[1])), match[1])
                    found = next((place for place in places if place in known), None)
                    if found:
                        yield Include(file, number, match[1], posixpath.dirname(found))


def forbidden(rules, found):
    """The includes that the tables do not allow, one line each; of a folder without a row the first."""
    strange = set()
    for include in found:
        row = rules.row(include.folder)
        if not row:
            if include.folder not in strange:
                yield f"{include}: docs/architecture.md has no row for {include.folder}"
            strange.add(include.folder)
        elif include.target is None:
            library = rules.library(include.text)
            if library is None:
                yield f"{include}: of no library that docs/architecture.md names"
            elif library != "standard" and library not in row[2] and library not in rules.anywhere:
                yield f"{include}: {row[0]} may not include {library}"
        elif rules.row(include.target) != row and not any(within(include.target, name) for name in row[1]):
            yield f"{include}: {row[0]} may not include {include.target}"


def circle(found):
    """The shortest circle of folders as one include per step; empty where there is none."""
    steps = defaultdict(dict)
    for include in found:
        if include.target is not None and include.target != include.folder:
            steps[include.folder].setdefault(include.target, include)
    shortest = []
    for start in sorted(steps):
        paths = [[step] for step in steps[start].values()]
        seen = set()
        while paths:
            path = paths.pop(0)
            last = path[-1].target
            if last == start:
                if not shortest or len(path) < len(shortest):
                    shortest = path
                break
            if last not in seen:
                seen.add(last)
                paths += [path + [step] for step in steps[last].values()]
    return [str(include) for include in shortest]
