# Links no SystemC, so Google Benchmark's own main is safe here.
symmetree_executable(quantize_bench ROOM bench SOURCES quantize_bench.cpp USES symmetree_workloads benchmark::benchmark_main)
