#pragma once

#include <optional>
#include <vector>

#include "workloads/files/yaml_fields.h"
#include "workloads/network/graph.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// Reads the list `graph` of a workload file (docs/workload-format.md) over these layers. Every problem is reported; shapes
/// are looked at only where `problems` holds none yet, since a wrong layer has no shape. Absent where anything is wrong.
std::optional<network_graph> read_graph(yaml_reader& root, const std::vector<layer>& layers, tensor_sources& sources,
                                        diagnostics& problems);

}  // namespace symmetree
