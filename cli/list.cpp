#include <fmt/format.h>

#include <iostream>

#include "cli/command.h"
#include "platforms/platform_config.h"
#include "workloads/files/load_workload.h"
#include "workloads/network/workload.h"

namespace symmetree {

exit_code list_command(const std::vector<std::string>& words) {
    boost::program_options::options_description known("options");
    known.add_options()("help,h", "this text");
    if (parse_command(known, words).count("help")) {
        std::cout << "symmetree list\nShipped platforms and workloads, one line each.\n";
        return exit_code::done;
    }
    for (const std::string& name : shipped_platforms(platforms_directory())) {
        const platform_config config = load_platform(name, platforms_directory());
        std::cout << fmt::format("platform  {:<20} {:<18} {}\n", config.name, to_string(config.default_scheme), config.description);
    }
    for (const std::string& name : shipped_workloads(networks_directory())) {
        const workload w = load_workload(name, networks_directory());
        std::int64_t macs = 0;
        for (const layer& l : w.layers) macs += product_of(l).macs();
        std::cout << fmt::format("workload  {:<29} {:>3} layers, {:>6.3f} GMAC  {}\n", w.name, w.layers.size(),
                                 static_cast<double>(macs) * 1e-9, w.source);
    }
    return exit_code::done;
}

}  // namespace symmetree
