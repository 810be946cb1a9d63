#include "runs/program_feed.h"

namespace symmetree {

const host_job* program_feed::next() {
    std::optional<program_call> call = next_call();
    if (!call) return nullptr;
    call_ = std::move(*call);
    const program& p = *call_.run;
    job_ = {};
    if (!call_.loaded)
        for (const placed_bytes& content : p.contents) job_.contents.push_back({content.address, &content.bytes});
    if (!call_.input.empty()) job_.contents.push_back({p.input_address, &call_.input});
    job_.descriptors = p.descriptors;
    job_.result_address = p.result_address;
    job_.result_bytes = p.result_bytes;
    return &job_;
}

}  // namespace symmetree
