// SPDX-License-Identifier: Apache-2.0
//
// Query logs of Route 53 Resolver: one JSON object per DNS query from a VPC.
//
//   record = an object with query_timestamp and query_name               ; one per line, or one behind another
//
//   {"version":"1.100000","account_id":"111122223333","region":"ap-northeast-1","vpc_id":"vpc-0a1b2c3d4e5f60718",
//    "query_timestamp":"2026-11-05T09:00:00Z","query_name":"shop.example.com.","query_type":"A","query_class":"IN",
//    "rcode":"NOERROR","answers":[{"Rdata":"203.0.113.9","Type":"A","Class":"IN"}],"srcaddr":"10.0.1.7",
//    "srcport":"53211","transport":"UDP","srcids":{"instance":"i-0a1b2c3d4e5f60718"}}
//
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html; the columns are those of
// https://docs.aws.amazon.com/athena/latest/ug/querying-r53-resolver-logs-creating-the-table.html (both read April
// 2026).
//
// account_id and region are AWS's own columns here. What the documented columns lack (resource_id of a Profile,
// srcids.resolver_network_interface, additional_properties) goes to `other`.
#include "base/time.h"
#include "formats/json_rows.h"
#include "formats/object_key.h"

namespace otomo::formats::route53_resolver {

namespace {

constexpr ColumnSpec kAnswer[] = {{"Rdata"}, {"Type"}, {"Class"}};
constexpr ColumnSpec kAnswers[] = {{"element", Type::kStruct, kAnswer}};
constexpr ColumnSpec kSourceIds[] = {{"instance"}, {"resolver_endpoint"}};

constexpr ColumnSpec kColumns[] = {
    {"version"},
    {"account_id"},
    {"region"},
    {"vpc_id"},
    {"query_timestamp"},
    {"query_name"},
    {"query_type"},
    {"query_class"},
    {"rcode"},
    {"answers", Type::kList, kAnswers},
    {"srcaddr"},
    {"srcport", Type::kInteger},
    {"transport"},
    {"srcids", Type::kStruct, kSourceIds},
    {"firewall_rule_action"},
    {"firewall_rule_group_id"},
    {"firewall_domain_list_id"},
    {"other"},
};
constexpr std::size_t kAccountId = 1;
constexpr std::size_t kRegion = 2;
constexpr std::size_t kQueryTimestamp = 4;
constexpr std::size_t kOther = std::size(kColumns) - 1;

constexpr PartitionColumn kPartitions[] = {{"date", "Y/M/D"}, {"vpc", "O"}};

bool is_record(const JsonText& json, const JsonMembers& members) {
  return has_member(json, members, "query_timestamp") && has_member(json, members, "query_name");
}

constexpr JsonRecordForm kForm{.container = "", .first_member = "version", .is_record = is_record};

class Reader final : public JsonRowReader {
 public:
  explicit Reader(const LiteralFilter& filter) : JsonRowReader(kForm, filter, kColumns, {}, kColumns[kOther].name) {}

 private:
  std::optional<std::int64_t> instant(Batch& batch) const override {
    return instant_or_bad(columns_.text(kQueryTimestamp, batch.arena), batch);
  }
  RecordOwner owner(Batch& batch) const override {
    return {columns_.text(kAccountId, batch.arena), columns_.text(kRegion, batch.arena)};
  }
};

// `[prefix/]AWSLogs/ACCOUNT/vpcdnsquerylogs/VPC/YYYY/MM/DD/NAME`: the form is that of Athena's guide and of keys seen.
std::optional<KeyFacts> read_key(std::string_view key) {
  const auto parts = key_parts(key);
  const std::size_t n = parts.size();
  if (n < 8 || parts[n - 8] != "AWSLogs" || !is_account_id(parts[n - 7]) || parts[n - 6] != "vpcdnsquerylogs") {
    return {};
  }
  KeyFacts facts;
  facts.account_id = parts[n - 7];
  facts.log_of = parts[n - 5];
  if (!set_key_date(parts[n - 4], parts[n - 3], parts[n - 2], facts)) return {};
  return facts;
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "route53_resolver",
    .table = "r53_rlogs",
    .summary = "Route 53 Resolver query logs",
    .columns = kColumns,
    .partitions = kPartitions,
    .starts_record = starts_of_json_lines,
    .read_key = read_key,
    // AWS does not say whether the day is that of delivery or of the first query: leave room for a day.
    .key_day_slack_us = kMicrosecondsPerDay,
    .detect = [](std::string_view head, bool whole) { return detect_json_records(kForm, head, whole); },
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = [](std::size_t column, Match /*match*/, std::string_view value) -> std::optional<std::string> {
      if (column == kAccountId || column == kRegion) return {};  // a record that lacks them has those of its key
      return literal_of_row(kColumns, kOther, column, value);
    },
};

}  // namespace otomo::formats::route53_resolver
