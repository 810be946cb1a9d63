#!/usr/bin/env bash
# From a fresh clone to a result: one network on every shipped 16x16 platform. Further arguments go to `compare`.
set -euo pipefail
cd "$(dirname "$0")/.."

# Not dasq_fpga: another size and clock, so its ratios would say nothing about the scheme.
platforms=(symq asymq_pre_subtract asymq_widened asymq_row_sum dasq dasq_row_sum pot post)

scripts/setup.sh
cmake --preset release
cmake --build --preset release --target symmetree --parallel 2
exec build/release/bin/symmetree compare --workload deit_small "${platforms[@]/#/--platform=}" "$@"
