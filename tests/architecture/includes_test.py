"""Who may include whom: docs/architecture.md, "Who includes whom", against the tree, and the check itself against small made-up trees."""

import os
import subprocess
import tempfile
import unittest

import includes

ROOT = os.environ["SYMMETREE_TEST_ROOT"]

MADE_UP_TABLES = """
| folder | may include | libraries |
| --- | --- | --- |
| `ground` | - | - |
| `first` | `ground` | `SystemC` |
| `first/low` | `ground` | - |
| `first/high` | `ground`, `first/low` | - |
| `roof` | `ground`, `first` | `fmt` |

| library | headers |
| --- | --- |
| `SystemC` | `systemc`, `tlm_utils/` |
| `fmt` | `fmt/` |
| `POSIX` | `unistd.h` |
"""


def tracked_sources():
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "*.h", "*.cpp"],
                           capture_output=True, text=True, check=True).stdout.split("\n")
    return [name for name in names if name and os.path.exists(os.path.join(ROOT, name))]


def tables():
    with open(os.path.join(ROOT, "docs/architecture.md"), encoding="utf-8") as document:
        return document.read()


class Includes(unittest.TestCase):
    def refused(self, sources, text=MADE_UP_TABLES):
        """What the check says of a tree of these sources: forbidden includes, the circle."""
        with tempfile.TemporaryDirectory() as root:
            for name, source in sources.items():
                path = os.path.join(root, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(source)
            found = list(includes.includes(root, list(sources)))
            return list(includes.forbidden(includes.Rules(text), found)), includes.circle(found)

    def test_every_include_of_the_tree_is_one_that_the_table_allows(self):
        found = includes.includes(ROOT, tracked_sources())
        wrong = list(includes.forbidden(includes.Rules(tables()), found))
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_no_folders_of_the_tree_include_each_other_in_a_circle(self):
        steps = includes.circle(includes.includes(ROOT, tracked_sources()))
        self.assertEqual(steps, [], "\n" + "\n".join(steps))

    def test_every_row_names_folders_above_it_and_sources_that_are_there(self):
        folders = {os.path.dirname(name) for name in tracked_sources()}
        wrong = list(includes.Rules(tables()).faults(folders))
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_a_tree_that_keeps_to_its_table_is_accepted(self):
        sources = {"ground/a.h": "#pragma once\n#include <vector>\n#include <unistd.h>\n",
                   "first/low/b.h": "#include \"ground/a.h\"\n",
                   "first/high/c.cpp": "#include \"first/low/b.h\"\n#include \"Vgenerated.h\"\n",
                   "first/deep/d.h": "#include \"first/deep/below/e.h\"\n",
                   "first/deep/below/e.h": "#include <systemc>\n#include <tlm_utils/socket.h>\n",
                   "roof/f.cpp": "#include \"first/high/g.h\"\n#include <fmt/format.h>\n", "first/high/g.h": ""}
        self.assertEqual(self.refused(sources), ([], []))

    def test_an_upward_include_is_refused_with_file_and_line(self):
        wrong, _ = self.refused({"ground/a.h": "#pragma once\n\n#include \"roof/f.h\"\n", "roof/f.h": ""})
        self.assertEqual(wrong, ["ground/a.h:3: roof/f.h: ground may not include roof"])

    def test_an_upward_include_by_a_path_from_the_file_is_refused(self):
        wrong, _ = self.refused({"first/low/b.h": "#include \"../high/c.h\"\n", "first/high/c.h": ""})
        self.assertEqual(wrong, ["first/low/b.h:1: ../high/c.h: first/low may not include first/high"])

    def test_a_circle_of_three_folders_is_refused_with_every_step(self):
        sources = {"ground/a.h": "#include \"roof/f.h\"\n", "roof/f.h": "\n#include \"first/c.h\"\n",
                   "first/c.h": "#include \"ground/b.h\"\n", "ground/b.h": ""}
        _, steps = self.refused(sources)
        self.assertEqual(steps, ["first/c.h:1: ground/b.h", "ground/a.h:1: roof/f.h", "roof/f.h:2: first/c.h"])

    def test_a_circle_under_one_row_is_refused(self):
        sources = {"roof/x/a.h": "#include \"roof/y/b.h\"\n", "roof/y/b.h": "#include \"roof/x/c.h\"\n", "roof/x/c.h": ""}
        wrong, steps = self.refused(sources)
        self.assertEqual((wrong, steps), ([], ["roof/x/a.h:1: roof/y/b.h", "roof/y/b.h:1: roof/x/c.h"]))

    def test_a_library_in_a_folder_without_its_permission_is_refused(self):
        wrong, _ = self.refused({"ground/a.cpp": "#include <systemc>\n#include <fmt/format.h>\n"})
        self.assertEqual(wrong, ["ground/a.cpp:1: systemc: ground may not include SystemC",
                                 "ground/a.cpp:2: fmt/format.h: ground may not include fmt"])

    def test_a_library_that_the_tables_do_not_know_is_refused(self):
        wrong, _ = self.refused({"ground/a.cpp": "#include <Eigen/Dense>\n"})
        self.assertEqual(wrong, ["ground/a.cpp:1: Eigen/Dense: of no library that docs/architecture.md names"])

    def test_a_folder_without_a_row_is_refused(self):
        wrong, _ = self.refused({"attic/a.cpp": "#include <vector>\n#include <map>\n"})
        self.assertEqual(wrong, ["attic/a.cpp:1: vector: docs/architecture.md has no row for attic"])

    def test_a_row_that_names_a_row_further_down_or_a_folder_without_sources_is_refused(self):
        rules = includes.Rules(MADE_UP_TABLES.replace("| `ground` | - | - |", "| `ground` | `roof` | `Qt` |"))
        self.assertEqual(list(rules.faults({"ground", "first/low", "first/high", "roof/inner"})),
                         ["docs/architecture.md: ground may include roof, which is not above it",
                          "docs/architecture.md: ground: Qt has no row in the table of libraries"])
        self.assertIn("docs/architecture.md: roof has a row and no sources", list(rules.faults({"ground", "first/low", "first/high"})))


if __name__ == "__main__":
    unittest.main()
