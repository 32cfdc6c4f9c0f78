// SPDX-License-Identifier: Apache-2.0
//
// VPC flow logs: what the documentation of VRL's parse_aws_vpc_flow_log says lines are, and the collected lines (both
// of the shared material, skipped where it is not here); where the order of the fields comes from; parts of an object.
#include "formats/vpc_flow_fields.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <random>

#include "base/simd/simd.h"
#include "base/time.h"
#include "unit/formats/read_all.h"
#include "unit/formats/samples.h"

namespace otomo::formats {
namespace vpc_flow {
extern const Format kFormat;
}
namespace vpc_flow_json {
extern const Format kFormat;
}
namespace {

using vpc_flow::kFormat;

const std::string kDefaultHeader =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status";
const std::string kLine =
    "2 111122223333 eni-0a1b2c3d 203.0.113.9 10.0.1.17 51341 443 6 25 4821 1772442847 1772442907 ACCEPT OK";

std::filesystem::path shared() { return std::filesystem::path(OTOMO_ROOT) / "../shared/data"; }

ReadingOfAll read_with(const std::string& fields, const std::string& text) {
  WholeReader reader(kFormat);
  reader.settings.fields = fields;
  return reader.read(text);
}

std::string value_of(const Item& item, std::string_view column) { return item.values[column_index(kFormat, column)]; }

Verdict detect(const Format& format, const std::string& text) {
  std::string padded = text;
  padded.append(kBlockPaddingBytes, '\0');
  return format.detect(std::string_view(padded).substr(0, text.size()), true);
}

// The texts between quotes in a call of VRL.
std::vector<std::string> arguments_of(std::string_view call) {
  std::vector<std::string> arguments;
  for (std::size_t open = call.find('"'); open != std::string_view::npos;) {
    const std::size_t close = call.find('"', open + 1);
    if (close == std::string_view::npos) break;
    arguments.emplace_back(call.substr(open + 1, close - open - 1));
    open = call.find('"', close + 1);
  }
  return arguments;
}

TEST(VpcFlow, AgreesWithWhatVrlDocuments) {
  const auto path = shared() / "vrl/docs/generated/parse_aws_vpc_flow_log.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here";
  simdjson::dom::parser parser;
  std::size_t checked = 0;
  for (const simdjson::dom::element example : simdjson::dom::array(parser.parse(read_file(path))["examples"])) {
    const auto arguments = arguments_of(std::string_view(example["source"]));
    ASSERT_FALSE(arguments.empty());
    const auto reading = read_with(arguments.size() > 1 ? arguments[1] : "", arguments[0] + "\n");
    ASSERT_EQ(reading.counts.records, 1U) << arguments[0];
    EXPECT_EQ(reading.counts.rejects + reading.counts.bad_values, 0U) << arguments[0];
    for (const auto [name, expected] : simdjson::dom::object(example["return"])) {
      ++checked;
      const std::string actual = value_of(reading.items[0], name);
      if (expected.is_null()) {
        const bool is_text = kFormat.columns[column_index(kFormat, name)].type == Type::kText;
        EXPECT_EQ(actual, is_text ? "-" : kNull) << name;
      } else if (expected.is_int64()) {
        EXPECT_EQ(actual, std::to_string(std::int64_t(expected))) << name;
      } else {
        EXPECT_EQ(actual, std::string_view(expected)) << name;
      }
    }
  }
  EXPECT_GT(checked, 50U);
}

TEST(VpcFlow, EveryCollectedLineIsARecord) {
  const auto path = shared() / "corpus/vpc_flow.jsonl";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here";
  simdjson::dom::parser parser;
  std::size_t lines = 0;
  std::string text = read_file(path);
  for (std::size_t start = 0; start < text.size(); ++lines) {
    const std::size_t end = text.find('\n', start);
    const simdjson::dom::element entry = parser.parse(text.data() + start, end - start);
    start = end + 1;
    const std::string line{std::string_view(entry["line"])};
    const auto headed = read_with("", kDefaultHeader + "\n" + line + "\n");
    EXPECT_EQ(headed.counts.records, 1U) << line;
    EXPECT_EQ(headed.counts.rejects + headed.counts.bad_values, 0U) << line;
    const auto bare = read_with("", line + "\n");
    // Two lines say 3 and 4, and have the fields of version 2: somebody counted sample lines up. AWS's `version` is the
    // highest of the fields' versions, so that nothing is known of such a line without a header.
    EXPECT_EQ(bare.counts.records, line.starts_with("2 ") ? 1U : 0U) << line;
  }
  EXPECT_GT(lines, 20U);
}

TEST(VpcFlow, TheHeaderGoesBeforeTheSettingAndThatBeforeTheDefault) {
  const std::string line = "10.0.0.1 10.0.0.2 5";
  for (const char* fields : {"srcaddr dstaddr packets", "srcaddr,dstaddr,packets", "srcaddr, dstaddr, packets",
                             "${srcaddr} ${dstaddr} ${packets}"}) {
    const auto reading = read_with(fields, line + "\n");
    ASSERT_EQ(reading.counts.records, 1U) << fields;
    EXPECT_EQ(value_of(reading.items[0], "srcaddr"), "10.0.0.1");
    EXPECT_EQ(value_of(reading.items[0], "packets"), "5");
  }
  const auto headed = read_with("srcaddr dstaddr packets", "dstaddr srcaddr bytes\n" + line + "\n");
  ASSERT_EQ(headed.counts.records, 1U);
  EXPECT_EQ(value_of(headed.items[0], "dstaddr"), "10.0.0.1");
  EXPECT_EQ(value_of(headed.items[0], "bytes"), "5");
  const auto none = read_with("", line + "\n");
  EXPECT_EQ(none.counts.rejects, 1U);
  EXPECT_EQ(read_with("", kLine + "\n").counts.records, 1U);
  EXPECT_EQ(read_with("srcaddr", kLine + "\n").counts.rejects, 1U);
}

TEST(VpcFlow, WithoutAHeaderOnlyTheDefaultFormatIsRead) {
  const auto replaced = [](const std::string& what, const std::string& by) {
    std::string line = kLine;
    return line.replace(line.find(what), what.size(), by) + "\n";
  };
  EXPECT_EQ(read_with("", replaced("111122223333", "unknown")).counts.records, 1U);
  EXPECT_EQ(read_with("", replaced("eni-0a1b2c3d", "-")).counts.records, 1U);
  EXPECT_EQ(read_with("", replaced("2 ", "3 ")).counts.rejects, 1U);
  EXPECT_EQ(read_with("", replaced("111122223333", "10.0.0.1")).counts.rejects, 1U);
  EXPECT_EQ(read_with("", replaced("eni-0a1b2c3d", "vpc-0a1b2c3d")).counts.rejects, 1U);
  EXPECT_EQ(read_with("", kLine + "\r\n").counts.records, 1U);
}

TEST(VpcFlow, TwoFieldsOfOneNameLoseNothing) {
  const auto reading = read_with("", "srcaddr bytes srcaddr new\n10.0.0.1 5 10.0.0.2 \"a\\b\"\n");
  ASSERT_EQ(reading.counts.records, 1U);
  EXPECT_EQ(value_of(reading.items[0], "srcaddr"), "10.0.0.1");
  EXPECT_EQ(value_of(reading.items[0], "extra"), R"({"srcaddr":"10.0.0.2","new":"\"a\\b\""})");
}

// The kernel reports so many separators; a flow log with more fields is read the exact way.
TEST(VpcFlow, MoreFieldsThanTheKernelReports) {
  std::string header = "version bytes log_status";
  std::string line = "2 77 OK";
  for (const char* name : {"srcaddr", "dstaddr", "start"}) {
    header += std::string(" ") + name;
    line += " 5";
  }
  std::size_t count = 6;
  for (std::size_t column = 0; column < vpc_flow::kExtraColumn; ++column, ++count) {
    if (header.find(vpc_flow::kColumns[column].name) != std::string::npos) continue;
    header += ' ' + std::string(vpc_flow::kColumns[column].name);
    line += " -";
  }
  for (std::size_t i = 0; count <= simd::kFieldSeparatorsMax + 3; ++i, ++count) {
    header += " srcaddr";
    line += ' ' + std::to_string(i);
  }
  const auto reading = read_with("", header + "\n" + line + "\n" + line + " more\n");
  EXPECT_EQ(reading.counts.records, 1U);
  EXPECT_EQ(reading.counts.rejects, 1U);
  EXPECT_EQ(value_of(reading.items[0], "bytes"), "77");
  EXPECT_TRUE(value_of(reading.items[0], "extra").starts_with(R"({"srcaddr":"0","srcaddr":"1")")) << reading.items[0];
}

TEST(VpcFlow, AHeaderThatIsTooLongIsNone) {
  std::string header = kDefaultHeader;
  while (header.size() < 16 * 1024) header += " srcaddr";
  const auto reading = read_with("", kDefaultHeader + "\n" + kLine + "\n" + header + "\n" + kLine + "\n");
  EXPECT_EQ(reading.counts.records, 2U);
  EXPECT_EQ(reading.counts.rejects, 1U);
}

TEST(VpcFlow, TheTimeIsTheStartElseTheEnd) {
  const auto time_of = [](const std::string& text) { return read_with("", text).items.at(0).values.end()[-3]; };
  EXPECT_EQ(time_of("end start bytes\n1772442907 1772442847 5\n"), "1772442847000000");
  EXPECT_EQ(time_of("end bytes\n1772442907 5\n"), "1772442907000000");
  EXPECT_EQ(time_of("start end\n- 1772442907\n"), kNull);
  EXPECT_EQ(time_of("start end\n253402300799 -\n"), "253402300799000000");
  EXPECT_EQ(time_of("start end\n253402300800 -\n"), kNull);
  EXPECT_EQ(read_with("", "bytes srcaddr\n5 10.0.0.1\n").items.at(0).values.end()[-3], kNull);
}

TEST(VpcFlow, ATransitGatewaysFlowLogIsNotRead) {
  const std::string header =
      "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id srcaddr dstaddr srcport "
      "dstport "
      "protocol packets bytes start end log-status type packets-lost-no-route tcp-flags region flow-direction";
  const std::string line =
      "6 TransitGateway 111122223333 tgw-0a1b2c3d tgw-attach-0a1b 111122223333 10.0.0.1 10.1.0.1 443 51341 6 25 4821 "
      "1772442847 1772442907 OK IPv4 0 2 eu-west-1 ingress";
  EXPECT_EQ(detect(kFormat, header + "\n" + line + "\n"), Verdict::kNo);
  EXPECT_EQ(detect(kFormat, line + "\n"), Verdict::kNo);
  EXPECT_EQ(read_with("", header + "\n" + line + "\n").counts.records, 0U);
  EXPECT_EQ(read_with("", header + "\n" + line + "\n").counts.rejects, 2U);
  // Fourteen of its fields are no default format; nor are they read under the header of another log.
  const std::string some =
      "version account-id tgw-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
      "log-status region\n";
  const std::string of_some =
      "6 111122223333 tgw-0a1b2c3d 10.0.0.1 10.1.0.1 443 51341 6 25 4821 1772442847 1772442907 "
      "OK eu-west-1\n";
  EXPECT_EQ(read_with("", of_some).counts.rejects, 1U);
  EXPECT_EQ(read_with("", kDefaultHeader + "\n" + some + of_some).counts.rejects, 2U);
  EXPECT_EQ(read_with("", some + of_some + kDefaultHeader + "\n" + kLine + "\n").counts.records, 1U);
  EXPECT_EQ(detect(vpc_flow_json::kFormat,
                   R"({"version":6,"tgw_id":"tgw-0a","srcaddr":"10.0.0.1","dstaddr":"10.1.0.1","log_status":"OK"})"),
            Verdict::kNo);
}

TEST(VpcFlow, KnowsItsObjectsByTheirFirstLines) {
  EXPECT_EQ(detect(kFormat, kDefaultHeader + "\n"), Verdict::kYes);
  EXPECT_EQ(detect(kFormat, "\xEF\xBB\xBF" + kDefaultHeader + "\r\n"), Verdict::kYes);
  EXPECT_EQ(detect(kFormat, "srcaddr dstaddr pkt-srcaddr\n"), Verdict::kYes);
  EXPECT_EQ(detect(kFormat, kLine), Verdict::kYes);
  EXPECT_EQ(detect(kFormat, ""), Verdict::kMaybe);
  EXPECT_EQ(detect(kFormat, "version"), Verdict::kMaybe);
  EXPECT_EQ(detect(kFormat, "10.0.0.1 10.0.0.2 ACCEPT\n"), Verdict::kMaybe);
  EXPECT_EQ(detect(kFormat, "the start and the end\n"), Verdict::kNo);
  EXPECT_EQ(detect(kFormat, "version type region\n"), Verdict::kMaybe);
  // AWS Global Accelerator's flow logs.
  EXPECT_EQ(detect(kFormat, "version aws_account_id accelerator_id client_ip client_port gip gip_port endpoint_ip\n"),
            Verdict::kNo);
  EXPECT_EQ(
      detect(vpc_flow_json::kFormat,
             R"({"version":"1.1","account_id":"111122223333","region":"eu-west-1","vpc_id":"vpc-0a","query_timestamp":)"
             R"("2026-03-02T09:14:07Z","query_name":"example.com.","srcaddr":"10.0.0.4","srcport":"5353"})"),
      Verdict::kNo);
}

// A part that is given the last header before it reads what the whole reading reads there.
TEST(VpcFlow, PartsReadWhatTheWholeReads) {
  std::mt19937 random(11);
  for (const SampleFile& sample : sample_files()) {
    if (sample.format != &kFormat || sample.text.empty()) continue;
    std::string text;
    while (text.size() < 6000) text += sample.text;
    const std::string padded = text + std::string(kBlockPaddingBytes, '\0');
    const auto whole = WholeReader(kFormat).read(text);
    for (int round = 0; round < 60; ++round) {
      std::size_t cut = text.find('\n', random() % text.size());
      if (cut == std::string::npos) continue;
      ++cut;
      const std::string_view header = kFormat.last_header(std::string_view(padded).substr(0, cut));
      const std::string head = header.empty() ? text : std::string(header);
      std::vector<Item> items = WholeReader(kFormat).read(text.substr(0, cut)).items;
      for (Item item : WholeReader(kFormat).read(text.substr(cut), {}, {}, &head).items) {
        item.offset += cut;
        items.push_back(std::move(item));
      }
      ASSERT_EQ(items, whole.items) << sample.name << " cut at " << cut;
    }
  }
}

TEST(VpcFlow, ReadsKeys) {
  const std::string name = "111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d_20260302T0915Z_00c0ffee";
  for (const std::string prefix : {"", "AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/03/02/",
                                   "logs/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/03/02/09/",
                                   "AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=eu-west-1/"
                                   "year=2026/month=03/day=02/hour=09/"}) {
    for (const std::string suffix : {".log", ".log.gz", ".log.parquet", ".gz.parquet"}) {
      const bool parquet = suffix.ends_with(".parquet");
      const std::string key = prefix + name + suffix;
      const auto facts = (parquet ? vpc_flow_json::kFormat : kFormat).read_key(key);
      ASSERT_TRUE(facts) << key;
      EXPECT_EQ(facts->account_id, "111122223333");
      EXPECT_EQ(facts->region, "eu-west-1");
      EXPECT_EQ(facts->year + facts->month + facts->day + facts->hour, "2026030209");
      EXPECT_FALSE((parquet ? kFormat : vpc_flow_json::kFormat).read_key(key)) << key;
    }
  }
  EXPECT_FALSE(kFormat.read_key("111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d_20260230T0915Z_00c0ffee.log.gz"));
  EXPECT_FALSE(kFormat.read_key("111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d_20260302T0915Z.log.gz"));
  EXPECT_FALSE(kFormat.read_key("111122223333_CloudTrail_eu-west-1_20260302T0915Z_00c0ffee.json.gz"));
}

}  // namespace
}  // namespace otomo::formats
