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
class forgetful_sequence : public layer_sequence {
public:
    explicit forgetful_sequence(const prepared_run& run) : layer_sequence(run), run_(run) {}

private:
    std::optional<program_call> next_call() override {
        std::optional<program_call> call = layer_sequence::next_call();
        if (!call) return call;
        const prepared_layer& l = run_.layers.front();
        std::vector<weight_fill> fills = l.plan.fills;
        for (weight_fill& fill : fills) fill.outlier_bytes = 0;
        spoilt_ = *call->run;
        for (placed_bytes& content : spoilt_.contents)
            if (content.address == l.plan.descriptor.tables_address) content.bytes = encode_tables(l.integers.channels, fills);
        call->run = &spoilt_;
        return call;
    }

    const prepared_run& run_;
    program spoilt_;
};

TEST(starvation, is_a_model_fault_that_names_who_waits) {
    run_request request = timing_of(request_of(preset("dasq"), network_of({linear_layer(4, 64, 32)})));
    request.asked_scheme = parse_scheme("dasq:w4a4:sw4:p90");
    std::string failure;
    try {
        forked([&]() -> std::string {
            // Never destroyed: destructors that run while an exception unwinds past the kernel confuse the address sanitizer.
            const prepared_run* const run = new prepared_run(prepare(request, weight_cache("")));
            forgetful_sequence* const program = new forgetful_sequence(*run);
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
