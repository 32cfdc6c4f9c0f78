// SPDX-License-Identifier: Apache-2.0
//
// CloudWatch Logs against events and results of other projects (../shared), and where an envelope holds more events
// than a batch.
#include <filesystem>
#include <map>
#include <set>

#include "base/gunzip.h"
#include "formats/cloudwatch_columns.h"
#include "formats/json_records.h"
#include "unit/formats/read_all.h"
#include "unit/formats/samples.h"

namespace otomo::formats {

namespace cloudwatch_logs {
extern const Format kFormat;
}
namespace cloudwatch_export {
extern const Format kFormat;
}
namespace lambda_platform {
extern const Format kFormat;
}

namespace {

namespace fs = std::filesystem;
using namespace cloudwatch;

const fs::path kShared = fs::path(OTOMO_ROOT) / "../shared/data";

Verdict detect(const Format& format, std::string text) {
  const std::size_t size = text.size();
  text.append(kBlockPaddingBytes, '\0');
  return format.detect(std::string_view(text).substr(0, std::min(size, kDetectionBytesMax)),
                       size <= kDetectionBytesMax);
}

// The rows of a file that is detected as subscription envelopes, or as what carries them.
std::vector<Item> rows_of(const fs::path& file) {
  const std::string text = read_file(file);
  EXPECT_EQ(detect(cloudwatch_logs::kFormat, text), Verdict::kYes) << file;
  const ReadingOfAll reading = WholeReader(cloudwatch_logs::kFormat).read(text);
  EXPECT_EQ(reading.counts.rejects, 0U) << file;
  EXPECT_EQ(reading.counts.bad_values, 0U) << file;
  return reading.records();
}

// The text between the quotes behind `"key": `, unescaped; one per place.
std::vector<std::string> values_of(const std::string& json, const std::string& key) {
  std::vector<std::string> found;
  Arena arena;
  const std::string quoted = '"' + key + '"';
  for (std::size_t at = json.find(quoted); at != std::string::npos; at = json.find(quoted, at + 1)) {
    std::size_t begin = json.find_first_not_of(": \t\r\n", at + quoted.size());
    if (json[begin] != '"') {
      found.push_back(json.substr(begin, json.find_first_of(",}\r\n", begin) - begin));
      continue;
    }
    ++begin;
    std::size_t end = begin;
    while (json[end] != '"') end += json[end] == '\\' ? 2 : 1;
    found.emplace_back(unescape_json(std::string_view(json).substr(begin, end - begin), arena));
  }
  return found;
}

// Every event in the file, told by a search for its members instead of a parser.
void expect_events(const fs::path& file) {
  SCOPED_TRACE(file);
  const std::string text = read_file(file);
  const auto rows = rows_of(file);
  std::vector<std::string> messages;
  std::vector<std::string> ids;
  std::vector<std::string> timestamps;
  for (const Item& row : rows) {
    messages.push_back(row.values[kMessage]);
    ids.push_back(row.values[kId]);
    timestamps.push_back(row.values[kTimestamp]);
    EXPECT_EQ(row.values[kOwner], values_of(text, "owner").at(0));
    EXPECT_EQ(row.values[kLogGroup], values_of(text, "logGroup").at(0));
    EXPECT_EQ(row.values[kLogStream], values_of(text, "logStream").at(0));
    EXPECT_EQ(row.values[kIngestionTime], kNull);
    EXPECT_TRUE(row.values[kOther].starts_with("{\"subscriptionFilters\":["));
    EXPECT_EQ(row.values[kColumnCount], row.values[kTimestamp] + "000");  // event_time
  }
  EXPECT_EQ(ids, values_of(text, "id"));
  EXPECT_EQ(messages, values_of(text, "message"));
  EXPECT_EQ(timestamps, values_of(text, "timestamp"));
}

TEST(CloudWatchLogs, EventsOfOtherProjects) {
  if (!fs::exists(kShared)) GTEST_SKIP() << "no ../shared/data";
  const fs::path datadog = kShared / "datadog-forwarder/aws/logs_monitoring";
  for (const char* file : {"tests/events/cloudwatch_logs.json", "tests/events/cloudwatch_logs_2.json",
                           "tests/events/cloudwatch_logs_ddtags.json"}) {
    expect_events(datadog / file);
  }
  std::size_t snapshots = 0;
  for (const auto& entry : fs::directory_iterator(datadog / "tools/integration_tests/snapshots")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("cloudwatch_log") || entry.path().extension() != ".json") continue;
    expect_events(entry.path());
    ++snapshots;
  }
  EXPECT_EQ(snapshots, 7U);
  expect_events(kShared / "lambda-promtail/testdata/kinesis-event.json");
}

// One event of the AWS guide, wrapped as Lambda is given it; two projects keep the same.
TEST(CloudWatchLogs, LambdaEventsOfOtherProjects) {
  if (!fs::exists(kShared)) GTEST_SKIP() << "no ../shared/data";
  for (const char* file : {"aws-lambda-go/events/testdata/cloudwatch-logs-event.json",
                           "lambda-promtail/testdata/events/cloudwatch-logs-event.json"}) {
    const auto rows = rows_of(kShared / file);
    ASSERT_EQ(rows.size(), 2U) << file;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& values = rows[i].values;
      EXPECT_EQ(values[kLogGroup], "testLogGroup");
      EXPECT_EQ(values[kLogStream], "testLogStream");
      EXPECT_EQ(values[kOwner], "123456789123");
      EXPECT_EQ(values[kId], i == 0 ? "eventId1" : "eventId2");
      EXPECT_EQ(values[kTimestamp], i == 0 ? "1440442987000" : "1440442987001");
      EXPECT_EQ(values[kMessage], i == 0 ? "[ERROR] First test message" : "[ERROR] Second test message");
      EXPECT_EQ(values[kOther], "{\"subscriptionFilters\":[\"testFilter\"]}");
    }
  }
  // Payloads that are no envelopes are not claimed, and are rejects where they are read nevertheless.
  for (const char* file :
       {"aws-lambda-go/events/testdata/kinesis-event.json", "aws-lambda-go/events/testdata/kinesis-firehose-event.json",
        "lambda-promtail/testdata/events/kinesis-event.json"}) {
    const std::string text = read_file(kShared / file);
    EXPECT_EQ(detect(cloudwatch_logs::kFormat, text), Verdict::kNo) << file;
    const ReadingOfAll reading = WholeReader(cloudwatch_logs::kFormat).read(text);
    EXPECT_EQ(reading.counts.records, 0U) << file;
    EXPECT_EQ(reading.counts.rejects, 2U) << file;
  }
}

