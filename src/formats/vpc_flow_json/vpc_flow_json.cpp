// SPDX-License-Identifier: Apache-2.0
//
// VPC flow logs as JSON objects: the rows of the Parquet delivery, and what others make of the text.
//
//   record = "{" member *( "," member ) "}"              ; one per field, named as it is, or with "_" for "-"
//
//   {"version":2,"account_id":"111122223333","interface_id":"eni-0a1b2c3d4e5f67890","srcaddr":"203.0.113.9",
//    "dstaddr":"10.0.1.17","srcport":51341,"dstport":443,"protocol":6,"packets":25,"bytes":4821,"start":1772442847,
//    "end":1772442907,"action":"ACCEPT","log_status":"OK"}
//
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html (read April 2026).
//
// The rows are those of the text; Parquet has null where the text has "-". An object of a transit gateway's flow log is
// no record here.
#include <algorithm>
#include <memory>

#include "base/time.h"
#include "formats/json_columns.h"
#include "formats/json_records.h"
#include "formats/vpc_flow_fields.h"

namespace otomo::formats::vpc_flow_json {

namespace {

using vpc_flow::kColumns;

vpc_flow::FieldCensus census_of(const JsonText& json, const JsonMembers& members) {
  vpc_flow::FieldCensus census;
  for (const JsonMember& member : members) census.add(json.key(member));
  return census;
}

// One of the members that no other log has, and none of a transit gateway's: most records need no census.
bool is_record(const JsonText& json, const JsonMembers& members) {
  const auto has = [&](std::string_view name) { return find_member(json, members, name) != nullptr; };
  if (has("interface_id") || has("log_status") || has("interface-id") || has("log-status")) {
    return std::none_of(members.begin(), members.end(), [&](const JsonMember& member) {
      const std::string_view key = json.key(member);
      return key.size() > 3 && (key[0] == 't' || key[0] == 'p') && vpc_flow::is_transit_gateway_field(key);
    });
  }
  return census_of(json, members).may_be_ours();
}
bool is_ours(const JsonText& json, const JsonMembers& members) { return census_of(json, members).is_ours(); }

constexpr JsonRecordForm kForm{.container = "", .first_member = "version", .is_record = is_record};
constexpr JsonRecordForm kDetectionForm{.container = "",
                                        .first_member = "version",
                                        .is_record = is_ours,
                                        // What proves another log may come last.
                                        .is_surely_record = [](const JsonText&, const JsonMembers&) { return false; }};

class Reader final : public JsonRecordReader {
 public:
  explicit Reader(const LiteralFilter& filter) : JsonRecordReader(kForm, filter) {}

 private:
  void begin(const Batch& batch) override { columns_.begin(batch); }

  bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
            Batch& batch) override {
    if (!is_record(json, members)) {
      batch.add_reject(offset, RejectReason::kNotARecord, "", text);
      return true;
    }
    columns_.look_at(json, members);
    const std::size_t row = batch.begin_row(offset, text);
    if (batch.event_time.wanted || batch.account_id.wanted || batch.region.wanted) {
      const bool starts = columns_.member(vpc_flow::kStartColumn) != nullptr;
      const std::size_t time = starts ? vpc_flow::kStartColumn : vpc_flow::kEndColumn;
      vpc_flow::put_common(batch, row, columns_.text(time, batch.arena),
                           columns_.text(vpc_flow::kAccountIdColumn, batch.arena),
                           columns_.text(vpc_flow::kRegionColumn, batch.arena));
    }
    columns_.put(row, batch);
    return true;
  }

  JsonColumns columns_{kColumns, {}, kColumns[vpc_flow::kExtraColumn].name};
};

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  if (!vpc_flow::holds_as_written(column, value)) return {};
  // A string that JSON must escape never stands in the record as it is; others may be escaped, which the reader knows.
  return has_json_escapes(value) ? std::nullopt : std::optional(std::string(value));
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "vpc_flow_json",
    .table = "vpc_flow_logs",
    .summary = "VPC flow logs as JSON or Parquet",
    .columns = kColumns,
    .partitions = vpc_flow::kPartitions,
    .starts_record = starts_of_json_lines,
    .read_key = [](std::string_view key) { return vpc_flow::read_key(key, vpc_flow::Delivery::kParquet); },
    .key_day_slack_us = 0,
    .late_us = kMicrosecondsPerDay,
    .detect = [](std::string_view head, bool whole) { return detect_json_records(kDetectionForm, head, whole); },
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = literal_for,
};

}  // namespace otomo::formats::vpc_flow_json
