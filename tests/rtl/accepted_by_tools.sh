#!/usr/bin/env bash
# Every unit through Icarus (compiled, and a short self-checking run) and through Yosys (no undriven or multiply driven
# wires, no loops, no latches), each with its defaults and with odd widths.   accepted_by_tools.sh SOURCE_ROOT WORK_FOLDER
# Exit 77, which CTest shows as skipped, when neither tool is installed.
set -euo pipefail
root="$1" work="$2"
mkdir -p "$work"
sources=()
for room in arithmetic dense_array zero_point shift_lut sparse accumulators requantizer; do
  for file in "$root/models/$room"/rtl/*.sv; do sources+=("$file"); done
done

# module, then parameter sets: a comma between parameters
units=(
  "mac_tree  K=3,A=8,LANES=5  MODES=0,K=9,A=2,LANES=4"
  "widened_tree  K=3,A=2,LANES=7"
  "weight_registers  DATA=7,SHADOW=0  K=9,DATA=16"
  "level_decoder  K=3,D=5,CODES=7"
  "pre_subtract_tree  K=2,A=5,LANES=4"
  "activation_sum_tree  A=8,LANES=5"
  "correction_every_cycle  K=8,A=2,LANES=5"
  "correction_at_drain  K=2,A=8,W=32"
  "pot_tree  K=2,A=2,LANES=4  K=7,A=8,LANES=3"
  "post_tree  K=2,LANES=4  K=5,A=8,LANES=3,G=7"
  "post_two_sum_tree  K=3,A=5,LANES=4"
  "apot_tree  K=5,A=3,LANES=5"
  "sparse_lane  K=8,A=3,LANES=11"
  "outlier_list  ENTRY=9,ENTRIES=5"
  "sparse_bank_adder  K=2,A=2,PARTIAL=20"
  "sparse_crossbar  LANES=3,SPARSE=5"
  "outlier_pace  VECTOR_BITS=3,STEP_BITS=2"
  "outlier_accumulate  W=17,DEPTH=5,IN=20"
  "accumulator_update  SHIFT=14,W=32"
  "accumulator  DEPTH=4"
  "requantizer  W=12,A=3,M=15"
)

checked=0
if command -v iverilog >/dev/null && command -v vvp >/dev/null; then
  for unit in "${units[@]}"; do iverilog -g2012 -s "${unit%% *}" -o "$work/unit.vvp" "${sources[@]}"; done
  iverilog -g2012 -s icarus_bench -o "$work/bench.vvp" "$root/tests/rtl/icarus_bench.sv" "${sources[@]}"
  vvp "$work/bench.vvp" | tee "$work/bench.log"
  grep -q 'all equal' "$work/bench.log"
  echo "icarus: ${#units[@]} units compiled"
  checked=1
fi

if command -v yosys >/dev/null; then
  count=0
  script="read_verilog -sv -defer ${sources[*]};"
  script+=" design -save all;"
  for unit in "${units[@]}"; do
    read -ra words <<<"$unit"
    for widths in "" "${words[@]:1}"; do
      sets=""
      for width in ${widths//,/ }; do sets+=" -chparam ${width%=*} ${width#*=}"; done
      script+=" design -load all; hierarchy -check -top ${words[0]}$sets; proc; check -assert; flatten; opt_clean; check -assert;"
      script+=" select -assert-none t:\$dlatch t:\$adlatch t:\$sr t:\$dlatchsr;"
      count=$((count + 1))
    done
  done
  yosys -q -p "$script" >"$work/yosys.log" 2>&1 || { tail -20 "$work/yosys.log"; exit 1; }
  echo "yosys: ${#units[@]} units in $count sets of widths, no problems and no latches"
  checked=1
fi

[ "$checked" -eq 1 ] || { echo "neither iverilog nor yosys is installed"; exit 77; }
