#include "models/contract/vector_descriptor.h"

#include <cstddef>
#include <cstring>
#include <type_traits>

#include "models/contract/descriptor.h"

namespace symmetree {

static_assert(std::is_trivially_copyable_v<vector_descriptor> && sizeof(vector_descriptor) <= descriptor_bytes);
static_assert(std::has_unique_object_representations_v<vector_descriptor>, "padding would be written as it was found in memory");
static_assert(offsetof(vector_descriptor, a) == 16 && offsetof(vector_descriptor, parameters_address) == 88 &&
              offsetof(vector_descriptor, copy) == 104 && offsetof(vector_descriptor, scale_address) == 184);

std::vector<std::uint8_t> encode(const vector_descriptor& d) {
    std::vector<std::uint8_t> bytes(descriptor_bytes);
    std::memcpy(bytes.data(), &d, sizeof(d));
    return bytes;
}

bool is_vector_descriptor(const std::vector<std::uint8_t>& bytes) {
    std::uint32_t magic = 0;
    if (bytes.size() >= sizeof(magic)) std::memcpy(&magic, bytes.data(), sizeof(magic));
    return magic == vector_magic;
}

}  // namespace symmetree
