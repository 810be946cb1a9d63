#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace symmetree {

/// Im2col vectors as they left the activation buffer, [vectors][stride]. A window shares the ownership of its codes: they stay as they are
/// for as long as somebody keeps it, also when the bank that they came from is filled again. Empty where no values are wanted.
struct vector_window {
    std::shared_ptr<const std::vector<std::int16_t>> codes;
    std::ptrdiff_t begin = 0;  ///< first vector's place in `codes`
    int stride = 0;

    explicit operator bool() const { return codes != nullptr; }
    /// The codes from this vector of the window on; null where the window is empty.
    const std::int16_t* from(int vector) const { return codes ? codes->data() + begin + std::ptrdiff_t{vector} * stride : nullptr; }
};

}  // namespace symmetree
