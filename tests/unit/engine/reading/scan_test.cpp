// SPDX-License-Identifier: Apache-2.0
//
// Scans over files: whatever their size, codec and the number of workers, the records and rejects are those of a reader
// that sees the whole text at once.
#include "engine/reading/scan.h"

#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "formats/registry.h"
#include "unit/formats/read_all.h"
#include "unit/io/compressed.h"

namespace otomo::engine {
namespace {

namespace fs = std::filesystem;

std::string line(std::size_t id, std::size_t agent_bytes) {
  return "79a59df900b949e5 docs-example [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - ID" + std::to_string(id) +
         " REST.GET.OBJECT key \"GET /key HTTP/1.1\" 200 - 512 512 12 11 \"-\" \"" + std::string(agent_bytes, 'a') +
         "\" -\n";
}

class ScanTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "otomo-scan-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(root_ / name, std::ios::binary) << bytes;
  }

  struct Found {
    std::multiset<std::string> pieces;  // "object offset raw" of records, with the reason of rejects
    formats::Counts counts;
    std::uint64_t unread = 0;
    std::uint64_t unknown = 0;
    std::uint64_t done = 0;
    std::size_t batches = 0;
  };

  // With `merge`, pieces are told without their objects.
  // `after_listing` is done before the first object is opened.
  Found scan(std::size_t workers, bool reports = false, bool merge = false,
             const std::function<void()>& after_listing = {}) {
    return scan_paths({root_.string()}, workers, reports, merge, after_listing);
  }

  Found scan_paths(const std::vector<std::string>& paths, std::size_t workers, bool reports, bool merge,
                   const std::function<void()>& after_listing = {}) {
    const auto listing = io::list_objects(paths);
    EXPECT_TRUE(listing);
    if (after_listing) after_listing();
    ScanOptions options;
    options.listing = &*listing;
    const std::vector<Source> sources(1);
    options.sources = sources;
    const formats::Registry registry;
    options.registry = &registry;
    options.objects = io::ObjectSet::all(listing->objects.size());
    options.project = [](const formats::Format&, formats::Batch& batch) {
      batch.offsets_wanted = batch.raw_wanted = true;
      batch.event_time.wanted = batch.account_id.wanted = batch.region.wanted = true;
    };
    options.reports = reports;
    options.merge_objects = merge;
    if (merge) options.wanted = registry.of_table("s3_access_logs");
    options.interrupted = [] { return false; };
    Scan scan(std::move(options));
    Found found;
    std::mutex mutex;
    std::uint64_t reported = 0;
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < workers; ++i) {
        threads.emplace_back([&] {
          ScanWorker worker(scan);
          std::uint64_t order = 0;
          while (true) {
            const auto batch = worker.next();
            ASSERT_TRUE(batch) << batch.error().message;
            const std::lock_guard lock(mutex);
            ++found.batches;
            if (*batch != nullptr) {
              ASSERT_GE(worker.order(), order);
              order = worker.order();
            }
            const bool had_reports = !worker.reports.empty();
            for (const ObjectReport& report : worker.reports) reported += report.counts.records;
            worker.reports.clear();
            if (*batch == nullptr) {
              if (had_reports) continue;
              return;
            }
            const std::string name = merge ? "" : std::string(worker.object().name()) + ' ';
            for (std::size_t row = 0; row < (*batch)->rows; ++row) {
              found.pieces.insert(name + std::to_string((*batch)->offsets[row]) + ' ' +
                                  std::string((*batch)->raw[row]));
            }
            for (const formats::Reject& reject : (*batch)->rejects) {
              found.pieces.insert(name + std::to_string(reject.offset) + ' ' + std::string(word_of(reject.reason)));
            }
          }
        });
      }
    }
    found.counts = scan.totals.counts();
    found.unread = scan.totals.objects_unread;
    found.unknown = scan.totals.objects_unknown;
    found.done = scan.totals.objects_done;
    EXPECT_EQ(found.done, listing->objects.size());
    EXPECT_EQ(found.pieces.size(), found.counts.records + found.counts.rejects);
    if (reports) {
      EXPECT_EQ(reported, found.counts.records);
    }
    return found;
  }

  static void expect_text(Found& found, const std::string& name, const std::string& text) {
    const formats::Format& format = *formats::Registry().find("s3_access");
    formats::WholeReader reader(format, {}, true);
    for (const formats::Item& item : reader.read(text).items) {
      const std::string piece = (name.empty() ? "" : name + ' ') + std::to_string(item.offset) + ' ' +
                                (item.is_record ? item.raw : item.values[0]);
      const auto place = found.pieces.find(piece);
      ASSERT_NE(place, found.pieces.end()) << "lost: " << piece.substr(0, 200);
      found.pieces.erase(place);
    }
  }

  static void expect_nothing_else(const Found& found) {
    EXPECT_TRUE(found.pieces.empty()) << found.pieces.size() << " more, such as "
                                      << found.pieces.begin()->substr(0, 200);
  }

  fs::path root_;
};

