// SPDX-License-Identifier: Apache-2.0
// otomo-bench-generate: writes made-up logs under AWS's own key layout. What a record holds depends on the seed and
// its number alone, so "one file" and "20,000 files" of one seed hold the same S3 access lines. Compression is zlib's
// level 6, as AWS's files have it. Many files are spread over the threads; one file is made in pieces by the threads
// and written in order.

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "generator/log.h"

namespace otomo::bench {
namespace {

constexpr uint64_t kRecordsPerPiece = 8192;
constexpr size_t kDeflatedBytes = 256 * 1024;
constexpr uint64_t kSampleRecords = 4096;

struct Options {
  std::string format;
  std::filesystem::path out;
  Plan plan;
  uint64_t bytes = 0;
  bool gzip = false;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
};

struct Totals {
  uint64_t raw_bytes = 0;
  uint64_t stored_bytes = 0;
};

[[noreturn]] void die(const std::string& message) {
  std::fprintf(stderr, "otomo-bench-generate: %s\n", message.c_str());
  std::exit(2);
}

// One object on its way to disk, deflated or not. One thread at a time.
class Object {
 public:
  Object(const std::filesystem::path& path, bool gzip) : path_(path), gzip_(gzip) {
    fd_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) die("cannot create " + path.string() + ": " + std::generic_category().message(errno));
    if (gzip_) {
      constexpr int kGzipWindowBits = 15 + 16;
      if (deflateInit2(&stream_, 6, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK) die("deflateInit2");
      deflated_.resize(kDeflatedBytes);
    }
  }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  void append(std::string_view bytes) {
    totals_.raw_bytes += bytes.size();
    if (gzip_) {
      deflate_all(bytes, Z_NO_FLUSH);
    } else {
      write_all(bytes);
    }
  }

  Totals finish() {
    if (gzip_) {
      deflate_all({}, Z_FINISH);
      deflateEnd(&stream_);
    }
    close(fd_);
    return totals_;
  }

 private:
  void deflate_all(std::string_view bytes, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    int code = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(deflated_.data());
      stream_.avail_out = static_cast<uInt>(deflated_.size());
      code = deflate(&stream_, flush);
      write_all({deflated_.data(), deflated_.size() - stream_.avail_out});
    } while (flush == Z_FINISH ? code != Z_STREAM_END : stream_.avail_out == 0);
  }

  void write_all(std::string_view bytes) {
    totals_.stored_bytes += bytes.size();
    while (!bytes.empty()) {
      const ssize_t count = write(fd_, bytes.data(), bytes.size());
      if (count < 0) die("cannot write " + path_.string() + ": " + std::generic_category().message(errno));
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }

  std::filesystem::path path_;
  bool gzip_;
  int fd_ = -1;
  z_stream stream_{};
  std::vector<char> deflated_;
  Totals totals_;
};

std::filesystem::path make_path(const Options& options, const Log& log, uint64_t file) {
  std::string key = log.object_key(options.plan, file);
  if (options.gzip) key += ".gz";
  std::filesystem::path path = options.out / key;
  std::filesystem::create_directories(path.parent_path());
  return path;
}

void append_records(const Options& options, const Log& log, uint64_t file, uint64_t first, uint64_t last, Text& text) {
  for (uint64_t record = first; record < last; ++record) {
    text.make_room();
    log.append(options.plan, file, record, text);
    if (record + 1 < last) text << log.separator();
  }
}

Totals write_many_files(const Options& options, const Log& log) {
  std::atomic<uint64_t> next_file = 0;
  std::mutex mutex;
  Totals totals;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < options.threads; ++i) {
    threads.emplace_back([&] {
      Text text;
      Totals mine;
      for (uint64_t file; (file = next_file++) < options.plan.files;) {
        text.clear();
        text.make_room();
        text << log.opening();
        append_records(options, log, file, options.plan.records * file / options.plan.files,
                       options.plan.records * (file + 1) / options.plan.files, text);
        text.make_room();
        text << log.closing();
        Object object(make_path(options, log, file), options.gzip);
        object.append(text.view());
        const Totals written = object.finish();
        mine.raw_bytes += written.raw_bytes;
        mine.stored_bytes += written.stored_bytes;
      }
      const std::lock_guard lock(mutex);
      totals.raw_bytes += mine.raw_bytes;
      totals.stored_bytes += mine.stored_bytes;
    });
  }
  threads.clear();
  return totals;
}

Totals write_one_file(const Options& options, const Log& log) {
  const uint64_t pieces = (options.plan.records + kRecordsPerPiece - 1) / kRecordsPerPiece;
  Object object(make_path(options, log, 0), options.gzip);
  object.append(log.opening());
  std::atomic<uint64_t> next_piece = 0;
  uint64_t written_pieces = 0;
  std::mutex mutex;
  std::condition_variable turn;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < options.threads; ++i) {
    threads.emplace_back([&] {
      Text text;
      for (uint64_t piece; (piece = next_piece++) < pieces;) {
        text.clear();
        const uint64_t last = std::min(options.plan.records, (piece + 1) * kRecordsPerPiece);
        append_records(options, log, 0, piece * kRecordsPerPiece, last, text);
        text.make_room();
        if (last < options.plan.records) text << log.separator();
        std::unique_lock lock(mutex);
        turn.wait(lock, [&] { return written_pieces == piece; });
        object.append(text.view());
        ++written_pieces;
        turn.notify_all();
      }
    });
  }
  threads.clear();
  object.append(log.closing());
  return object.finish();
}

