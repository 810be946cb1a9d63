"""Closed sets with one more member: docs/architecture.md, "Closed sets", says how many sources of each may decide without the compiler's help.

    SYMMETREE_UPDATE_TABLES=1   writes the measured numbers into the table
"""

import os
import pathlib
import posixpath
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ["SYMMETREE_TEST_ROOT"]
sys.path.insert(0, os.path.join(ROOT, "scripts"))

import compile_commands
import growth
import run

DOCUMENT = os.path.join(ROOT, "docs/architecture.md")
ROW = re.compile(r"^\| `(\w+)` \| `([\w/]+\.h)` \| (\d+) \|$", re.M)
ROOMS = ("core", "workloads", "models", "traces", "platforms", "compile", "reference", "runs", "cli")


def production_sources():
    """The sources of the rooms and their headers, each header with the arguments of a source of its room."""
    compiled = [one for one in compile_commands.sources(os.environ["SYMMETREE_TEST_BUILD"], ROOT) if one[0].split("/")[0] in ROOMS]
    of_room = {source.split("/")[0]: (directory, arguments) for source, directory, arguments in compiled}
    headers = [posixpath.join(os.path.relpath(folder, ROOT), name) for room in ROOMS for folder, _, names in os.walk(os.path.join(ROOT, room))
               for name in sorted(names) if name.endswith(".h")]
    return compiled + [(header, *of_room[header.split("/")[0]]) for header in headers]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Growth(unittest.TestCase):
    def test_no_more_sources_than_stated_are_silent_about_a_new_member(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            document = file.read()
        sources = production_sources()
        over, measured = [], {}
        print(f"{'set':20} {'mention':>7} {'named':>5} {'silent':>6}")
        for name, header, most in ROW.findall(document):
            with open(os.path.join(ROOT, header), encoding="utf-8") as file:
                closed = growth.find_set(name, header, file.read())
            with tempfile.TemporaryDirectory() as scratch:
                figures = growth.measure(closed, ROOT, sources, scratch)
            print(f"{name:20} {len(figures.mentions):7} {len(figures.named):5} {len(figures.silent):6}  {' '.join(figures.silent)}", flush=True)
            measured[name] = len(figures.silent)
            if len(figures.silent) > int(most):
                over.append(f"{name}: {len(figures.silent)} silent, stated at most {most}: {' '.join(figures.silent)}")
        self.assertTrue(measured, "docs/architecture.md has no table of closed sets")
        if os.environ.get("SYMMETREE_UPDATE_TABLES"):
            write(DOCUMENT, ROW.sub(lambda row: f"| `{row[1]}` | `{row[2]}` | {measured[row[1]]} |", document))
        else:
            self.assertEqual(over, [], "\n" + "\n".join(over))

    def test_the_additions_apply_and_change_few_files(self):
        for patch in sorted(pathlib.Path(HERE).glob("*.patch")):
            with self.subTest(patch.stem):
                most = int(run.header_of(patch, run.FIELDS)["production files"])
                self.assertLessEqual(len(run.changed_production_files(patch)), most)
                applies = subprocess.run(["git", "apply", "--check", "-C1", patch], cwd=ROOT, capture_output=True, text=True, check=False)
                self.assertEqual(applies.returncode, 0, applies.stderr)

    def figures(self, name, definition, users):
        """Of a made-up set and sources that use it."""
        with tempfile.TemporaryDirectory() as root:
            write(os.path.join(root, "sets/set.h"), "#pragma once\n#include <variant>\n" + definition)
            for user, text in users.items():
                write(os.path.join(root, "users", user), '#include "sets/set.h"\n' + text)
            sources = [(source, root, ("-std=c++17", f"-I{root}")) for source in ["sets/set.h", *(f"users/{user}" for user in users)]]
            return growth.measure(growth.find_set(name, "sets/set.h", definition), root, sources, os.path.join(root, "scratch"))

    def test_an_exhaustive_switch_is_named_and_a_comparison_or_a_default_is_silent(self):
        definition = "enum class colour {\n    red,\n    green  // the last\n};\ninline bool warm(colour c) { return c == colour::red; }\n"
        users = {"switch.cpp": "int f(colour c) { switch (c) { case colour::red: return 1; case colour::green: return 2; } return 0; }\n",
                 "default.cpp": "int f(colour c) { switch (c) { case colour::red: return 1; default: return 2; } }\n",
                 "equal.cpp": "bool f(colour c) { return c == colour::red; }\n",
                 "unequal.cpp": "bool f(colour c) { return colour::red != c; }\n",
                 "alias.cpp": "using paint = colour;\nbool f(paint p) { return p != paint::green; }\n",
                 "passed_on.cpp": "colour f(colour c) { return c; }\n",
                 "elsewhere.cpp": "// colour::red == c is only spoken of\nint f();\n"}
        figures = self.figures("colour", definition, users)
        self.assertEqual(figures.named, ["users/switch.cpp"])
        self.assertEqual(figures.silent, ["sets/set.h", "users/default.cpp", "users/equal.cpp", "users/unequal.cpp", "users/alias.cpp"])
        self.assertIn("users/passed_on.cpp", figures.mentions)
        self.assertNotIn("users/elsewhere.cpp", figures.mentions)

    def test_a_switch_in_the_sets_header_does_not_hide_who_includes_it(self):
        definition = "enum class colour { red, green };\ninline int f(colour c) { switch (c) { case colour::red: return 1; case colour::green: return 2; } return 0; }\n"
        figures = self.figures("colour", definition, {"equal.cpp": "bool g(colour c) { return c == colour::red; }\n"})
        self.assertEqual((figures.named, figures.silent), (["sets/set.h"], ["users/equal.cpp"]))

    def test_a_switch_in_a_template_is_named_where_the_source_of_its_name_uses_it(self):
        definition = "enum class colour { red, green };\n"
        template = "template <class F> int each(colour c, F f) { switch (c) { case colour::red: return f(1); case colour::green: return f(2); } return 0; }\n"
        users = {"table.h": template, "table.cpp": '#include "users/table.h"\nint g(colour c) { return each(c, [](int i) { return i; }); }\n'}
        figures = self.figures("colour", definition, users)
        self.assertEqual((figures.named, figures.silent), (["users/table.h", "users/table.cpp"], []))

    def test_a_visitor_without_a_case_is_named_and_a_question_for_one_type_is_silent(self):
        definition = "struct circle {};\nstruct square {};\nusing shape = std::variant<circle,\n    square>;\n"
        users = {"visit.cpp": "struct v { int operator()(circle) { return 1; } int operator()(square) { return 2; } };\n"
                              "int f(const shape& s) { return std::visit(v{}, s); }\n",
                 "get.cpp": "bool f(const shape& s) { return std::get_if<circle>(&s) != nullptr; }\n",
                 "holds.cpp": "bool f(const shape& s) { return std::holds_alternative<square>(s); }\n",
                 "generic.cpp": "shape f() { return circle{}; }\n"}
        figures = self.figures("shape", definition, users)
        self.assertEqual((figures.named, figures.silent), (["users/visit.cpp"], ["users/get.cpp", "users/holds.cpp"]))


if __name__ == "__main__":
    unittest.main()
