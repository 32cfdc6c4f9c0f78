// SPDX-License-Identifier: Apache-2.0
//
// CloudFront's access logs: the collected real lines of the shared material (skipped where it is not here), and what
// needs a setting, a key or more than a sample can hold.
#include "formats/cloudfront_fields.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <random>

#include "base/simd/simd.h"
#include "unit/formats/read_all.h"
#include "unit/formats/samples.h"

namespace otomo::formats {
namespace cloudfront {
extern const Format kFormat;
}
namespace cloudfront_json {
extern const Format kFormat;
}
namespace {

using cloudfront::kFormat;

constexpr std::string_view kStandardFields[] = {"date",
                                                "time",
                                                "x-edge-location",
                                                "sc-bytes",
                                                "c-ip",
                                                "cs-method",
                                                "cs(Host)",
                                                "cs-uri-stem",
                                                "sc-status",
                                                "cs(Referer)",
                                                "cs(User-Agent)",
                                                "cs-uri-query",
                                                "cs(Cookie)",
                                                "x-edge-result-type",
                                                "x-edge-request-id",
                                                "x-host-header",
                                                "cs-protocol",
                                                "cs-bytes",
                                                "time-taken",
                                                "x-forwarded-for",
                                                "ssl-protocol",
                                                "ssl-cipher",
                                                "x-edge-response-result-type",
                                                "cs-protocol-version",
                                                "fle-status",
                                                "fle-encrypted-fields",
                                                "c-port",
                                                "time-to-first-byte",
                                                "x-edge-detailed-result-type",
                                                "sc-content-type",
                                                "sc-content-len",
                                                "sc-range-start",
                                                "sc-range-end",
                                                "distribution-tenant-id",
                                                "connection-id"};

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The header of standard logs when they had so many fields.
std::string header_of(std::size_t fields) {
  std::string header = "#Version: 1.0\n#Fields:";
  for (std::size_t i = 0; i < fields; ++i) header += ' ' + std::string(kStandardFields[i]);
  return header + '\n';
}

// What a field's column must show.
std::string shown(std::size_t column, const std::string& field) {
  switch (cloudfront::kColumns[column].type) {
    case Type::kText: return field;
    case Type::kDouble: return field == "-" ? std::string(kNull) : std::to_string(std::stod(field));
    case Type::kDate: {
      int year = 0;
      int month = 0;
      int day = 0;
      EXPECT_EQ(std::sscanf(field.c_str(), "%d-%d-%d", &year, &month, &day), 3);
      const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                             std::chrono::day(static_cast<unsigned>(day))};
      return std::to_string(std::chrono::sys_days(date).time_since_epoch().count());
    }
    default: return field == "-" ? std::string(kNull) : std::to_string(std::stoll(field));
  }
}

void expect_standard_record(const Item& item, const std::string& line) {
  ASSERT_TRUE(item.is_record) << item.values[0] << ": " << line;
  EXPECT_EQ(item.raw, line);
  const auto fields = split(line, '\t');
  for (std::size_t i = 0; i < cloudfront::kExtraColumn; ++i) {
    EXPECT_EQ(item.values[i], i < fields.size() ? shown(i, fields[i]) : kNull)
        << cloudfront::kColumns[i].name << " of " << line;
  }
  EXPECT_EQ(item.values[cloudfront::kExtraColumn], kNull);
  EXPECT_NE(item.values[cloudfront::kExtraColumn + 1], kNull) << "no event_time: " << line;
}

const std::filesystem::path& shared_data() {
  static const std::filesystem::path path = std::filesystem::path(OTOMO_ROOT) / "../shared/data";
  return path;
}

TEST(CloudFront, CollectedLinesUnderTheHeaderOfTheirWidth) {
  std::size_t lines = 0;
  for (const char* name : {"cloudfront.jsonl", "elb_cf_tricky.jsonl"}) {
    const auto path = shared_data() / "corpus" / name;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
    simdjson::dom::parser parser;
    for (const std::string& json : split(read_file(path), '\n')) {
      if (json.empty()) continue;
      const simdjson::dom::element entry = parser.parse(json);
      std::string_view kind = "cloudfront";
      if (entry["kind"].get(kind) == simdjson::SUCCESS && kind != "cloudfront") continue;
      auto line = std::string(std::string_view(entry["line"]));
      if (line.ends_with("\t-\"")) line.pop_back();  // the quote is of the code that one line was taken from
      const ReadingOfAll reading = WholeReader(kFormat).read(header_of(split(line, '\t').size()) + line + '\n');
      ASSERT_EQ(reading.items.size(), 1U) << line;
      expect_standard_record(reading.items[0], line);
      EXPECT_EQ(reading.counts.bad_values, 0U) << line;
      ++lines;
    }
  }
  EXPECT_EQ(lines, 57U);
}

TEST(CloudFront, CollectedFilesWithTheirHeaders) {
  const std::map<std::string, std::size_t> files = {
      {"aws-log-parser/test/data/cloudfront-multiple.log", 6},
      {"opensearch-catalog/integrations/observability/amazon_cloudfront/data/raw.log", 40},
  };
  for (const auto& [name, records] : files) {
    if (!std::filesystem::exists(shared_data() / name)) GTEST_SKIP() << "no " << shared_data() / name;
    const std::string text = read_file(shared_data() / name);
    std::string padded = text;
    padded.append(kBlockPaddingBytes, '\0');
    EXPECT_EQ(kFormat.detect(std::string_view(padded).substr(0, text.size()), true), Verdict::kYes) << name;
    const ReadingOfAll reading = WholeReader(kFormat).read(text);
    EXPECT_EQ(reading.counts.records, records) << name;
    EXPECT_EQ(reading.counts.rejects + reading.counts.bad_values, 0U) << name;
    for (const Item& item : reading.items) expect_standard_record(item, item.raw);
  }
}

// Plain v2 output has no header; the setting stands for it, and for nothing else.
TEST(CloudFront, FieldsFromTheSettings) {
  const std::string text = "2026-03-02,09:14:07,200,/a\n2026-03-02,09:14:08,404\n";
  WholeReader reader(kFormat);
  EXPECT_EQ(reader.read(text).counts.rejects, 2U);
  reader.settings = {.fields = "date, time sc-status,cs-uri-stem", .delimiter = ",", .time_zone = {}, .account_id = {}};
  const ReadingOfAll reading = reader.read(text);
  ASSERT_EQ(reading.items.size(), 2U);
  EXPECT_EQ(reading.items[0].values[column_index(kFormat, "cs_uri_stem")], "/a");
  EXPECT_EQ(reading.items[0].values[column_index(kFormat, "sc_status")], "200");
  EXPECT_EQ(reading.items[1].values, std::vector<std::string>{"too_few_fields"});
  for (std::size_t step = 1; step < text.size(); ++step) {
    EXPECT_EQ(reader.read_in_steps(text, step).items, reading.items) << step;
  }
  // A header in the object says more than the setting.
  const ReadingOfAll own = reader.read("#Fields: cs-uri-stem sc-status\n/b,201\n");
  ASSERT_EQ(own.counts.records, 1U);
  EXPECT_EQ(own.items[0].values[column_index(kFormat, "sc_status")], "201");
}

TEST(CloudFront, DelimitersOfAnyLength) {
  for (const std::string delimiter : {" ", ";", "|", "||", "\xC2\xA7", "\t\t"}) {
    WholeReader reader(kFormat);
    reader.settings = {.fields = "c-ip sc-bytes asn", .delimiter = delimiter, .time_zone = {}, .account_id = {}};
    const ReadingOfAll reading = reader.read("203.0.113.9" + delimiter + "12" + delimiter + "64500\r\n");
    ASSERT_EQ(reading.counts.records, 1U) << delimiter;
    EXPECT_EQ(reading.items[0].values[column_index(kFormat, "c_ip")], "203.0.113.9");
    EXPECT_EQ(reading.items[0].values[column_index(kFormat, "sc_bytes")], "12");
    EXPECT_EQ(reading.items[0].values[column_index(kFormat, "asn")], "64500");
  }
}

TEST(CloudFront, TheNumberOfFieldsIsLimited) {
  std::string header = "#Fields:";
  std::string line;
  for (std::size_t i = 0; i < simd::kFieldSeparatorsMax + 1; ++i) {
    header += " f" + std::to_string(i);
    line += line.empty() ? "a" : "\ta";
  }
  EXPECT_EQ(WholeReader(kFormat).read(header + '\n' + line + '\n').counts.records, 1U);
  EXPECT_EQ(WholeReader(kFormat).read(header + " more\n" + line + "\ta\n").counts.rejects, 1U);
}

// The kernel's way against the exact one, which a CR before the newline makes sure of.
TEST(CloudFront, TheFastWayEqualsTheExactOne) {
  std::mt19937 random(20261125);
  for (int round = 0; round < 2'000; ++round) {
    const std::size_t fields = 1 + random() % std::size(kStandardFields);
    std::string line;
    for (std::size_t i = 0; i < fields; ++i) {
      if (i > 0) line += '\t';
      static constexpr std::string_view kValues[] = {
          "-",    "",          "200",        "0.123", "123456789012",
          "text", "12345678",  "2026-03-02", "07",    "09:14:07",
          "/a b", "%2520,\"x", "-1",         "1.2.3", "99999999999999999999"};
      line += kValues[random() % std::size(kValues)];
    }
    if (line.empty()) continue;
    const std::string header = header_of(fields);
    const ReadingOfAll fast = WholeReader(kFormat).read(header + line + '\n');
    const ReadingOfAll exact = WholeReader(kFormat).read(header + line + "\r\n");
    ASSERT_EQ(fast.items, exact.items) << line;
    ASSERT_EQ(fast.counts.bad_values, exact.counts.bad_values) << line;
  }
}

TEST(CloudFront, LastHeader) {
  EXPECT_EQ(kFormat.last_header(""), "");
  EXPECT_EQ(kFormat.last_header("a\tb\n"), "");
  EXPECT_EQ(kFormat.last_header("#Fields: a b\nx\n"), "#Fields: a b");
  EXPECT_EQ(kFormat.last_header("x\n#Fields: a\r\n#Fields: b c\r\n#Version: 1.0\ny\n"), "#Fields: b c");
  EXPECT_EQ(kFormat.last_header("x #Fields: a\nx\t#Fields: b"), "");
  EXPECT_EQ(kFormat.last_header("\xEF\xBB\xBF#Fields: a\n"), "#Fields: a");
  EXPECT_EQ(kFormat.last_header("x\n\xEF\xBB\xBF#Fields: a"), "#Fields: a");
}

Verdict verdict_of(const Format& format, std::string text) {
  const std::size_t size = text.size();
  text.append(kBlockPaddingBytes, '\0');
  return format.detect(std::string_view(text).substr(0, size), true);
}

TEST(CloudFront, OtherServersLogsAreNotClaimed) {
  // W3C's extended format is older than CloudFront.
  EXPECT_EQ(verdict_of(kFormat,
                       "#Software: Internet Server 10.0\n#Version: 1.0\n#Fields: date time s-ip cs-method cs-uri-stem "
                       "sc-status sc-substatus\n"),
            Verdict::kNo);
  EXPECT_EQ(verdict_of(kFormat, "#Fields: date time c-ip cs-method sc-status\n"), Verdict::kMaybe);
  EXPECT_EQ(verdict_of(kFormat, "# a configuration\nname = 1\n"), Verdict::kNo);
  EXPECT_EQ(verdict_of(kFormat, "2026-03-02\t09:14:07\tNRT57\n"), Verdict::kMaybe);
  EXPECT_EQ(verdict_of(kFormat, "2026-03-02 09:14:07 started\n"), Verdict::kNo);
  const Format& json = cloudfront_json::kFormat;
  EXPECT_EQ(verdict_of(json, R"({"date":"2026-03-02","time":"09:14:07","c-ip":"203.0.113.9"})"), Verdict::kMaybe);
  EXPECT_EQ(verdict_of(json, R"({"timestamp":1772442847,"message":"x"})"), Verdict::kNo);
  EXPECT_EQ(verdict_of(json, R"({"c-ip":"203.0.113.9","x-edge-location":"NRT57"})"), Verdict::kYes);
}

TEST(CloudFront, Keys) {
  const auto facts = [](std::string_view key) {
    const auto found = kFormat.read_key(key);
    if (!found) return std::string("none");
    EXPECT_EQ(found->region, "");
    return found->account_id + ' ' + found->year + '-' + found->month + '-' + found->day + ' ' + found->hour;
  };
  EXPECT_EQ(facts("E2EXAMPLE1ABCD.2026-03-02-09.0a1b2c3d.gz"), " 2026-03-02 09");
  EXPECT_EQ(facts("logs/web/E2EXAMPLE1ABCD.2026-03-02-09.0a1b2c3d.gz"), " 2026-03-02 09");
  EXPECT_EQ(facts("AWSLogs/111122223333/CloudFront/E2EXAMPLE1ABCD.2026-03-02-09.0a1b2c3d.gz"),
            "111122223333 2026-03-02 09");
  EXPECT_EQ(facts("AWSLogs/111122223333/CloudFront/mine/part-0"), "111122223333 -- ");
  EXPECT_EQ(facts("AWSLogs/aws-account-id=111122223333/CloudFront/DistributionId=E2EXAMPLE1ABCD/year=2026/month=03/"
                  "day=02/hour=10/E2EXAMPLE1ABCD.2026-03-02-09.0a1b2c3d.parquet"),
            "111122223333 2026-03-02 10");
  EXPECT_EQ(facts("p/accountid=111122223333/E2EXAMPLE1ABCD.2026-03-02-09.0a1b2c3d.gz"), "111122223333 2026-03-02 09");
  for (const std::string_view other :
       {"E2EXAMPLE1ABCD.2026-03-32-09.0a1b2c3d.gz", "e2example.2026-03-02-09.0a1b2c3d.gz", "2026-03-02-09-14-07-ABC",
        "E2EXAMPLE1ABCD.2026-03-02-09.", "E2EXAMPLE1ABCD.2026-03-02.0a1b2c3d.gz", "AWSLogs/1111/CloudFront/x",
        "AWSLogs/111122223333/CloudTrail/x", "year=2026/month=03/day=02/hour=10/x", ""}) {
    EXPECT_EQ(facts(other), "none") << other;
  }
}

}  // namespace
}  // namespace otomo::formats
