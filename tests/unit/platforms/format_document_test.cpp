// docs/platform-format.md against the reader: no field undocumented, and its example is a platform.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "support.h"

namespace symmetree {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

std::string document() {
    std::ifstream in(SYMMETREE_ROOT "/docs/platform-format.md");
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(platform_format_document, names_every_field) {
    const std::string text = document();
    for (const char* platform : {"symq", "post"})
        for (const std::string& line : lines_of(to_yaml(shipped(platform)))) {
            const std::size_t start = line.find_first_not_of(' ');
            const std::string key = line.substr(start, line.find(':') - start);
            EXPECT_THAT(text, AnyOf(HasSubstr("`" + key + "`"), HasSubstr("." + key + "`"), HasSubstr("{" + key + ","),
                                    HasSubstr(", " + key + "}")))
                << key;
        }
}

TEST(platform_format_document, example_is_a_platform) {
    const std::string text = document();
    const std::string open = "```yaml\n";
    const std::size_t start = text.find(open) + open.size();
    const platform_config c = parse_platform(text.substr(start, text.find("```", start) - start), "platform-format.md");
    EXPECT_EQ(to_string(c.default_scheme), "dasq:w3a4:sw4:p98") << "as the comment in the example says";
}

}  // namespace
}  // namespace symmetree
