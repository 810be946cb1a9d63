#include "cli/command.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

namespace symmetree {
namespace {

std::string data_directory() {
    const char* const chosen = std::getenv("SYMMETREE_DATA");
    return chosen && *chosen ? chosen : SYMMETREE_SOURCE_DATA;
}

}  // namespace

std::string networks_directory() { return data_directory() + "/workloads/nets"; }
std::string platforms_directory() { return data_directory() + "/platforms/presets"; }
std::string cost_directory() { return data_directory() + "/models/cost/tables"; }

boost::program_options::variables_map parse_command(const boost::program_options::options_description& options,
                                                    const std::vector<std::string>& words, const std::vector<const char*>& positional,
                                                    bool last_takes_all) {
    namespace po = boost::program_options;
    po::positional_options_description places;
    for (const char* name : positional) places.add(name, last_takes_all && name == positional.back() ? -1 : 1);
    po::variables_map values;
    try {
        // No guessing: an abbreviated option would change its meaning when another is added.
        const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
        po::store(po::command_line_parser(words).options(options).style(style).positional(places).run(), values);
        if (values.count("help") == 0) po::notify(values);
    } catch (const po::error& e) {
        throw input_error(diagnostic{"", 0, 0, "command line", e.what()});
    }
    return values;
}

int option_number(const std::string& option, const std::string& text, int low, int high) {
    const std::string magnitude = low < 0 && text.compare(0, 1, "-") == 0 ? text.substr(1) : text;
    const bool digits = !magnitude.empty() && magnitude.size() <= 9 && magnitude.find_first_not_of("0123456789") == std::string::npos;
    const int value = digits ? std::stoi(text) : low - 1;
    if (value < low || value > high)
        throw input_error(diagnostic{"", 0, 0, option, fmt::format("a whole number from {} to {} is wanted, given '{}'", low, high, text)});
    return value;
}

figure_format figure_format_of(const std::string& option, const std::string& path) {
    const std::string extension = std::filesystem::path(path).extension().string();
    if (extension == ".svg") return figure_format::svg;
    if (extension == ".png") return figure_format::png;
    throw input_error(diagnostic{"", 0, 0, option, fmt::format("a .svg or .png file is wanted, given '{}'", path)});
}

}  // namespace symmetree