// The forwarder's approved results name the same fields of envelopes that its tests build.
TEST(CloudWatchLogs, DatadogsApprovedResults) {
  const fs::path approved = kShared / "datadog-forwarder/aws/logs_monitoring/tests/approved_files";
  if (!fs::exists(approved)) GTEST_SKIP() << "no ../shared/data";
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(approved)) {
    const std::string text = read_file(entry.path());
    if (!entry.path().filename().string().starts_with("TestAWSLogsHandler") || !text.starts_with('[')) continue;
    ++files;
    std::map<std::string, std::string> expected;
    for (const char* key : {"owner", "logGroup", "logStream", "id", "message", "timestamp"}) {
      expected[key] = values_of(text, key).at(0);
    }
    std::string envelope = "{\"messageType\":\"DATA_MESSAGE\"";
    for (const char* key : {"owner", "logGroup", "logStream"}) {
      envelope += std::string(",\"") + key + "\":";
      append_json_string(envelope, expected[key]);
    }
    envelope +=
        ",\"logEvents\":[{\"id\":\"" + expected["id"] + "\",\"timestamp\":" + expected["timestamp"] + ",\"message\":";
    append_json_string(envelope, expected["message"]);
    envelope += "}]}";
    const auto rows = WholeReader(cloudwatch_logs::kFormat).read(envelope).records();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].values[kOwner], expected["owner"]);
    EXPECT_EQ(rows[0].values[kLogGroup], expected["logGroup"]);
    EXPECT_EQ(rows[0].values[kLogStream], expected["logStream"]);
    EXPECT_EQ(rows[0].values[kId], expected["id"]);
    EXPECT_EQ(rows[0].values[kMessage], expected["message"]);
    EXPECT_EQ(rows[0].values[kTimestamp], expected["timestamp"]);
  }
  EXPECT_EQ(files, 3U);
}

