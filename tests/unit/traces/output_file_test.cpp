#include "core/output_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

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

// A pipe of our own stands for everything that is no regular file. Never a device of the system: for root, a writer that
// renames where it should write through would replace it for the whole machine.
TEST(output_file, writes_through_a_pipe_and_leaves_it_a_pipe) {
    const scratch_directory scratch;
    const std::string path = scratch.file("pipe");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
    ASSERT_GE(reader, 0);
    EXPECT_EQ(refusal_of(path, "through"), "written");
    char received[16] = {};
    EXPECT_EQ(::read(reader, received, sizeof received), 7);
    EXPECT_STREQ(received, "through");
    ::close(reader);
    EXPECT_TRUE(std::filesystem::is_fifo(path));
    EXPECT_EQ(scratch.entries(), 1u);
}

/// Files may grow to a few bytes only, as on a full disk.
class tight_limit {
public:
    tight_limit() {
        ::getrlimit(RLIMIT_FSIZE, &usual_);
        rlimit tight = usual_;
        tight.rlim_cur = 16;
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &tight);
    }
    ~tight_limit() {
        ::setrlimit(RLIMIT_FSIZE, &usual_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit usual_{};
    void (*handler_)(int) = nullptr;
};

TEST(output_file, that_runs_out_of_space_leaves_the_older_file_and_nothing_else) {
    const scratch_directory scratch;
    const std::string path = scratch.file("report.csv");
    write_output(path, "old");
    std::string at_close, at_write;
    {
        const tight_limit limit;
        at_close = refusal_of(path, std::string(100, 'x'));      // fails when the buffer is flushed
        at_write = refusal_of(path, std::string(1 << 20, 'x'));  // fails in the middle
    }
    EXPECT_THAT(at_close, StartsWith(path + ": cannot be written: "));
    EXPECT_THAT(at_write, StartsWith(path + ": cannot be written: "));
    EXPECT_EQ(content_of(path), "old");
    EXPECT_EQ(scratch.entries(), 1u);
}

TEST(require_writable, complains_as_writing_would_and_leaves_nothing) {
    const scratch_directory scratch;
    EXPECT_THROW(require_writable(scratch.file("missing/file")), input_error);
    EXPECT_THROW(require_writable(scratch.file("")), input_error);
    require_writable(scratch.file("new"));
    EXPECT_EQ(scratch.entries(), 0u);
}

TEST(require_writable, leaves_an_older_file_as_it_is) {
    const scratch_directory scratch;
    write_output(scratch.file("old"), "old");
    require_writable(scratch.file("old"));
    EXPECT_EQ(content_of(scratch.file("old")), "old");
    EXPECT_EQ(scratch.entries(), 1u);
}

TEST(require_writable, does_not_wait_for_the_reader_of_a_pipe) {
    const scratch_directory scratch;
    ASSERT_EQ(::mkfifo(scratch.file("pipe").c_str(), 0600), 0);
    require_writable(scratch.file("pipe"));
}

}  // namespace
}  // namespace symmetree