// How many records make `bytes`, judged by some of them.
uint64_t records_of_bytes(const Options& options, const Log& log) {
  Options sample = options;
  sample.plan.records = kSampleRecords;
  sample.plan.files = 1;
  Text text;
  append_records(sample, log, 0, 0, kSampleRecords, text);
  return std::max<uint64_t>(1, options.bytes * kSampleRecords / text.size());
}

constexpr const char* kUsage =
    R"(usage: otomo-bench-generate --format LOG (--records N | --bytes N) --out DIR
                            [--files N] [--gzip] [--seed N] [--threads N]

Writes made-up logs into DIR under AWS's own key layout. --bytes is before compression, and about. LOG is
a line of bench/generator/logs.def.

  otomo-bench-generate --format s3_access --bytes 1300000000 --out data/s3_plain
  otomo-bench-generate --format cloudtrail --bytes 2500000000 --files 1000 --gzip --out data/cloudtrail
)";

uint64_t number(const std::string& option, const char* text) {
  uint64_t value = 0;
  const std::string_view view(text == nullptr ? "" : text);
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
  if (error != std::errc() || end != view.data() + view.size() || view.empty()) die(option + " needs a number");
  return value;
}

Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--gzip") {
      options.gzip = true;
      continue;
    }
    if (option == "--help") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    }
    const char* value = i + 1 < argc ? argv[++i] : nullptr;
    if (option == "--format" && value != nullptr)
      options.format = value;
    else if (option == "--out" && value != nullptr)
      options.out = value;
    else if (option == "--records")
      options.plan.records = number(option, value);
    else if (option == "--bytes")
      options.bytes = number(option, value);
    else if (option == "--files")
      options.plan.files = number(option, value);
    else if (option == "--seed")
      options.plan.seed = number(option, value);
    else if (option == "--threads")
      options.threads = static_cast<unsigned>(number(option, value));
    else
      die("unknown option or missing value: " + option + "\n" + kUsage);
  }
  if (options.out.empty() || options.plan.files == 0 || options.threads == 0 ||
      (options.plan.records == 0) == (options.bytes == 0)) {
    die(kUsage);
  }
  return options;
}

std::unique_ptr<Log> make_log(const std::string& format) {
#define X(name) \
  if (format == #name) return name##_log();
#include "generator/logs.def"
#undef X
  die("--format is a line of bench/generator/logs.def, not " + format);
}

int run(int argc, char** argv) {
  Options options = parse_options(argc, argv);
  const std::unique_ptr<Log> log = make_log(options.format);
  if (options.plan.records == 0) options.plan.records = records_of_bytes(options, *log);
  if (options.plan.files > options.plan.records) die("more files than records");
  const Totals totals = options.plan.files == 1 ? write_one_file(options, *log) : write_many_files(options, *log);
  std::printf("%s: %llu records, %llu files, %.1f MB raw (%.0f bytes a record), %.1f MB stored, %.2f:1, in %s\n",
              options.format.c_str(), static_cast<unsigned long long>(options.plan.records),
              static_cast<unsigned long long>(options.plan.files), static_cast<double>(totals.raw_bytes) / 1e6,
              static_cast<double>(totals.raw_bytes) / static_cast<double>(options.plan.records),
              static_cast<double>(totals.stored_bytes) / 1e6,
              static_cast<double>(totals.raw_bytes) / static_cast<double>(totals.stored_bytes), options.out.c_str());
  return 0;
}

}  // namespace
}  // namespace otomo::bench

int main(int argc, char** argv) { return otomo::bench::run(argc, argv); }
