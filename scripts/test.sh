#!/usr/bin/env bash
# Sets up, builds and tests: the program as it is released, then all of the code under the address and undefined-behaviour sanitizers. Tests
# of tests/unit, a third of what is compiled, are built once, with the sanitizers.
#   --extended   builds them in both, and also runs the tests labelled `extended`, which take minutes each
# Exit 0 only when both builds and every test passed.
set -euo pipefail
cd "$(dirname "$0")/.."

jobs=2            # an optimised file with the SystemC headers takes up to 1 GB
selection=(-LE '^extended$')
unit_tests=OFF    # in the release build
for argument in "$@"; do
  case "$argument" in
    --extended) selection=() unit_tests=ON ;;
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
  phase "$preset configure" cmake --preset "$preset" "${@:2}"
  phase "$preset build" cmake --build --preset "$preset" --parallel "$jobs"
  # A failed test doesn't hide what the other build would show.
  phase "$preset tests" run_tests "$preset" || failed=1
  summary+=("$(printf '%-18s %s' "$preset ctest" "$(grep -E 'tests passed' "build/$preset/ctest.log" || echo 'no summary')")")
}

phase setup scripts/setup.sh
check release -DSYMMETREE_UNIT_TESTS=$unit_tests
check asan -DSYMMETREE_UNIT_TESTS=ON
exit "$failed"
