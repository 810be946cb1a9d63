#pragma once

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <systemc>

namespace symmetree {

/// What follows in sc_main() when all benchmarks are registered: the words of the command line, then their runs.
inline int run_benchmarks(int argc, char* argv[]) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

}  // namespace symmetree

int main(int argc, char* argv[]) {
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
