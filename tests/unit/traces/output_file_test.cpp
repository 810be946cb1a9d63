#include "core/output_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "tests/unit/traces/scratch_directory.h"

namespace symmetree {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string refusal_of(const std::string& path, const std::string& text = "x") {
    try {
        write_output(path, text);
    } catch (const input_error& error) {
        return error.what();
    }
    return "written";
}

TEST(output_file, holds_what_was_written) {
    const scratch_directory scratch;
    write_output(scratch.file("report.csv"), std::string("a,b\n\0", 5));
    EXPECT_EQ(content_of(scratch.file("report.csv")), std::string("a,b\n\0", 5));
    EXPECT_EQ(scratch.entries(), 1u) << "a temporary file stayed behind";
}

TEST(output_file, shows_nothing_before_it_is_complete) {
    const scratch_directory scratch;
    output_file file(scratch.file("report.csv"));
    file.write("half");
    EXPECT_FALSE(std::filesystem::exists(scratch.file("report.csv")));
    file.write(" whole");
    file.commit();
    EXPECT_EQ(content_of(scratch.file("report.csv")), "half whole");
}

TEST(output_file, leaves_the_older_file_alone_when_the_new_one_is_abandoned) {
    const scratch_directory scratch;
    write_output(scratch.file("report.csv"), "old");
    {
        output_file file(scratch.file("report.csv"));
        file.write("new");
    }
    EXPECT_EQ(content_of(scratch.file("report.csv")), "old");
    EXPECT_EQ(scratch.entries(), 1u);
}

TEST(output_file, replaces_an_older_file_and_keeps_its_permissions) {
    const scratch_directory scratch;
    const std::string path = scratch.file("report.csv");
    write_output(path, "a longer old text");
    ::chmod(path.c_str(), 0640);
    write_output(path, "new");
    struct stat found {};
    ::stat(path.c_str(), &found);
    EXPECT_EQ(content_of(path), "new");
    EXPECT_EQ(found.st_mode & 0777u, 0640u);
}

TEST(output_file, two_writers_of_one_name_do_not_meet) {
    const scratch_directory scratch;
    output_file first(scratch.file("x")), second(scratch.file("x"));
    first.write("first");
    second.write("second");
    second.commit();
    first.commit();
    EXPECT_EQ(content_of(scratch.file("x")), "first");
    EXPECT_EQ(scratch.entries(), 1u);
}

TEST(output_file, follows_a_link_and_leaves_it_a_link) {
    const scratch_directory scratch;
    write_output(scratch.file("target"), "old");
    std::filesystem::create_symlink("target", scratch.file("link"));
    write_output(scratch.file("link"), "new");
    EXPECT_TRUE(std::filesystem::is_symlink(scratch.file("link")));
    EXPECT_EQ(content_of(scratch.file("target")), "new");
}

TEST(output_file, names_the_path_that_cannot_be_written) {
    const scratch_directory scratch;
    const std::string missing = scratch.file("no/such/directory.csv");
    EXPECT_THAT(refusal_of(missing), StartsWith(missing + ": cannot be written: "));
    EXPECT_THAT(refusal_of(scratch.file(".")), HasSubstr("cannot be written"));
    write_output(scratch.file("file"), "x");
    EXPECT_THAT(refusal_of(scratch.file("file/below.csv")), HasSubstr("cannot be written"));
    EXPECT_THAT(refusal_of(""), HasSubstr("cannot be written"));
    EXPECT_EQ(scratch.entries(), 1u);
}

TEST(output_file, does_not_replace_a_write_protected_file) {
    if (::geteuid() == 0) GTEST_SKIP() << "nothing is write-protected for root";
    const scratch_directory scratch;
    write_output(scratch.file("report.csv"), "old");
    ::chmod(scratch.file("report.csv").c_str(), 0444);
    EXPECT_THAT(refusal_of(scratch.file("report.csv")), HasSubstr("cannot be written"));
    EXPECT_EQ(content_of(scratch.file("report.csv")), "old");
}

TEST(output_file, writes_through_to_a_device_and_reports_a_full_one) {
    EXPECT_EQ(refusal_of("/dev/null"), "written");
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null")) << "the device itself was replaced";
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
    EXPECT_THAT(refusal_of("/dev/full"), HasSubstr("/dev/full: cannot be written"));
    EXPECT_THAT(refusal_of("/dev/full", std::string(1 << 20, 'x')), HasSubstr("/dev/full: cannot be written"));
}

}  // namespace
}  // namespace symmetree