std::string lines(std::size_t size_bytes, std::size_t agent_bytes_max, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t id = 0; text.size() < size_bytes; ++id) {
    if (random() % 50 == 0) text += "torn line\n";
    if (random() % 50 == 0) text += "\n";
    text += line(id, random() % (agent_bytes_max + 1));
  }
  return text;
}

TEST_F(ScanTest, SmallAndLargePlainAndCompressed) {
  // Around the sizes at which objects are shared, blocks end and heads are read.
  const std::vector<std::pair<std::string, std::string>> objects = {
      {"1-small.log", lines(3'000, 100, 1)},
      {"2-block.log", lines(kBlockBytes, 200, 2)},
      {"3-blocks.log", lines(3 * kBlockBytes + 100, 50'000, 3)},
      {"4-shared.log", lines(5'000'000, 300, 4)},
      {"5-long-lines.log", line(0, 0) + lines(6'000'000, 400'000, 5)},  // a head without a whole line tells nothing
  };
  for (const auto& [name, text] : objects) {
    write(name, text);
    write(name + ".gz", io::gzip(text));
  }
  // The last object is compressed and large: inflated by a thread of its own.
  std::mt19937 random(6);
  std::string last;
  for (std::size_t id = 0; last.size() < 9'000'000; ++id) {
    std::string agent;
    for (int i = 0; i < 400; ++i) agent += static_cast<char>('A' + random() % 52);
    last += line(id, 0);
    last.insert(last.size() - 5, agent);
  }
  write("9-last.log.gz", io::gzip(last));
  ASSERT_GT(fs::file_size(root_ / "9-last.log.gz"), 4U * 1024 * 1024);
  for (const std::size_t workers : {1U, 3U}) {
    Found found = scan(workers, workers == 3);
    ASSERT_EQ(found.unread + found.unknown, 0U);
    for (const auto& [name, text] : objects) {
      expect_text(found, name, text);
      expect_text(found, name + ".gz", text);
    }
    expect_text(found, "9-last.log.gz", last);
    if (HasFatalFailure()) FAIL() << workers << " workers";
    expect_nothing_else(found);
  }
}

// Small objects of every kind, in one batch or each in its own: the same records, rejects and counts.
TEST_F(ScanTest, MergedObjects) {
  std::mt19937 random(12);
  for (unsigned id = 0; id < 400; ++id) {
    char name[8];
    std::snprintf(name, sizeof name, "%03u", id);
    const std::string text = lines(random() % (random() % 40 == 0 ? 700'000 : 20'000), 60, id);
    switch (random() % 9) {
      case 0: write(name, text); break;
      case 1: write(name, text.substr(0, text.size() / 2)); break;  // without a newline
      case 2: write(name, io::gzip(text).substr(0, 300)); break;
      case 3: write(name, io::gzip(text) + "garbage"); break;
      case 4: write(name, io::gzip(text) + io::gzip(text)); break;
      case 5: write(name, "Dear Sir or Madam,\n"); break;
      case 6: write(name, ""); break;
      default: write(name, io::gzip(text));
    }
  }
  Found single = scan(1);
  std::multiset<std::string> pieces;
  for (const std::string& piece : single.pieces) pieces.insert(piece.substr(piece.find(' ') + 1));
  for (const std::size_t workers : {1U, 3U}) {
    const Found merged = scan(workers, false, true);
    EXPECT_EQ(merged.pieces, pieces);
    EXPECT_EQ(merged.counts.records, single.counts.records);
    EXPECT_EQ(merged.counts.rejects, single.counts.rejects);
    EXPECT_EQ(merged.unknown, single.unknown);
    EXPECT_EQ(merged.unread, single.unread);
    EXPECT_LT(merged.batches, single.batches / 3);
  }
}

// A pipe can be opened once only, and nobody knows how much will come.
TEST_F(ScanTest, APipeAmongSmallObjects) {
  const std::string text = lines(2'000, 60, 1);
  const std::string piped = lines(2'000'000, 60, 3);
  const std::string pipe = (root_ / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  constexpr int kFiles = 100;  // enough for groups of several
  std::vector<std::string> paths;
  for (int i = 0; i < kFiles; ++i) {
    write(std::to_string(i), text);
    paths.push_back((root_ / std::to_string(i)).string());
    if (i == 1) paths.push_back(pipe);
  }
  std::jthread writer([&] { std::ofstream(pipe, std::ios::binary) << piped; });
  Found found = scan_paths(paths, 1, false, true);
  EXPECT_EQ(found.unread, 0U);
  expect_text(found, "", piped);
  for (int i = 0; i < kFiles; ++i) expect_text(found, "", text);
  expect_nothing_else(found);
}

TEST_F(ScanTest, LinesOverTheLimit) {
  const std::string text = line(1, 10) + std::string(kRecordBytesMax + 2'000'000, 'x') + '\n' + line(2, 10) +
                           line(3, kRecordBytesMax) + line(4, 10);
  write("1-plain.log", text);
  write("2-compressed.log.gz", io::gzip(text));
  for (const std::size_t workers : {1U, 2U}) {
    Found found = scan(workers);
    EXPECT_EQ(found.counts.records, 6U);
    EXPECT_EQ(found.counts.rejects, 4U);
    expect_text(found, "1-plain.log", text);
    expect_text(found, "2-compressed.log.gz", text);
    expect_nothing_else(found);
  }
}

TEST_F(ScanTest, DamageIsARejectBehindWhatWasGoodAndTheObjectIsPartlyUnread) {
  const std::string text = lines(700'000, 100, 7);
  const std::string stored = io::gzip(text);
  write("garbage.log.gz", stored + "garbage");
  write("twice.log.gz", stored + stored);
  write("torn.log.gz", stored.substr(0, stored.size() - 4));
  Found found = scan(2, true);
  EXPECT_EQ(found.unread, 2U);
  expect_text(found, "garbage.log.gz", text);
  expect_text(found, "twice.log.gz", text + text);
  EXPECT_EQ(found.pieces.erase("garbage.log.gz " + std::to_string(text.size()) + " trailing_garbage"), 1U);
  expect_text(found, "torn.log.gz", text);
  EXPECT_EQ(found.pieces.erase("torn.log.gz " + std::to_string(text.size()) + " truncated"), 1U);
  expect_nothing_else(found);
}

// A file that is cut after it was listed: small ones, also where objects are merged, and one that workers share.
TEST_F(ScanTest, AFileThatBecomesShorterIsPartlyUnread) {
  const std::string small = lines(3'000, 10, 4);
  const std::string large = lines(5'000'000, 300, 4);
  for (const bool merge : {false, true}) {
    write("large.log", large);
    for (int i = 0; i < 3; ++i) write("small" + std::to_string(i) + ".log", small);
    write("emptied.log", small);
    Found found = scan(1, false, merge, [&] {
      fs::resize_file(root_ / "large.log", 2'000'000);
      fs::resize_file(root_ / "small1.log", small.find('\n') + 1);
      fs::resize_file(root_ / "emptied.log", 0);
    });
    EXPECT_EQ(found.unread, 3U);
    EXPECT_EQ(found.unknown, 0U);
    if (merge) continue;
    EXPECT_EQ(found.pieces.erase("large.log 2000000 truncated"), 1U);
    EXPECT_EQ(found.pieces.erase("small1.log " + std::to_string(small.find('\n') + 1) + " truncated"), 1U);
  }
}

TEST_F(ScanTest, DamageBeforeTheFirstRecordIsUnread) {
  const std::string stored = io::gzip(lines(3'000, 10, 4));
  write("a.gz", stored.substr(0, 12));
  write("b.gz", stored.substr(0, 20) + std::string(100, '\xff'));
  for (int i = 0; i < 50; ++i) write("c" + std::to_string(i) + ".gz", stored);
  for (const bool merge : {false, true}) {
    const Found found = scan(2, false, merge);
    EXPECT_EQ(found.unread, 2U);
    EXPECT_EQ(found.unknown, 0U);
  }
}

// DuckDB wants each thread's blocks in order: nobody may come back to a shared object from one behind it.
TEST_F(ScanTest, EachWorkerGoesForward) {
  const std::string large = lines(5'000'000, 300, 4);
  const std::string small = lines(50'000, 100, 5);
  for (int i = 0; i < 6; ++i) {
    write(std::to_string(i) + "-large.log", large);
    write(std::to_string(i) + "-small.log", small);
  }
  for (int round = 0; round < 5; ++round) scan(4);  // scan() looks at the order
}

TEST_F(ScanTest, WhatIsNoLogIsUnknownAndWhatCannotBeReadIsCounted) {
  write("a.log", lines(1'000, 10, 8));
  write("b.txt", "This is a letter.\n");
  write("empty", "");
  const Found found = scan(2, true);
  EXPECT_EQ(found.unknown, 2U);
  EXPECT_EQ(found.unread, 0U);
}

TEST_F(ScanTest, Interrupted) {
  write("a.log", lines(2'000'000, 10, 9));
  const std::vector<std::string> paths = {root_.string()};
  const auto listing = io::list_objects(paths);
  ScanOptions options;
  options.listing = &*listing;
  const std::vector<Source> sources(1);
  options.sources = sources;
  const formats::Registry registry;
  options.registry = &registry;
  options.objects = io::ObjectSet::all(1);
  options.project = [](const formats::Format&, formats::Batch&) {};
  std::atomic<int> calls{0};
  options.interrupted = [&] { return ++calls > 3; };
  Scan scan(std::move(options));
  ScanWorker worker(scan);
  while (true) {
    const auto batch = worker.next();
    if (!batch) {
      EXPECT_EQ(batch.error().kind, ErrorKind::kInterrupted);
      return;
    }
    ASSERT_NE(*batch, nullptr) << "the scan ended uninterrupted";
  }
}

}  // namespace
}  // namespace otomo::engine
