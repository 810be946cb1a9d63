#include "tests/rtl/core/simulated_record.h"

#include "core/probe.h"
#include "models/contract/drain_watch.h"
#include "platforms/assemble.h"

namespace symmetree {
namespace {

/// Hears of loads, first issues and drains as the models report them.
class event_recorder : public probe {
public:
    explicit event_recorder(core_record& record) : record_(record) {}

    signal declare(const std::string& name, int) override {
        names_.push_back(name);
        return static_cast<signal>(names_.size() - 1);
    }
    signal declare_enumeration(const std::string& name, const std::vector<std::string>&) override { return declare(name, 1); }
    signal declare_text(const std::string& name) override { return declare(name, 1); }
    void change_text(signal, std::uint64_t, const std::string&) override {}

    void change(signal s, std::uint64_t at, std::uint64_t value) override {
        const auto is = [&](const std::string& end) {
            return names_[s].size() >= end.size() && names_[s].compare(names_[s].size() - end.size(), end.size(), end) == 0;
        };
        if (is("weight_loader.busy")) {
            if (value)
                record_.tiles.push_back({at, 0, 0});
            else
                record_.tiles.back().load_end = at;
        } else if (is("vector_issuer.tile")) {
            record_.tiles.at(issued_++).first_issue = at;
        } else if (is("requantizer.busy")) {
            if (value)
                record_.drains.push_back({at, 0});
            else
                record_.drains.back().end = at;
        }
    }

private:
    core_record& record_;
    std::vector<std::string> names_;
    std::size_t issued_ = 0;
};

/// Keeps what a layer left in memory.
class output_recorder : public layer_sequence {
public:
    output_recorder(const prepared_run& run, core_record& record) : layer_sequence(run), record_(record) {}
    void finished(const std::vector<std::uint8_t>& outputs) override {
        record_.outputs.push_back(outputs);
        layer_sequence::finished(outputs);
    }

private:
    core_record& record_;
};

class sum_recorder : public drain_watch {
public:
    explicit sum_recorder(core_record& record) : record_(record) {}
    void drained(const output_block&, const std::vector<std::int64_t>& sums) override { record_.sums.push_back(sums); }

private:
    core_record& record_;
};

}  // namespace

core_record simulated_record(const prepared_run& run) {
    core_record record;
    event_recorder recorder(record);
    output_recorder program(run, record);
    edge_system system("system", run.request.platform, program, !run.request.timing_only, &recorder);
    sum_recorder sums(record);
    system.watch(&sums);
    system.run();
    for (const layer_result& r : system.device().results()) {
        measured_layer m;
        m.name = run.layers[record.layers.size()].product.layer->name;
        m.cycles = r.cycles;
        m.split = r.split;
        m.dma_bytes = bytes_by_stream(r);
        record.vectors += r.split.issued();
        record.layers.push_back(m);
    }
    return record;
}

}  // namespace symmetree
