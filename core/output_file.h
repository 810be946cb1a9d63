#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace symmetree {

/// A file that appears complete or not at all: written under a temporary name beside the target and renamed by commit().
/// Without commit() (an exception on the way) the temporary file is removed and an older target stays as it was.
/// A symbolic link is followed; a device or a pipe has no name to rename and is written directly.
/// Every failure is an input_error that names the path: the user chose it.
class output_file {
public:
    explicit output_file(std::string path);
    ~output_file();
    output_file(const output_file&) = delete;
    output_file& operator=(const output_file&) = delete;

    void write(std::string_view text);
    void commit();

private:
    void open_temporary(unsigned permissions);
    [[noreturn]] void fail(int error) const;
    void discard() noexcept;

    std::string path_;       ///< as the user wrote it, for messages
    std::string target_;     ///< with links resolved
    std::string temporary_;  ///< empty when written directly
    std::FILE* file_ = nullptr;
};

/// Throws the input_error that writing `path` would end in now: what takes minutes should not fail at its end. Writes nothing.
void require_writable(const std::string& path);

/// Writes `text` as the whole of `path`; throws input_error.
void write_output(const std::string& path, std::string_view text);

/// Takes the pieces of a text in order.
using text_sink = std::function<void(std::string_view)>;
/// Writes the pieces that `writer` hands out as the whole of `path`; throws input_error.
void write_output(const std::string& path, const std::function<void(const text_sink&)>& writer);

/// A file's name within its folder, and all that it holds.
struct named_content {
    std::string name, content;
};
/// Writes the files into `folder`, which is made where it is missing; throws input_error.
void write_folder(const std::string& folder, const std::vector<named_content>& files);

}  // namespace symmetree
