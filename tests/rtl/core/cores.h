#pragma once

#include "tests/rtl/core/array_core_model.h"

namespace symmetree {

// The builds of CMakeLists.txt.
built_core core_symq();
built_core core_narrow();
built_core core_pre_subtract();
built_core core_port_subtract();
built_core core_row_sum();
built_core core_row_sum_at_drain();
built_core core_widened();
built_core core_dasq();
built_core core_dasq_pooled();
built_core core_dasq_late();
built_core core_dasq_shared_late();
built_core core_pot();
built_core core_post();
built_core core_post_word();
built_core core_stationary();
built_core core_stationary_narrow();
built_core core_stationary_dasq();
built_core core_stationary_row_sum();

}  // namespace symmetree
