// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the programs that measure limits share: the list of objects under a path, and work spread over threads. Header
// only, since each of those programs is one file.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace otomo::bench {

[[noreturn]] inline void die(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(2);
}

struct Object {
  std::string path;
  uint64_t size_bytes = 0;
};

// The file, or all files under the folder, the largest first, so that no thread is left with a large one at the end.
inline std::vector<Object> objects_under(const std::string& path) {
  namespace fs = std::filesystem;
  std::vector<Object> objects;
  if (fs::is_regular_file(path)) {
    objects.push_back({path, fs::file_size(path)});
    return objects;
  }
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) objects.push_back({entry.path().string(), entry.file_size()});
  }
  std::ranges::stable_sort(objects, std::ranges::greater{}, &Object::size_bytes);
  return objects;
}

// An open file that reads. One thread at a time.
class Reader {
 public:
  explicit Reader(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) die("cannot open " + path + ": " + std::generic_category().message(errno));
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { close(fd_); }

  size_t read_at(uint64_t offset, char* to, size_t count) const {
    const ssize_t got = pread(fd_, to, count, static_cast<off_t>(offset));
    if (got < 0) die("cannot read: " + std::generic_category().message(errno));
    return static_cast<size_t>(got);
  }
  size_t read_next(char* to, size_t count) const {
    const ssize_t got = read(fd_, to, count);
    if (got < 0) die("cannot read: " + std::generic_category().message(errno));
    return static_cast<size_t>(got);
  }

 private:
  int fd_;
};

// Runs `work(next)` in each thread; next() gives the numbers 0 to count - 1, each once, then `count`.
template <typename Work>
void in_threads(unsigned threads, uint64_t count, const Work& work) {
  std::atomic<uint64_t> taken = 0;
  std::vector<std::jthread> running;
  for (unsigned i = 0; i < threads; ++i) {
    running.emplace_back([&] { work([&] { return std::min(taken++, count); }); });
  }
}

struct LimitOptions {
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  std::string path;
};

// [--threads N] PATH
inline LimitOptions parse_limit_options(int argc, char** argv) {
  LimitOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--threads" && i + 1 < argc) {
      const std::string_view number = argv[++i];
      std::from_chars(number.data(), number.data() + number.size(), options.threads);
    } else {
      options.path = argument;
    }
  }
  if (options.path.empty() || options.threads == 0) die(std::string("usage: ") + argv[0] + " [--threads N] PATH");
  return options;
}

}  // namespace otomo::bench
