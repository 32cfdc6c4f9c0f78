// SPDX-License-Identifier: Apache-2.0
//
// Web traffic logs of AWS WAF: one JSON object per request that a web ACL judged.
//
//   record = an object with webaclId, httpRequest and an action       ; one per line in S3; Firehose may put them one
//                                                                      ; behind another without newlines
//
//   {"timestamp":1793926800123,"formatVersion":1,
//    "webaclId":"arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/6a3f…","terminatingRuleId":"Default_Action",
//    "terminatingRuleType":"REGULAR","action":"ALLOW","terminatingRuleMatchDetails":[],"httpSourceName":"ALB",…,
//    "httpRequest":{"clientIp":"203.0.113.9","country":"JP","headers":[{"name":"Host","value":"shop.example.com"}],
//    "uri":"/","args":"","httpVersion":"HTTP/2.0","httpMethod":"GET","requestId":"1-65f2…"},"labels":[]}
//
// https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html; the columns are those of
// https://docs.aws.amazon.com/athena/latest/ug/create-waf-table-partition-projection.html (both read April 2026).
//
// A column that Athena has as text and the log as an array (excludedrules, oversizefields) holds the array's JSON. What
// the documented columns lack goes to `other`: whole members, so that it is seen what belongs together.
#include "base/time.h"
#include "formats/arn.h"
#include "formats/json_rows.h"
#include "formats/lines.h"
#include "formats/object_key.h"

namespace otomo::formats::waf {

namespace {

constexpr ColumnSpec kText[] = {{"element"}};
constexpr ColumnSpec kMatchDetail[] = {
    {"conditiontype"}, {"sensitivitylevel"}, {"location"}, {"matcheddata", Type::kList, kText}};
constexpr ColumnSpec kMatchDetails[] = {{"element", Type::kStruct, kMatchDetail}};
constexpr ColumnSpec kTokenResponse[] = {{"responsecode"}, {"solvetimestamp"}};
constexpr ColumnSpec kLastTokenResponse[] = {{"responsecode"}, {"solvetimestamp"}, {"failurereason"}};
constexpr ColumnSpec kTerminatingRule[] = {{"ruleid"}, {"action"}, {"rulematchdetails", Type::kList, kMatchDetails}};
constexpr ColumnSpec kGroupRule[] = {
    {"ruleid"},
    {"action"},
    {"overriddenaction"},
    {"rulematchdetails", Type::kList, kMatchDetails},
    {"challengeresponse", Type::kStruct, kTokenResponse},
    {"captcharesponse", Type::kStruct, kTokenResponse},
};
constexpr ColumnSpec kGroupRules[] = {{"element", Type::kStruct, kGroupRule}};
constexpr ColumnSpec kRuleGroup[] = {
    {"rulegroupid"},
    {"terminatingrule", Type::kStruct, kTerminatingRule},
    {"nonterminatingmatchingrules", Type::kList, kGroupRules},
    {"excludedrules"},
};
constexpr ColumnSpec kRuleGroups[] = {{"element", Type::kStruct, kRuleGroup}};
constexpr ColumnSpec kRateBasedRule[] = {{"ratebasedruleid"}, {"limitkey"}, {"maxrateallowed", Type::kInteger}};
constexpr ColumnSpec kRateBasedRules[] = {{"element", Type::kStruct, kRateBasedRule}};
constexpr ColumnSpec kRule[] = {
    {"ruleid"},
    {"action"},
    {"rulematchdetails", Type::kList, kMatchDetails},
    {"challengeresponse", Type::kStruct, kTokenResponse},
    {"captcharesponse", Type::kStruct, kTokenResponse},
};
constexpr ColumnSpec kRules[] = {{"element", Type::kStruct, kRule}};
constexpr ColumnSpec kHeader[] = {{"name"}, {"value"}};
constexpr ColumnSpec kHeaders[] = {{"element", Type::kStruct, kHeader}};
constexpr ColumnSpec kHttpRequest[] = {
    {"clientip"},   {"country"},   {"headers", Type::kList, kHeaders},
    {"uri"},        {"args"},      {"httpversion"},
    {"httpmethod"}, {"requestid"}, {"fragment"},
    {"scheme"},     {"host"},
};
constexpr ColumnSpec kLabel[] = {{"name"}};
constexpr ColumnSpec kLabels[] = {{"element", Type::kStruct, kLabel}};

constexpr ColumnSpec kColumns[] = {
    {"timestamp", Type::kBigint},
    {"formatversion", Type::kInteger},
    {"webaclid"},
    {"terminatingruleid"},
    {"terminatingruletype"},
    {"action"},
    {"terminatingrulematchdetails", Type::kList, kMatchDetails},
    {"httpsourcename"},
    {"httpsourceid"},
    {"rulegrouplist", Type::kList, kRuleGroups},
    {"ratebasedrulelist", Type::kList, kRateBasedRules},
    {"nonterminatingmatchingrules", Type::kList, kRules},
    {"requestheadersinserted", Type::kList, kHeaders},
    {"responsecodesent"},
    {"httprequest", Type::kStruct, kHttpRequest},
    {"labels", Type::kList, kLabels},
    {"captcharesponse", Type::kStruct, kLastTokenResponse},
    {"challengeresponse", Type::kStruct, kLastTokenResponse},
    {"ja3fingerprint"},
    {"ja4fingerprint"},
    {"oversizefields"},
    {"requestbodysize", Type::kInteger},
    {"requestbodysizeinspectedbywaf", Type::kInteger},
    {"other"},
};
constexpr std::size_t kTimestamp = 0;
constexpr std::size_t kWebAclId = 2;
constexpr std::size_t kOther = std::size(kColumns) - 1;

// AWS's examples ask for "date"; the table of its guide has log_time.
constexpr PartitionColumn kPartitions[] = {{"date", "Y/M/D"}, {"log_time", "Y/M/D/H/I"}};

bool is_record(const JsonText& json, const JsonMembers& members) {
  return has_member(json, members, "webaclId") && has_member(json, members, "httpRequest") &&
         (has_member(json, members, "action") || has_member(json, members, "terminatingRuleId"));
}

constexpr JsonRecordForm kForm{.container = "", .first_member = "timestamp", .is_record = is_record};

class Reader final : public JsonRowReader {
 public:
  explicit Reader(const LiteralFilter& filter) : JsonRowReader(kForm, filter, kColumns, {}, kColumns[kOther].name) {}

