// A system that can't make progress is a fault that names who waits for what, never a success.
#include <gtest/gtest.h>

#include "core/error.h"
#include "platforms/assemble.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/support/measured.h"

namespace symmetree {
namespace {

/// Tells the accelerator that a layer has outliers and then sends none.
class forgetful_program : public prepared_program {
public:
    using prepared_program::prepared_program;
    const layer_image* next_layer() override {
        const layer_image* image = prepared_program::next_layer();
        if (!image) return nullptr;
        spoilt_ = *image;
        for (weight_fill& fill : spoilt_.fills) fill.outlier_bytes = 0;
        return &spoilt_;
    }

private:
    layer_image spoilt_;
};

TEST(starvation, is_a_model_fault_that_names_who_waits) {
    run_request request = timing_of(request_of(preset("dasq"), network_of({linear_layer(4, 64, 32)})));
    request.format = parse_scheme("dasq:w4a4:sw4:p90");
    std::string failure;
    try {
        forked([&]() -> std::string {
            // Never destroyed: destructors that run while an exception unwinds past the kernel confuse the address sanitizer.
            const prepared_run* const run = new prepared_run(prepare(request, weight_cache("")));
            forgetful_program* const program = new forgetful_program(*run);
            edge_system* const system = new edge_system("system", request.platform, *program, false, nullptr);
            system->run();
            return "finished";
        });
    } catch (const fork_failure& e) {
        EXPECT_EQ(e.what_kind, fork_failure::kind::model_fault);
        failure = e.what();
    }
    EXPECT_NE(failure.find("starved"), std::string::npos) << failure;
    EXPECT_NE(failure.find("weight_loader waits for weights in the buffer"), std::string::npos) << failure;
    EXPECT_NE(failure.find("vector_issuer waits for a loaded tile"), std::string::npos) << failure;
    EXPECT_NE(failure.find("host waits for the interrupt"), std::string::npos) << failure;
}

TEST(a_warning_of_the_kernel, fails_the_simulation) {
    const std::string failure = failure_of([] {
        forked([]() -> std::string {
            SC_REPORT_WARNING("test", "something is odd");
            return "went unnoticed";
        });
    });
    EXPECT_NE(failure.find("something is odd"), std::string::npos) << failure;
}

}  // namespace
}  // namespace symmetree