// The documented result of VRL's parse_aws_cloudwatch_log_subscription_message.
TEST(CloudWatchLogs, VrlsDocumentedResult) {
  const fs::path file = kShared / "vrl/docs/generated/parse_aws_cloudwatch_log_subscription_message.json";
  if (!fs::exists(file)) GTEST_SKIP() << "no ../shared/data";
  const std::string documentation = read_file(file);
  const std::string source = values_of(documentation, "source").at(0);
  const std::size_t begin = source.find("s'") + 2;
  const std::string message = source.substr(begin, source.rfind("')") - begin);
  EXPECT_EQ(detect(cloudwatch_logs::kFormat, message), Verdict::kYes);
  const auto rows = WholeReader(cloudwatch_logs::kFormat).read(message).records();
  ASSERT_EQ(rows.size(), 1U);
  const std::string result = documentation.substr(documentation.rfind("\"return\""));
  const auto expected = [&](const char* key) { return values_of(result, key).at(0); };
  EXPECT_EQ(rows[0].values[kId], expected("id"));
  EXPECT_EQ(rows[0].values[kMessage], expected("message"));
  EXPECT_EQ(rows[0].values[kLogGroup], expected("log_group"));
  EXPECT_EQ(rows[0].values[kLogStream], expected("log_stream"));
  EXPECT_EQ(rows[0].values[kOwner], expected("owner"));
  EXPECT_EQ(expected("timestamp"), "2020-09-14T19:09:29.039Z");
  EXPECT_EQ(rows[0].values[kTimestamp], "1600110569039");
  EXPECT_EQ(rows[0].values[kColumnCount], "1600110569039000");
}

// A real export: 166 lines, of which three continue the event above them, so 163 events.
TEST(CloudWatchExport, ARealExport) {
  const fs::path file = kShared / "cloudgrep/tests/data/000000.gz";
  if (!fs::exists(file)) GTEST_SKIP() << "no ../shared/data";
  Gunzip gunzip;
  ASSERT_EQ(gunzip.decode(read_file(file), kRecordBytesMax), Gunzip::Outcome::kDone);
  const std::string text(gunzip.text());
  EXPECT_EQ(detect(cloudwatch_export::kFormat, text), Verdict::kYes);
  const ReadingOfAll reading = WholeReader(cloudwatch_export::kFormat).read(text);
  EXPECT_EQ(reading.counts.rejects, 0U);
  std::size_t lines = 0;
  std::size_t longer = 0;
  for (const Item& item : reading.records()) {
    const auto newlines = static_cast<std::size_t>(std::count(item.raw.begin(), item.raw.end(), '\n'));
    lines += newlines + 1;
    if (newlines == 0) continue;
    ++longer;
    EXPECT_EQ(newlines, 3U);
    EXPECT_EQ(item.values[kTimestamp], "1625948911031");
    EXPECT_TRUE(item.values[kMessage].starts_with("Log file created at: 2021/07/10 20:27:23\nRunning on machine: "));
    EXPECT_TRUE(
        item.values[kMessage].ends_with("\nLog line format: [IWEF]mmdd hh:mm:ss.uuuuuu threadid file:line] msg"));
  }
  EXPECT_EQ(reading.counts.records, 163U);
  EXPECT_EQ(lines, 166U);
  EXPECT_EQ(longer, 1U);
}

// Lambda's own lines in the forwarder's events; some of its files spell tabs and newlines as "\t", which is Lambda's no
// more.
TEST(LambdaPlatform, LinesInEventsOfOtherProjects) {
  if (!fs::exists(kShared)) GTEST_SKIP() << "no ../shared/data";
  const auto rows = rows_of(kShared / "datadog-forwarder/aws/logs_monitoring/tests/events/cloudwatch_logs.json");
  std::multiset<std::string> words;
  for (const Item& row : rows) {
    if (detect(lambda_platform::kFormat, row.values[kMessage]) != Verdict::kYes) continue;
    const ReadingOfAll reading = WholeReader(lambda_platform::kFormat).read(row.values[kMessage]);
    EXPECT_EQ(reading.counts.records, 1U) << row.values[kMessage];
    EXPECT_EQ(reading.counts.rejects + reading.counts.bad_values, 0U) << row.values[kMessage];
    words.insert(reading.items[0].values[0]);
  }
  EXPECT_EQ(words, (std::multiset<std::string>{"END", "REPORT"}));
}

std::string many_events(std::size_t count) {
  std::string text =
      R"({"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s","logEvents":[)";
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ",") + (R"({"id":")" + std::to_string(i) + R"(","timestamp":)" + std::to_string(i)) +
            R"(,"message":"line )" + std::to_string(i) + "\"}";
  }
  return text + R"(],"policyLevel":"ACCOUNT_LEVEL_POLICY"})";
}

