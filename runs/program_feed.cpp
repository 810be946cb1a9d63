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
    job_.descriptor_address = p.descriptor_address;
    job_.descriptors = p.descriptors;
    const address_range back = call_.read_back.value_or(address_range{p.result_address, p.result_bytes});
    job_.result_address = back.begin;
    job_.result_bytes = back.bytes;
    return &job_;
}

}  // namespace symmetree
