#!/usr/bin/env bash
# From a fresh clone to a result: every shipped 16x16 platform on one network. Further arguments go to `compare`.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
cmake --preset release
cmake --build --preset release --target symmetree --parallel 2
exec build/release/bin/symmetree compare --workload deit_small "$@"
