"""What happens when a closed set gets one more member: which sources the compiler names, and which decide without knowing of it.

A copy of the set's header gets the member and stands first in the include path; every source that mentions the set is compiled against it,
syntax only. A source that compiles and yet compares with members, switches with a default or asks a variant for one of its types is
silent: it would take the new member for one of the others.
"""

import os
import re
import subprocess
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

Set = namedtuple("Set", "name header members")  # members: the types of a variant; empty for an enumeration
Figures = namedtuple("Figures", "mentions named silent")

NEW = "one_more_member"


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


def find_set(name, header, text):
    variant = re.search(rf"using {name}\s*=\s*std::variant<([^;]*)>;", text)
    return Set(name, header, [member.strip() for member in variant[1].split(",")] if variant else [])


def grown(closed, text):
    """The header's text with one more member."""
    if closed.members:
        text, changes = re.subn(rf"(using {closed.name}\s*=\s*std::variant<[^;]*)>;", rf"struct {NEW} {{}};\n\1, {NEW}>;", text)
    else:
        text, changes = re.subn(rf"(enum class {closed.name}\b[^{{]*{{[^}}]*)}}", rf"\1\n, {NEW}}}", text)
    if changes != 1:
        raise ValueError(f"{closed.header}: no definition of {closed.name}")
    return text


def mentions(closed, text):
    return any(re.search(rf"\b{word}\b", text) for word in [closed.name, *closed.members])


def decides(closed, text):
    """True where the text chooses by a member and the compiler could not know that one is missing."""
    if closed.members:
        return any(re.search(rf"\b(get_if|holds_alternative|get)\s*<\s*(\w+::)*{member}\s*>", text) for member in closed.members)
    member = rf"(\w+::)*{closed.name}::\w+"
    return bool(re.search(rf"[!=]=\s*{member}|{member}\s*[!=]=|\bcase\s+{member}", text))


def compiles(compiler, source, directory, arguments, first):
    kept = [argument for argument in arguments if not argument.startswith("-W")]
    run = subprocess.run([compiler, f"-I{first}", *kept, "-Werror=switch", "-fsyntax-only", "-xc++", source],
                         cwd=directory, capture_output=True, text=True, check=False)
    return run.returncode == 0


def measure(closed, root, sources, scratch, compiler="g++", jobs=2):
    """The figures of one set over `sources`: (path, folder to compile in, arguments), headers among them."""
    first = os.path.join(scratch, closed.name)
    copy = os.path.join(first, closed.header)
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    with open(os.path.join(root, closed.header), encoding="utf-8") as original, open(copy, "w", encoding="utf-8") as file:
        file.write(grown(closed, original.read()))
    asked = []
    for source, directory, arguments in sources:
        with open(os.path.join(root, source), encoding="utf-8") as file:
            text = without_comments(file.read())
        silent = decides(closed, text)
        if silent or mentions(closed, text) and source.endswith(".cpp"):
            asked.append((source, directory, arguments, silent))

    def stands(one):
        source, directory, arguments, _ = one
        return compiles(compiler, copy if source == closed.header else os.path.join(root, source), directory, arguments, first)

    with ThreadPoolExecutor(jobs) as pool:
        passed = list(pool.map(stands, asked))
    named = [one[0] for one, well in zip(asked, passed) if not well]
    silent = [one[0] for one, well in zip(asked, passed) if well and one[3]]
    return Figures([one[0] for one in asked], named, silent)
