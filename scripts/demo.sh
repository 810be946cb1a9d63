#!/usr/bin/env bash
# From a fresh clone to a result: one network on the best 16x16 platforms of every format, then two trained ones on real images, image in and class out. Further arguments go to `compare`.
set -euo pipefail
cd "$(dirname "$0")/.."

# Not those of an FPGA: another size and clock, so their ratios would say nothing about the scheme.
platforms=(symq asymq_pre_subtract asymq_port_subtract asymq_widened asymq_row_sum dasq dasq_row_sum pot post apot levels)

scripts/setup.sh
cmake --preset demo
cmake --build --preset demo --parallel 2
program=build/demo/bin/symmetree
"$program" compare --workload deit_small "${platforms[@]/#/--platform=}" "$@"

images=/usr/share/datasets/fashion-mnist
for network in fashion_resnet fashion_vit; do
  printf '\n%s: accuracy and cost from the same run, 300 images of Fashion-MNIST\n\n' "$network"
  "$program" evaluate --workload "$network" --images "$images/t10k-images-idx3-ubyte.gz" --calibration "$images/train-images-idx3-ubyte.gz" --limit 300 \
    --platform symq --platform asymq_row_sum --platform dasq --platform pot --platform post
done
