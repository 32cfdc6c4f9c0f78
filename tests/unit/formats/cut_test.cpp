// SPDX-License-Identifier: Apache-2.0
//
// What holds for every format, shown on its own samples: the cut does not matter, a torn object keeps its whole
// records, the question does not change the rejects, and no detector claims another's samples.
#include "fuzz/cut.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "formats/registry.h"

namespace otomo {
namespace {

namespace fs = std::filesystem;

struct Sample {
  const formats::Format* format;
  std::string name;
  std::string text;
};

// Every byte is tried; under the sanitizers, which take fifteen times as long, every seventh.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kStep = 7;
#else
constexpr std::size_t kStep = 1;
#endif

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const formats::Format* format : formats::all_formats()) {
    const fs::path folder = fs::path(OTOMO_ROOT) / "src/formats" / format->name / "samples";
    for (const auto& entry : fs::directory_iterator(folder)) {
      std::ifstream in(entry.path(), std::ios::binary);
      all.push_back({format, entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(in), {})});
    }
  }
  return all;
}

// Where the line or element that gave the record surely has ended: what stands in an envelope ends with its line.
std::size_t end_of(const fuzz::Piece& piece, const std::string& text) {
  if (text.compare(piece.offset, piece.raw.size(), piece.raw) == 0) return piece.offset + piece.raw.size() + 2;
  const std::size_t newline = text.find('\n', piece.offset);
  return newline == std::string::npos ? text.size() : newline + 1;
}

// Without the comments and headers of logs that have some; they are neither records nor rejects.
std::string without_comments(const formats::Format& format, const std::string& text) {
  std::string rest;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || line.starts_with("\xEF\xBB\xBF#")) continue;
    const std::size_t size = line.size();
    line.append(kBlockPaddingBytes, '\0');
    if (format.last_header && !format.last_header(std::string_view(line).substr(0, size)).empty()) continue;
    line.resize(size);
    rest += line + '\n';
  }
  return rest;
}

TEST(EveryFormat, ReadsTheSameInTwoPartsCutAtEveryByte) {
  for (const Sample& sample : samples()) {
    if (sample.format->table.empty()) continue;
    formats::Batch batch(sample.format->columns);
    const auto whole = fuzz::sorted(fuzz::read_cut(*sample.format, sample.text, {}, true, batch).rows);
    for (std::size_t cut = 1; cut < sample.text.size(); cut += kStep) {
      ASSERT_EQ(fuzz::sorted(fuzz::read_cut(*sample.format, sample.text, {cut}, true, batch).rows), whole)
          << sample.name << " cut at " << cut;
    }
  }
}

// Whole records of a torn object are unchanged; the rest is a record or a reject.
TEST(EveryFormat, KeepsWholeRecordsWhereverTheObjectEnds) {
  for (const Sample& sample : samples()) {
    if (sample.format->table.empty() || sample.text.empty()) continue;
    formats::Batch batch(sample.format->columns);
    const auto whole = fuzz::read_cut(*sample.format, sample.text, {}, true, batch);
    for (std::size_t size = 1; size < sample.text.size(); size += kStep) {
      const auto torn = fuzz::read_cut(*sample.format, std::string_view(sample.text).substr(0, size), {}, true, batch);
      for (const fuzz::Piece& piece : whole.pieces) {
        if (!piece.is_record || end_of(piece, sample.text) > size) continue;
        ASSERT_NE(std::find(torn.rows.begin(), torn.rows.end(), piece.text), torn.rows.end())
            << sample.name << " torn at " << size << ": lost " << piece.text.substr(0, 200);
      }
      const std::string rest =
          without_comments(*sample.format, fuzz::uncovered(torn, std::string_view(sample.text).substr(0, size)));
      if (sample.format->newline_ends_record) {
        // Between JSON texts spaces and commas are nobody's, either.
        const bool json = sample.text.starts_with('{');
        ASSERT_EQ(rest.find_first_not_of(json ? "\r\n ,\xEF\xBB\xBF" : "\r\n\xEF\xBB\xBF"), std::string::npos)
            << sample.name << ": " << rest;
      } else {
        ASSERT_EQ(rest.find("eventVersion"), std::string::npos) << sample.name << ": " << rest;
      }
    }
  }
}

TEST(EveryFormat, CountsDoNotDependOnTheColumns) {
  for (const Sample& sample : samples()) {
    if (sample.format->table.empty()) continue;
    formats::Batch batch(sample.format->columns);
    const auto all = fuzz::read_cut(*sample.format, sample.text, {}, true, batch);
    formats::Batch bare(sample.format->columns);
    const auto none = fuzz::read_cut(*sample.format, sample.text, {}, false, bare);
    EXPECT_EQ(all.counts.records, none.counts.records) << sample.name;
    EXPECT_EQ(all.counts.rejects, none.counts.rejects) << sample.name;
  }
}

