#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace symmetree {

/// The stored tensors of one ONNX file, for layers that name an initializer themselves.
class onnx_initializers {
public:
    /// Reads the model. Throws input_error naming the file.
    explicit onnx_initializers(std::string path);

    /// The floats of an initializer with these dimensions; `transposed` ones are stored [in][out] and returned [out][in].
    /// Throws input_error naming file and initializer (absent, not float32, other dimensions, not finite).
    std::shared_ptr<const std::vector<float>> read(const std::string& initializer, const std::vector<std::int64_t>& dimensions,
                                                   bool transposed) const;

private:
    struct model;
    std::string path_;
    std::shared_ptr<const model> model_;
};

}  // namespace symmetree
