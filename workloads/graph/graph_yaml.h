#pragma once

#include <optional>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/workload.h"
#include "workloads/yaml_fields.h"

namespace symmetree {

/// Reads the list `graph` of a workload file (docs/workload-format.md) over these layers. Every problem is reported; shapes
/// are looked at only where `problems` holds none yet, since a wrong layer has no shape. Absent where anything is wrong.
std::optional<network_graph> read_graph(yaml_reader& root, const std::vector<layer>& layers, tensor_sources& sources,
                                        diagnostics& problems);

}  // namespace symmetree
