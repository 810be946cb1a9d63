#!/usr/bin/env bash
# Sets up, builds and tests: the release preset, then the same tests under the address and undefined-behaviour sanitizers.
#   --extended   also runs the tests labelled `extended`, which take minutes each
# Exit 0 only when both builds and every test passed.
set -euo pipefail
cd "$(dirname "$0")/.."

jobs=2            # an optimised file with the SystemC headers takes up to 1 GB
selection=(-LE '^extended$')
for argument in "$@"; do
  case "$argument" in
    --extended) selection=() ;;
    *) echo "usage: scripts/test.sh [--extended]" >&2; exit 2 ;;
  esac
done

summary=()
failed=0

# Runs a command as one phase and notes how long it took; a failure is left to the caller.
phase() {
  local name="$1" start=$SECONDS status=0
  shift
  echo "== $name"
  "$@" || status=$?
  summary+=("$(printf '%-18s %4d s%s' "$name" $((SECONDS - start)) "$([ $status -eq 0 ] || echo '   FAILED')")")
  return $status
}

report() {
  printf '\n'
  [ "${#summary[@]}" -eq 0 ] || printf '%s\n' "${summary[@]}"
  [ -d ../shared ] || echo "note: there is no ../shared beside this folder: the tests labelled \`shared\` were not built"
}
trap report EXIT

run_tests() {
  ctest --preset "$1" --no-tests=error -j "$jobs" "${selection[@]}" | tee "build/$1/ctest.log"
}

check() {
  local preset="$1"
  phase "$preset configure" cmake --preset "$preset"
  phase "$preset build" cmake --build --preset "$preset" --parallel "$jobs"
  # A failed test doesn't hide what the other build would show.
  phase "$preset tests" run_tests "$preset" || failed=1
  summary+=("$(printf '%-18s %s' "$preset ctest" "$(grep -E 'tests passed' "build/$preset/ctest.log" || echo 'no summary')")")
}

phase setup scripts/setup.sh
check release
check asan
exit "$failed"
