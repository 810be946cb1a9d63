#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compile/network_program.h"

namespace symmetree {

/// One step as the hardware reads it.
using step_descriptor = std::variant<layer_descriptor, vector_descriptor>;

/// Whether every image of a batch has a tensor of its own.
enum class tensor_owner { each_image, all_images };

/// A program while it grows: places, what the host writes there, descriptors in the order of the steps.
class program_builder {
public:
    /// Descriptors stand before everything else, at most `most_steps` of them.
    program_builder(std::size_t most_steps, int batch);

    /// A place that a step writes, by address.
    std::uint64_t reserve(std::string name, std::uint64_t bytes);
    /// A place whose bytes the host writes before the first image and keeps from image to image.
    std::uint64_t load(std::string name, std::vector<std::uint8_t> bytes);
    /// The same for a place that is reserved already; keep(): its bytes may be left out, timing only.
    void load_at(std::uint64_t address, std::vector<std::uint8_t> bytes);
    void keep(std::uint64_t address) { kept_.push_back(address); }

    /// A tensor of its own place, by index; those of the images follow each other. Throws does_not_fit for one of more than 2^31 elements.
    std::size_t new_buffer(std::string name, std::int64_t rows, std::int64_t row_elements, const tensor_format& format,
                           tensor_owner owner = tensor_owner::each_image);
    const memory_tensor& buffer(std::size_t index) const { return program_.buffers[index]; }

    void add(network_step step, step_descriptor d);

    /// All steps are there: finds lifetimes. The host writes the input before the first step and reads the output after the last.
    void end(const tensor_view& input, const tensor_view& output);
    const std::vector<network_step>& steps() const { return program_.steps; }
    const std::vector<step_descriptor>& descriptors() const { return descriptors_; }
    const memory_map& memory() const { return program_.memory; }
    /// Takes `to`, the same map with places moved, and puts the new addresses wherever the old ones stand.
    void move(memory_map to);

    /// The program, but for its plans, tensors and scales.
    network_program finish();

private:
    const std::size_t most_steps_;
    network_program program_;
    std::vector<step_descriptor> descriptors_;
    std::vector<std::uint64_t> kept_;  ///< addresses of what the host keeps in memory
};

}  // namespace symmetree
