// SPDX-License-Identifier: Apache-2.0
#include "cli/printing/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace otomo::cli {

namespace {
constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr int kLinksMax = 40;
}  // namespace

Result<std::unique_ptr<Output>> Output::open(const std::string& path) {
  std::unique_ptr<Output> output(new Output);
  output->path_ = path;
  if (path.empty()) {
    output->descriptor_ = STDOUT_FILENO;
    return output;
  }
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    // A device or a pipe is written to; it cannot be replaced.
    output->descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    // A link is followed: the file that it leads to is replaced, not the link.
    for (int links = 0; links < kLinksMax && std::filesystem::is_symlink(output->path_); ++links) {
      const std::filesystem::path link = output->path_;
      output->path_ = link.parent_path() / std::filesystem::read_symlink(link);
    }
    output->partial_path_ = output->path_ + ".partial-" + std::to_string(::getpid());
    output->descriptor_ = ::open(output->partial_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  }
  if (output->descriptor_ < 0) {
    return world_error("writing " + path + ": " + std::generic_category().message(errno));
  }
  if (exists && S_ISREG(status.st_mode) && ::fchmod(output->descriptor_, status.st_mode & 07777) != 0) {
    return world_error("keeping the permissions of " + path + ": " + std::generic_category().message(errno));
  }
  return output;
}

std::unique_ptr<Output> Output::to_object(const std::string& url, std::unique_ptr<io::ObjectWriter> object) {
  std::unique_ptr<Output> output(new Output);
  output->path_ = url;
  output->object_ = std::move(object);
  return output;
}

Output::~Output() {
  if (path_.empty()) return;
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!finished_) discard();
}

void Output::discard() {
  if (!partial_path_.empty()) ::unlink(partial_path_.c_str());
  if (object_ != nullptr) object_->discard();
}

Result<void> Output::write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() < kBufferBytes ? Result<void>{} : flush();
}

Result<void> Output::flush() {
  if (object_ != nullptr) {
    auto written = object_->write(buffer_);
    buffer_.clear();
    return written;
  }
  std::string_view left = buffer_;
  while (!left.empty() && !reader_gone_) {
    const ssize_t count = ::write(descriptor_, left.data(), left.size());
    if (count >= 0) {
      left.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EPIPE) {
      reader_gone_ = true;
    } else if (errno == EAGAIN) {
      pollfd room{.fd = descriptor_, .events = POLLOUT, .revents = 0};  // whoever gave it to us made it non-blocking
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return world_error("writing " + (path_.empty() ? "standard output" : path_) + ": " +
                         std::generic_category().message(errno));
    }
  }
  buffer_.clear();
  if (reader_gone_) return interrupted_error();
  return {};
}

Result<void> Output::finish() {
  if (auto flushed = flush(); !flushed) return flushed;
  if (object_ != nullptr) {
    if (auto finished = object_->finish(); !finished) return finished;
  } else if (!path_.empty()) {
    if (::close(descriptor_) != 0 ||
        (!partial_path_.empty() && std::rename(partial_path_.c_str(), path_.c_str()) != 0)) {
      descriptor_ = -1;
      return world_error("writing " + path_ + ": " + std::generic_category().message(errno));
    }
    descriptor_ = -1;
  }
  finished_ = true;
  return {};
}

}  // namespace otomo::cli
