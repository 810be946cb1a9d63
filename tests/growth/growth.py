"""What happens when a closed set gets one more member: which sources the compiler names, and which decide without knowing of it.

A copy of the set's header gets the member and stands first in the include path; what decides by the set is compiled against it, syntax only. A source of which the compiler says nothing and that yet compares with members, switches with a default or asks a variant for
one of its types is silent: it would take the new member for one of the others.
"""

import os
import re
import subprocess
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

Set = namedtuple("Set", "name header members names")  # members: the types of a variant, none for an enumeration; names: its own and aliases
Figures = namedtuple("Figures", "mentions named silent")

NEW = "one_more_member"


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


def find_set(name, header, text):
    variant = re.search(rf"using {name}\s*=\s*std::variant<([^;]*)>;", text)
    return Set(name, header, [member.strip() for member in variant[1].split(",")] if variant else [], [name])


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
    return any(re.search(rf"\b{word}\b", text) for word in [*closed.names, *closed.members])


def decides(closed, text):
    """True where the text chooses by a member and the compiler could not know that one is missing."""
    if closed.members:
        return any(re.search(rf"\b(get_if|holds_alternative|get)\s*<\s*(\w+::)*{member}\s*>", text) for member in closed.members)
    member = rf"(\w+::)*({'|'.join(closed.names)})::\w+"
    return bool(re.search(rf"[!=]=\s*{member}|{member}\s*[!=]=|\bcase\s+{member}", text))


def named_by(compiler, source, directory, arguments, first):
    """The files of whose lines the compiler speaks."""
    kept = [argument for argument in arguments if not argument.startswith("-W")]
    run = subprocess.run([compiler, f"-I{first}", *kept, "-Wswitch", "-fsyntax-only", "-xc++", source],
                         cwd=directory, capture_output=True, text=True, check=False)
    places = re.findall(r"^([^\s:]+):\d+:\d+: (?!warning: #pragma once)", run.stderr, flags=re.M)
    return {os.path.realpath(os.path.join(directory, place)) for place in places}


def measure(closed, root, sources, scratch, compiler="g++", jobs=2):
    """The figures of one set over `sources`: (path, folder to compile in, arguments), headers among them."""
    first = os.path.join(scratch, closed.name)
    copy = os.path.join(first, closed.header)
    os.makedirs(os.path.dirname(copy), exist_ok=True)
    with open(os.path.join(root, closed.header), encoding="utf-8") as original, open(copy, "w", encoding="utf-8") as file:
        file.write(grown(closed, original.read()))
    texts = {}
    for source, _, _ in sources:
        with open(os.path.join(root, source), encoding="utf-8") as file:
            texts[source] = without_comments(file.read())
    aliases = [alias for text in texts.values() for alias in re.findall(rf"using (\w+)\s*=\s*(?:\w+::)*{closed.name};", text)]
    closed = closed._replace(names=sorted({closed.name, *aliases}))
    mentioned = [source for source, _, _ in sources if mentions(closed, texts[source])]
    deciding = [source for source in mentioned if decides(closed, texts[source])]
    # A visitor may stand without naming a type of its variant; an enumeration's switch has cases. A header's templates come to life in the
    # source of its name.
    asked = [one for one in sources if one[0] in deciding or one[0].endswith(".cpp") and (
        closed.members and one[0] in mentioned or one[0].replace(".cpp", ".h") in deciding)]

    def path(source):
        return os.path.realpath(copy if source == closed.header else os.path.join(root, source))

    with ThreadPoolExecutor(jobs) as pool:
        spoken_of = set().union(*pool.map(lambda one: named_by(compiler, path(one[0]), one[1], one[2], first), asked))
    named = [source for source, _, _ in sources if path(source) in spoken_of]
    return Figures(mentioned, named, [source for source in deciding if source not in named])
