#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "runs/evaluation_dump.h"

namespace symmetree {

/// What `evaluate` is to write as arrays, beside its table.
struct dump_options {
    std::vector<std::string> values;
    std::string images, file;
};
void add_dump_words(boost::program_options::options_description& words, dump_options& options);

/// --dump and --dump-images; nothing without --dump. Throws input_error, also where --dump and --dump-to do not come together.
dump_request dump_option(const dump_options& options);

}  // namespace symmetree
