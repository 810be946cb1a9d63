#include <iostream>

#include "cli/command.h"
#include "platforms/auto_clock.h"

namespace symmetree {

exit_code describe_command(const std::vector<std::string>& words) {
    namespace po = boost::program_options;
    std::string platform;
    po::options_description known("options");
    known.add_options()("help,h", "this text")("platform", po::value(&platform)->required(), "shipped platform or .yaml file");
    if (parse_command(known, words).count("help")) {
        std::cout << "symmetree describe --platform P\nThe effective configuration with defaults, and the block diagram.\n" << known;
        return exit_code::done;
    }
    platform_config config = load_platform(platform, platforms_directory());
    if (config.auto_clock) settle_clock(config, cost_table::load(clock_table_of(config), cost_directory()));
    std::cout << to_yaml(config) << '\n' << block_diagram(config);
    return exit_code::done;
}

}  // namespace symmetree
