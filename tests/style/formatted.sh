#!/usr/bin/env bash
# Names the tracked sources that clang-format would change; exit 1 where there is one, 77 where clang-format is missing.
#   formatted.sh ROOT
set -euo pipefail
cd "$1"
command -v clang-format >/dev/null || exit 77
said=$(git ls-files -z "*.h" "*.cpp" | xargs -0 clang-format --dry-run -Werror 2>&1) && exit 0
echo "not as .clang-format wants it (cmake --build FOLDER --target format):"
sed -n 's/^\([^: ]*\):[0-9]*:[0-9]*: error: .*/  \1/p' <<<"$said" | sort -u
exit 1
