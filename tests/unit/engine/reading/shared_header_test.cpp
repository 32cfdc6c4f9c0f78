// SPDX-License-Identifier: Apache-2.0
//
// Objects that workers share and whose lines are read under a header: each block knows the one that holds where it
// begins, however many workers take them. And the compressed logs of the shared material, where it is here.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "engine/reading/scan.h"
#include "formats/registry.h"
#include "io/listing.h"
#include "unit/formats/read_all.h"
#include "unit/io/compressed.h"

namespace otomo::engine {
namespace {

namespace fs = std::filesystem;

const formats::Format& cloudfront() { return *formats::Registry().find("cloudfront"); }

// Two headers of the same length, so that only they can tell which value is which.
std::string concatenated(std::size_t size_min, std::mt19937& random) {
  std::string text;
  while (text.size() < size_min) {
    text += random() % 2 == 0 ? "#Version: 1.0\n#Fields: c-ip x-host-header x-edge-request-id\n"
                              : "#Fields: x-host-header c-ip x-edge-request-id\n";
    const std::size_t lines = random() % 20'000;
    for (std::size_t i = 0; i < lines; ++i) {
      text += "203.0.113.9\twww.example.com\t";
      for (int letter = 0; letter < 60; ++letter) text += static_cast<char>('A' + random() % 50);
      text += '\n';
    }
  }
  return text;
}

struct Totals {
  std::map<std::string, std::uint64_t> addresses;  // how many records have it
  formats::Counts counts;
};

Totals scan(const fs::path& path, std::size_t workers, const formats::SourceSettings& settings = {}) {
  const std::vector<std::string> paths = {path.string()};
  const auto listing = io::list_objects(paths);
  EXPECT_TRUE(listing);
  ScanOptions options;
  options.listing = &*listing;
  std::vector<Source> sources(1);
  sources[0].settings = settings;
  if (!settings.fields.empty()) sources[0].forced = &cloudfront();
  options.sources = sources;
  const formats::Registry registry;
  options.registry = &registry;
  options.objects = io::ObjectSet::all(listing->objects.size());
  options.wanted = {&cloudfront()};
  const std::size_t address = formats::column_index(cloudfront(), "c_ip");
  options.project = [&](const formats::Format&, formats::Batch& batch) { batch.columns[address].wanted = true; };
  options.interrupted = [] { return false; };
  Scan scan(std::move(options));
  Totals totals;
  std::mutex mutex;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < workers; ++i) {
      threads.emplace_back([&] {
        ScanWorker worker(scan);
        while (true) {
          const auto batch = worker.next();
          ASSERT_TRUE(batch) << batch.error().message;
          if (*batch == nullptr) return;
          const std::lock_guard lock(mutex);
          for (std::size_t row = 0; row < (*batch)->rows; ++row) {
            ++totals.addresses[std::string((*batch)->columns[address].text[row])];
          }
        }
      });
    }
  }
  totals.counts = scan.totals.counts();
  EXPECT_EQ(scan.totals.objects_unread + scan.totals.objects_unknown, 0U);
  return totals;
}

TEST(SharedHeaders, EveryBlockIsReadUnderTheNearestHeaderBeforeIt) {
  std::string pattern = (fs::temp_directory_path() / "otomo-headers-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  const fs::path folder = pattern;
  std::mt19937 random(20261125);
  for (int round = 0; round < 4; ++round) {
    const std::string text = concatenated(9'000'000, random);
    formats::WholeReader reader(cloudfront(), {formats::column_index(cloudfront(), "c_ip")});
    std::map<std::string, std::uint64_t> expected;
    for (const formats::Item& item : reader.read(text).records()) {
      ++expected[item.values[formats::column_index(cloudfront(), "c_ip")]];
    }
    ASSERT_EQ(expected.size(), 2U);
    std::ofstream(folder / "plain.log", std::ios::binary) << text;
    for (const std::size_t workers : {1U, 2U, 7U}) {
      const Totals totals = scan(folder / "plain.log", workers);
      EXPECT_EQ(totals.addresses, expected) << workers << " workers";
      EXPECT_EQ(totals.counts.rejects, 0U);
    }
    std::ofstream(folder / "compressed.log.gz", std::ios::binary) << io::gzip(text);
    ASSERT_GT(fs::file_size(folder / "compressed.log.gz"), 4U * 1024 * 1024);  // inflated by a thread of its own
    EXPECT_EQ(scan(folder / "compressed.log.gz", 3).addresses, expected);
  }
  fs::remove_all(folder);
}

TEST(SharedHeaders, CompressedLogsOfOthers) {
  const fs::path data = fs::path(OTOMO_ROOT) / "../shared/data";
  const fs::path promtail = data / "lambda-promtail/testdata/cloudfront.log.gz";
  const fs::path parser = data / "aws-log-parser/test/data/cloudfront-multiple.log.gz";
  const fs::path automations = data / "aws-waf-security-automations/source/log_parser/test/test_data";
  if (!fs::exists(promtail) || !fs::exists(parser) || !fs::exists(automations)) GTEST_SKIP() << "no " << data;
  EXPECT_EQ(scan(promtail, 1).counts.records, 2U);
  EXPECT_EQ(scan(promtail, 1).counts.rejects, 0U);
  EXPECT_EQ(scan(parser, 1).counts.records, 6U);
  EXPECT_EQ(scan(parser, 1).counts.rejects, 0U);
  // These two have lost their header: rejected to the last line without one, read to the last line with the setting.
  const formats::SourceSettings fields = {
      .fields =
          "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
          "cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol "
          "cs-bytes time-taken",
      .delimiter = {},
      .time_zone = {},
      .account_id = {}};
  const fs::path large = automations / "cf-access-log-sample.gz";
  EXPECT_EQ(scan(large, 2, fields).counts.records, 28'949U);
  EXPECT_EQ(scan(large, 2, fields).counts.rejects, 0U);
  const fs::path named = automations / "E3HXCM7PFRG6HT.2023-04-24-21.d740d76bCloudFront.gz";
  EXPECT_EQ(scan(named, 1, fields).counts.records, 152U);
  EXPECT_EQ(scan(named, 1, fields).counts.rejects, 0U);
  EXPECT_EQ(scan(named, 1).counts.records, 0U);
  EXPECT_EQ(scan(named, 1).counts.rejects, 152U);
}

}  // namespace
}  // namespace otomo::engine
