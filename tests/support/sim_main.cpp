#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <systemc>

namespace {

/// A warning of the kernel is a failure: it becomes an exception, which no simulation survives.
void refuse_warnings(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
    if (report.get_severity() == sc_core::SC_WARNING) throw std::runtime_error(std::string("SystemC warns: ") + report.what());
    sc_core::sc_report_handler::default_handler(report, actions);
}

}  // namespace

int sc_main(int argc, char* argv[]) {
    sc_core::sc_report_handler::set_handler(refuse_warnings);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}

int main(int argc, char* argv[]) {
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
