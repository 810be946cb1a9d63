#!/usr/bin/env bash
# Installs the Debian packages that building and testing need and that are missing. Run it as root or as a user of sudo.
# Versions, licences and what was considered instead: docs/dependencies.md.
set -euo pipefail

packages=(
  g++                           # the compiler, its C++17 library and the sanitizers' run-time
  cmake                         # configures the build (3.25, for presets of version 6)
  ninja-build                   # the generator that the presets name
  pkg-config                    # where SystemC stands: Debian ships systemc.pc, but no CMake package
  libsystemc-dev                # the simulation kernel and TLM-2.0
  libboost-dev                  # Boost's headers (uuid: SHA-1 names of cached fits; math: normal quantiles)
  libboost-program-options-dev  # the command line
  libfmt-dev                    # text formatting
  libyaml-cpp-dev               # platforms, workloads and cost tables, with line and column of every mistake
  nlohmann-json3-dev            # JSON reports and the header of safetensors files
  libdnnl-dev                   # oneDNN: the reference's integer matrix products
  libonnx-dev                   # ONNX import
  libprotobuf-dev               # the wire format of ONNX files
  libsqlite3-dev                # results of sweeps: a file that a crash leaves whole
  libsqlitecpp-dev              # its statements and transactions as C++ objects
  zlib1g-dev                    # reports in that file, deflated; gzipped image sets
  libzip-dev                    # image sets: numpy's npz,
  libpng-dev                    # PNG
  libturbojpeg0-dev             # and JPEG
  dataset-fashion-mnist         # the images that the shipped networks are evaluated on
  libgtest-dev                  # tests
  libgmock-dev                  # matchers of the tests
  libbenchmark-dev              # programs of bench/
  gtkwave                       # its vcd2fst and fst2vcd read our waveforms back in a test
  libjs-chart.js                # Chart.js, which the build puts into the report page
  gnuplot-nox                   # figures for papers
  fonts-dejavu-core             # the letters of those figures and of the browser under test
  chromium                      # the report page is tested in it
  chromium-driver               # steers it
  python3-selenium              # speaks to the driver in those tests
  slurmctld                     # sweeps as job arrays are tested on a real Slurm: its controller,
  slurmd                        # its node
  slurm-client                  # and sbatch, squeue, scancel, which sweep --engine slurm runs
  munge                         # by which the three know each other
  yosys                         # scripts/characterize: RTL to gates,
  opensta                       # their delays,
  iverilog                      # their toggles in timed simulation,
  qflow-tech-osu018             # the standard cells of the shipped tables
  qflow-tech-osu035             # and another library to try them with
  verilator                     # tests/rtl: the RTL against the models' arithmetic
  python3                       # tests of the published cost table and of sweeps as a user runs them
  clang-format                  # a test holds every source against .clang-format
  clang-tidy                    # and against .clang-tidy
  python3-onnx                  # scripts/fetch_weights.py writes ONNX
  python3-flatbuffers           # and reads ONNX Runtime's format; its tests write it
  python3-pil                   # scripts/fetch_data.py reads the pictures of image sets; its tests write some
)

check_system() {
  local id="" release="" name="an unknown system"
  if [ -r /etc/os-release ]; then
    # shellcheck disable=SC1091
    { read -r id; read -r release; read -r name; } < <(. /etc/os-release; printf '%s\n%s\n%s\n' "${ID:-}" "${VERSION_ID:-}" "${PRETTY_NAME:-$name}")
  fi
  if [ "$id" != debian ] || [ "$release" != 12 ]; then
    echo "setup: this script installs for Debian 12; this is $name." >&2
    echo "setup: elsewhere, install what these packages hold and run cmake --preset release: ${packages[*]}" >&2
    exit 1
  fi
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

check_system
mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -eq 0 ]; then
  echo "setup: all ${#packages[@]} packages are installed"
  exit 0
fi
if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
  echo "setup: neither root nor sudo; as root, run: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "setup: installing ${missing[*]}"
as_root apt-get update -q
as_root apt-get install -q -y --no-install-recommends "${missing[@]}"
