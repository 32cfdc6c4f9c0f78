// SPDX-License-Identifier: Apache-2.0
#include "io/byte_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

namespace otomo::io {

namespace {

class FileSource final : public ByteSource, public RandomAccess {
 public:
  FileSource(int descriptor, std::string path, bool owned, std::uint64_t size_bytes)
      : descriptor_(descriptor), path_(std::move(path)), owned_(owned), size_bytes_(size_bytes) {}
  ~FileSource() override {
    if (owned_) ::close(descriptor_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
    std::size_t filled = 0;
    while (filled < out.size()) {
      const auto rest = out.subspan(filled);
      const ssize_t count = ::pread(descriptor_, rest.data(), rest.size(), static_cast<off_t>(offset + filled));
      if (count == 0) break;
      if (count > 0) {
        filled += static_cast<std::size_t>(count);
      } else if (errno != EINTR) {
        return world_error("reading " + path_ + ": " + std::generic_category().message(errno));
      }
    }
    return filled;
  }

  Result<std::size_t> read(std::span<char> out) override {
    while (!ended_) {
      const ssize_t count = ::read(descriptor_, out.data(), out.size());
      if (count >= 0) {
        read_bytes_ += static_cast<std::uint64_t>(count);
        ended_ = static_cast<std::size_t>(count) < out.size() && read_bytes_ == size_bytes_;
        return static_cast<std::size_t>(count);
      }
      if (errno != EINTR) return world_error("reading " + path_ + ": " + std::generic_category().message(errno));
    }
    return 0;
  }

 private:
  int descriptor_;
  std::string path_;
  bool owned_;
  std::uint64_t size_bytes_;
  std::uint64_t read_bytes_ = 0;
  bool ended_ = false;  // a read came back short where the file was said to end
};

}  // namespace

Result<std::size_t> read_fully(ByteSource& source, std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const auto count = source.read(out.subspan(filled));
    if (!count) return std::unexpected(count.error());
    if (*count == 0) break;
    filled += *count;
  }
  return filled;
}

namespace {

// `path` as the user knows it; `name` as openat(2) is to look for it below `folder`.
Result<std::unique_ptr<FileSource>> open_descriptor(int folder, const char* name, const std::string& path,
                                                    std::uint64_t size_bytes) {
  const int descriptor = ::openat(folder, name, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const std::string reason = std::generic_category().message(errno);
    return world_error("opening " + path + ": " + reason,
                       errno == EACCES ? "the file's permissions do not let this user read it" : "");
  }
  return std::make_unique<FileSource>(descriptor, path, true, size_bytes);
}

}  // namespace

Result<std::unique_ptr<RandomAccess>> open_file_at(const std::string& path) {
  return open_descriptor(AT_FDCWD, path.c_str(), path, 0);
}

FileOpener::~FileOpener() { close_folder(); }

void FileOpener::close_folder() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Result<std::unique_ptr<ByteSource>> FileOpener::open(const std::string& path, std::uint64_t size_bytes) {
  const std::size_t name = path.rfind('/') + 1;
  if (const std::string_view folder = std::string_view(path).substr(0, name); folder != folder_) {
    close_folder();
    folder_ = folder;
    if (!folder.empty()) descriptor_ = ::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  }
  if (descriptor_ < 0) return open_descriptor(AT_FDCWD, path.c_str(), path, size_bytes);
  return open_descriptor(descriptor_, path.c_str() + name, path, size_bytes);
}

Result<std::unique_ptr<ByteSource>> open_stdin() {
  static std::atomic_flag opened;
  if (opened.test_and_set()) {
    return world_error("standard input can be read only once, and this query reads it twice",
                       "write it to a file first, and name the file");
  }
  return std::make_unique<FileSource>(STDIN_FILENO, "standard input", false, 0);
}

}  // namespace otomo::io
