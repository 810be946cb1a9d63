#include "cli/dump_options.h"

#include <sstream>

#include "cli/command.h"

namespace symmetree {

void add_dump_words(boost::program_options::options_description& words, dump_options& o) {
    namespace po = boost::program_options;
    auto add = words.add_options();
    add("dump", po::value(&o.values),
        "write values as arrays: logits, predictions, codes, accumulators; several, with commas between (docs/evaluate.md)");
    add("dump-to", po::value(&o.file), "the .npz file that they are written to");
    add("dump-images", po::value(&o.images), "codes and accumulators of the first so many images (4)");
}

dump_request dump_option(const dump_options& o) {
    dump_request dump;
    for (const std::string& list : o.values) {
        std::istringstream words(list + ',');
        for (std::string word; std::getline(words, word, ',');) dump.wanted[option_choice<dumped_value>("--dump", word)] = true;
    }
    if (dump.any() && o.file.empty()) throw input_error(diagnostic{"", 0, 0, "--dump", "a file is wanted, too: --dump-to FILE.npz"});
    if (!dump.any() && !o.file.empty())
        throw input_error(
            diagnostic{"", 0, 0, "--dump-to", "what to write is wanted, too: --dump with some of " + names_of<dumped_value>()});
    if (!o.images.empty() && !dump.looks_inside())
        throw input_error(diagnostic{"", 0, 0, "--dump-images", "is of --dump codes and --dump accumulators, and neither is given"});
    dump.images = option_number("--dump-images", o.images.empty() ? "4" : o.images, 1, 1 << 30);
    return dump;
}

}  // namespace symmetree