// An envelope that holds more events than a batch goes on where it stopped; so does what is whole of a torn one.
TEST(CloudWatchLogs, MoreEventsThanABatch) {
  constexpr std::size_t kEvents = 3 * kBatchRowsMax + 7;
  const std::string envelope = many_events(kEvents);
  for (const std::size_t torn_bytes : {0U, 1U, 50U, 100U}) {
    const std::string text = envelope.substr(0, envelope.size() - torn_bytes) + "\n" + many_events(1);
    for (const std::size_t step : {text.size(), std::size_t{100'000}}) {
      const ReadingOfAll reading = WholeReader(cloudwatch_logs::kFormat).read_in_steps(text, step);
      const auto rows = reading.records();
      EXPECT_EQ(reading.counts.rejects, torn_bytes == 0 ? 0U : 1U);
      ASSERT_GE(rows.size(), kEvents - 1);  // two events at most are torn
      for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
        ASSERT_EQ(rows[i].values[kMessage], "line " + std::to_string(i));
        ASSERT_EQ(rows[i].raw, text.substr(rows[i].offset, rows[i].raw.size()));
        if (torn_bytes == 0) {
          ASSERT_EQ(rows[i].values[kOther], R"({"policyLevel":"ACCOUNT_LEVEL_POLICY"})");
        }
      }
      EXPECT_EQ(rows.back().values[kMessage], "line 0");
    }
  }
}

TEST(CloudWatchExport, TheKeyNamesTheLogStream) {
  const auto has_form = [](std::string_view key) { return cloudwatch_export::kFormat.read_key(key).has_value(); };
  EXPECT_TRUE(has_form("b1946ac9-2492-4d23-87e6-235b4d2611a0/web-1/000000.gz"));
  EXPECT_TRUE(has_form("some/prefix/b1946ac9-2492-4d23-87e6-235b4d2611a0/2026-03-02-[$LATEST]4d1f/000012"));
  EXPECT_FALSE(has_form("b1946ac9-2492-4d23-87e6-235b4d2611a/web-1/000000.gz"));
  EXPECT_FALSE(has_form("b1946ac9-2492-4d23-87e6-235b4d2611a0/web-1/0000.gz"));
  EXPECT_FALSE(has_form("web-1/000000.gz"));
  EXPECT_FALSE(has_form(""));
}

TEST(CloudWatchExport, ClaimsOnlyItsOwnTimes) {
  const auto verdict = [](const char* text) { return detect(cloudwatch_export::kFormat, text); };
  EXPECT_EQ(verdict("2026-03-02T09:14:07.120Z message\n"), Verdict::kYes);
  EXPECT_EQ(verdict("first\n2026-03-02T09:14:07.120Z message\n"), Verdict::kMaybe);
  EXPECT_EQ(verdict("2026-03-02T09:14:07.120123Z shop-web 203.0.113.9:51341 10.0.0.1:80\n"), Verdict::kNo);
  EXPECT_EQ(verdict("2026-03-02T09:14:07.120+00:00 host app[1]: message\n"), Verdict::kNo);
  EXPECT_EQ(verdict("2026-03-02T09:14:07Z message\n"), Verdict::kNo);
  EXPECT_EQ(verdict("2026-03-02T09:14:07.120Z\tid\tINFO\tmessage\n"), Verdict::kNo);
  EXPECT_EQ(verdict("2026-13-02T09:14:07.120Z message\n"), Verdict::kNo);
}

// An event is decided within the limit, however the bytes come.
TEST(CloudWatchExport, AtTheLimit) {
  const std::string time = "2026-03-02T09:14:07.120Z ";
  for (const std::size_t size : {kRecordBytesMax - 60, kRecordBytesMax - 27, kRecordBytesMax - 26, kRecordBytesMax - 25,
                                 kRecordBytesMax - 1, kRecordBytesMax, kRecordBytesMax + 30}) {
    for (const char* rest :
         {"", "more\n", "2026-03-02T09:14:08.000Z next\n", "more\n2026-03-02T09:14:08.000Z next\n"}) {
      const std::string text = time + std::string(size - time.size() - 1, 'x') + "\n" + rest;
      WholeReader reader(cloudwatch_export::kFormat);
      const ReadingOfAll whole = reader.read(text);
      for (const std::vector<std::size_t>& ends :
           {std::vector<std::size_t>{kRecordBytesMax},
            std::vector<std::size_t>{kRecordBytesMax / 2, size - 3, size + 2},
            std::vector<std::size_t>{kRecordBytesMax - 1, kRecordBytesMax + 1}}) {
        const ReadingOfAll cut = reader.read(text, ends);
        ASSERT_EQ(cut.items == whole.items, true) << size << ", " << rest << ", " << ends[0];
      }
    }
  }
}

}  // namespace
}  // namespace otomo::formats
