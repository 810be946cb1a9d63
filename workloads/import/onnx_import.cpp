#include "workloads/import/onnx_initializers.h"
#include "workloads/workload.h"

namespace symmetree {

struct onnx_initializers::model {};

onnx_initializers::onnx_initializers(std::string path) : path_(std::move(path)) {
    throw input_error(diagnostic{path_, 0, 0, "", "ONNX import is not there yet"});
}

std::shared_ptr<const std::vector<float>> onnx_initializers::read(const std::string&, const std::vector<std::int64_t>&, bool) const { return {}; }

workload load_workload_onnx(const std::string& path) { throw input_error(diagnostic{path, 0, 0, "", "ONNX import is not there yet"}); }

}  // namespace symmetree
