// SPDX-License-Identifier: Apache-2.0
#include "cli/printing/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace otomo::cli {

namespace {
constexpr std::size_t kBufferBytes = 64 * 1024;
}

Result<std::unique_ptr<Output>> Output::open(const std::string& path) {
  std::unique_ptr<Output> output(new Output);
  output->path_ = path;
  if (path.empty()) {
    output->descriptor_ = STDOUT_FILENO;
    return output;
  }
  output->partial_path_ = path + ".partial-" + std::to_string(::getpid());
  output->descriptor_ = ::open(output->partial_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (output->descriptor_ < 0) {
    return world_error("writing " + path + ": " + std::generic_category().message(errno));
  }
  return output;
}

Output::~Output() {
  if (path_.empty()) return;
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!finished_) discard();
}

void Output::discard() {
  if (!partial_path_.empty()) ::unlink(partial_path_.c_str());
}

Result<void> Output::write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() < kBufferBytes ? Result<void>{} : flush();
}

Result<void> Output::flush() {
  std::string_view left = buffer_;
  while (!left.empty() && !reader_gone_) {
    const ssize_t count = ::write(descriptor_, left.data(), left.size());
    if (count >= 0) {
      left.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EPIPE) {
      reader_gone_ = true;
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
  if (!path_.empty()) {
    if (::close(descriptor_) != 0 || std::rename(partial_path_.c_str(), path_.c_str()) != 0) {
      descriptor_ = -1;
      return world_error("writing " + path_ + ": " + std::generic_category().message(errno));
    }
    descriptor_ = -1;
  }
  finished_ = true;
  return {};
}

}  // namespace otomo::cli
