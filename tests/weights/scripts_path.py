"""Makes scripts/ importable, so that tests see fetch_weights and its converters."""
import os
import pathlib
import sys

ROOT = pathlib.Path(os.environ["SYMMETREE_TEST_ROOT"])
SCRIPT = ROOT / "scripts" / "fetch_weights.py"
PROGRAM = os.environ["SYMMETREE_TEST_PROGRAM"]
sys.path.insert(0, str(SCRIPT.parent))
