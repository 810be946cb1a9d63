#pragma once

#include <vector>

#include "compile/layer_plan.h"
#include "compile/memory_map.h"
#include "compile/program.h"
#include "compile/quantized_network.h"

namespace symmetree {

// What a layer that runs by itself and a layer of a network share on their way into a program, and the whole program of the former.

/// Plans a product of `batch` images whose output codes have so many bits, and makes sure that its sums fit. The operands of an attention
/// product are all of one image, so that its images are repeats. Throws does_not_fit.
layer_plan plan_product(const platform_config& platform, const formatted_product& product, const product_integers& integers,
                        int output_bits, int batch);

/// Dense codes and outliers, where the descriptor says; timing only, without values, no dense codes.
std::vector<placed_bytes> stored_operand(const accelerator_config& config, const layer_descriptor& d, const layer_plan& plan,
                                         const quantized_weights& w, bool with_values);

/// A layer that gets a place, and what its weights are, or an attention product's second input.
struct placed_layer {
    layer_plan* plan;
    place_role operand = place_role::weights;
};
/// Finds a place for everything that layers have in memory that one doorbell runs, none of which reads what another one writes: from
/// address 0 their descriptors, then layer by layer tables, dense codes, outliers and input, then the outputs of all. The addresses go into
/// their plans.
memory_map place_in_turn(const accelerator_config& config, const std::vector<placed_layer>& layers);
/// The same for a layer by itself.
memory_map place_alone(const accelerator_config& config, layer_plan& plan, place_role operand = place_role::weights);

/// The program of a layer that place_alone() has placed: one product, with its outputs block after block. `x` are the codes of its input,
/// image by image; null: timing only, they and the dense codes are left out. `w`: of an attention product the operands of all images, one
/// behind the other; `channels` has one for each of its rows.
program compile_alone(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w,
                      const std::vector<channel_record>& channels, const quantized_activations* x);
/// Layers that place_in_turn() has placed, in one program; `alone` are their programs.
program joined(std::vector<program> alone);

}  // namespace symmetree