 private:
  std::optional<std::int64_t> instant(Batch& batch) const override {
    const std::string_view text = columns_.text(kTimestamp, batch.arena);
    if (text.data() == nullptr) return {};
    constexpr std::int64_t kMicrosecondsPerMillisecond = 1000;
    constexpr std::int64_t kMillisecondsMax = INT64_MAX / kMicrosecondsPerMillisecond;
    const auto ms = parse_integer(text);
    if (ms && *ms >= -kMillisecondsMax && *ms <= kMillisecondsMax) return *ms * kMicrosecondsPerMillisecond;
    ++batch.counts.bad_values;
    return {};
  }

  // Of WAF Classic, the id is no name and tells nothing.
  RecordOwner owner(Batch& batch) const override {
    const ArnOwner owner = owner_of_arn(columns_.text(kWebAclId, batch.arena), "wafv2");
    return {owner.account_id, owner.region};
  }
};

// `ACCOUNT_waflogs_REGION_WEBACL_YYYYMMDDTHHmmZ_HASH.log.gz`; the Region of CloudFront's web ACLs is "cloudfront", and
// a web ACL's name may hold "_".
// https://docs.aws.amazon.com/waf/latest/developerguide/logging-s3.html (read April 2026)
std::optional<KeyFacts> read_delivered_name(std::string_view name) {
  constexpr std::string_view kKind = "_waflogs_";
  if (name.ends_with(".gz")) name.remove_suffix(3);
  if (!name.ends_with(".log") || name.size() < 12 + kKind.size() || !is_account_id(name.substr(0, 12)) ||
      name.substr(12, kKind.size()) != kKind) {
    return {};
  }
  KeyFacts facts;
  facts.account_id = name.substr(0, 12);
  name.remove_suffix(4);
  name.remove_prefix(12 + kKind.size());
  const std::size_t hash = name.rfind('_');
  if (hash == std::string_view::npos) return {};
  name = name.substr(0, hash);
  const std::size_t time_at = name.rfind('_');
  const std::size_t region_end = name.find('_');
  if (time_at == std::string_view::npos || region_end >= time_at) return {};
  const std::string_view time = name.substr(time_at + 1);
  if (time.size() != 14 || time[8] != 'T' || time[13] != 'Z' || !all_digits(time.substr(9, 4), 4)) return {};
  if (!set_key_date(time.substr(0, 4), time.substr(4, 2), time.substr(6, 2), facts)) return {};
  facts.hour = time.substr(9, 2);
  facts.minute = time.substr(11, 2);
  const std::string_view region = name.substr(0, region_end);
  if (is_region(region)) facts.region = region;
  facts.log_of = name.substr(region_end + 1, time_at - region_end - 1);
  return facts;
}

// Firehose: `[prefix]YYYY/MM/DD/HH/aws-waf-logs-STREAM-…`
std::optional<KeyFacts> read_key(std::string_view key) {
  const std::string_view name = key_name(key);
  if (!name.starts_with("aws-waf-logs-")) return read_delivered_name(name);
  const auto parts = key_parts(key);
  const std::size_t n = parts.size();
  if (n < 5 || !all_digits(parts[n - 2], 2) || parts[n - 5].size() < 4) return {};
  const std::string_view year = parts[n - 5].substr(parts[n - 5].size() - 4);
  KeyFacts facts;
  if (!set_key_date(year, parts[n - 4], parts[n - 3], facts)) return {};
  facts.hour = parts[n - 2];
  return facts;
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "waf",
    .table = "waf_logs",
    .summary = "AWS WAF web traffic logs",
    .columns = kColumns,
    .partitions = kPartitions,
    .starts_record = starts_of_json_lines,
    .read_key = read_key,
    // The key's time is that of the log's first five minutes or, from Firehose, of the first record that arrived, and
    // Firehose may count the day in another zone.
    .key_day_slack_us = kMicrosecondsPerDay,
    .detect = [](std::string_view head, bool whole) { return detect_json_records(kForm, head, whole); },
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = [](std::size_t column, Match /*match*/,
                      std::string_view value) { return literal_of_row(kColumns, kOther, column, value); },
};

}  // namespace otomo::formats::waf