TEST(EveryFormat, ClaimsItsOwnSamplesAndNoOther) {
  for (const Sample& sample : samples()) {
    std::string padded = sample.text;
    padded.append(kBlockPaddingBytes, '\0');
    const std::string_view head = std::string_view(padded).substr(0, sample.text.size());
    // A second table over another format's objects: that one knows them.
    const std::string& owner = sample.format->objects_of.empty() ? sample.format->name : sample.format->objects_of;
    for (const formats::Format* format : formats::all_formats()) {
      if (!format->objects_of.empty()) continue;
      const formats::Verdict verdict = format->detect(head, true);
      if (format->name != owner) {
        EXPECT_NE(verdict, formats::Verdict::kYes) << format->name << " claims " << sample.name;
      } else {
        EXPECT_NE(verdict, formats::Verdict::kNo) << format->name << " does not know " << sample.name;
      }
    }
  }
}

TEST(EveryFormat, RejectsWhatIsLongerThanTheLimit) {
  for (const formats::Format* format : formats::all_formats()) {
    if (format->table.empty()) continue;
    const bool lines = format->newline_ends_record;
    std::string text = lines ? std::string(kRecordBytesMax + 100, 'x') + "\n"
                             : "[{\"eventVersion\":\"" + std::string(kRecordBytesMax + 100, 'x') + "\"}]";
    formats::Batch batch(format->columns);
    const auto reading = fuzz::read_cut(*format, text, {kRecordBytesMax / 2, kRecordBytesMax + 1}, true, batch);
    EXPECT_EQ(reading.counts.records, 0U) << format->name;
    EXPECT_EQ(reading.counts.rejects, 1U) << format->name;
  }
}

std::string times(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST(Rejects, FillABatchAndGoOnInTheNext) {
  constexpr std::size_t kRejects = kBatchRejectsMax + 10;
  // In base64 e30g is `{} `, e30s is `{},`, IF19 is ` ]}`; this opens an envelope and its logEvents.
  const std::string envelope = "eyJtZXNzYWdlVHlwZSI6IkRBVEFfTUVTU0FHRSIsImxvZ0dyb3VwIjoiZyIsImxvZ0V2ZW50cyI6WyAg";
  const struct {
    std::string format;
    std::string text;
  } cases[] = {
      {"nlb", times(kRejects, "no\n")},
      {"syslog", times(kRejects, "<38>1 2026-13-02T09:14:07Z h p - - - x\n")},
      {"lambda_platform", times(kRejects, "no\n")},
      {"cloudwatch_export", times(kRejects, "no\n")},
      {"waf", times(kRejects, "{}\n")},
      {"waf", times(kRejects, "{}")},
      {"cloudtrail", R"({"Records":[)" + times(kRejects - 1, "{},") + "{}]}"},
      {"cloudtrail", R"({"Records":[)" + times(kRejects - 1, "1,") + "1]}"},
      {"cloudwatch_logs", R"({"logGroup":"g","logEvents":[)" + times(kRejects, "{},") + "]}"},
      {"cloudwatch_logs", R"({"Records":[)" + times(kRejects - 1, "{},") + "{}]}"},
      {"cloudwatch_logs", R"({"awslogs":{"data":")" + times(kRejects, "e30g") + "\"}}"},
      {"cloudwatch_logs", R"({"awslogs":{"data":")" + envelope + times(kRejects, "e30s") + "IF19\"}}"},
      {"cloudwatch_logs", R"({"Records":[{"data":"e30g"},{"data":")" + envelope + times(kRejects - 2, "e30s") +
                              R"(IF19"},{"data":"!"}]})"},
  };
  for (const auto& [name, text] : cases) {
    SCOPED_TRACE(name + " " + text.substr(0, 60));
    const formats::Format* format = formats::Registry().find(name);
    formats::Batch batch(format->columns);
    const auto whole = fuzz::read_cut(*format, text, {}, true, batch);
    EXPECT_EQ(whole.counts.rejects, kRejects);
    EXPECT_EQ(whole.counts.records, 0U);
    EXPECT_EQ(whole.batch_rejects_max, kBatchRejectsMax);
    const auto cut = fuzz::read_cut(*format, text, {5, text.size() / 2, text.size() - 3}, true, batch);
    EXPECT_EQ(fuzz::sorted(cut.rows), fuzz::sorted(whole.rows));
  }
}

}  // namespace
}  // namespace otomo
