// SPDX-License-Identifier: Apache-2.0
//
// CloudFront's access logs as JSON: standard logging v2 writes one object per line, to S3, to Firehose and to
// CloudWatch Logs; its Parquet delivery comes here as the same objects under Parquet's names.
//
//   record = an object of strings, one member per field that the user chose; cut by json_records.h
//   name   = the field's own ("x-edge-location", "cs(User-Agent)", "timestamp(ms)")
//          / with "_" for what Parquet's names cannot hold ("x_edge_location", "cs_User_Agent", "timestamp_ms")
//
//   {"date":"2026-03-02","time":"09:14:07","x-edge-location":"NRT57-P3","sc-status":"200","cs(Host)":"www.example.com"}
//
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html;
// Parquet's names are those of https://docs.aws.amazon.com/athena/latest/ug/create-cloudfront-table-manual-parquet.html
// (read April 2026).
//
// The table, and when a record happened, are those of the text (cloudfront_fields.h).
#include <algorithm>

#include "formats/cloudfront_fields.h"
#include "formats/json_columns.h"
#include "formats/json_records.h"

namespace otomo::formats::cloudfront_json {

namespace {

using cloudfront::kColumns;

// The names that differ from their column's in more than case and "-" for "_".
constexpr JsonName kNames[] = {
    {"cs(Host)", "cs_host"},
    {"cs(Referer)", "cs_referrer"},
    {"cs(User-Agent)", "cs_user_agent"},
    {"cs(Cookie)", "cs_cookie"},
    {"timestamp(ms)", "timestamp_ms"},
    {"cs_Referer", "cs_referrer"},
    {"cs_referer", "cs_referrer"},
    {"cs-referer", "cs_referrer"},
    // As Athena's tables over these objects spell them.
    {"cs(host)", "cs_host"},
    {"cs(referer)", "cs_referrer"},
    {"cs(user-agent)", "cs_user_agent"},
    {"cs(cookie)", "cs_cookie"},
};

bool is_certain(const JsonText& json, const JsonMembers& members) {
  return std::any_of(members.begin(), members.end(),
                     [&](const JsonMember& member) { return cloudfront::is_telling(json.key(member)); });
}

// Those, or fields of the standard log under names that others use, too.
bool is_possible(const JsonText& json, const JsonMembers& members) {
  return std::any_of(members.begin(), members.end(), [&](const JsonMember& member) {
    const std::string_view key = json.key(member);
    return cloudfront::column_of(key) <= cloudfront::place_of("sc_range_end") || cloudfront::is_telling(key);
  });
}

constexpr JsonRecordForm kForm{.container = "", .first_member = "date", .is_record = is_certain};
constexpr JsonRecordForm kPossibleForm{.container = "", .first_member = "date", .is_record = is_possible};

class Reader final : public JsonRecordReader {
 public:
  explicit Reader(const LiteralFilter& filter)
      : JsonRecordReader(kForm, filter), columns_(kColumns, kNames, kColumns[cloudfront::kExtraColumn].name) {}

 private:
  void begin(const Batch& batch) override { columns_.begin(batch); }

  bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
            Batch& batch) override {
    columns_.look_at(json, members);
    if (!has_field()) {
      batch.add_reject(offset, RejectReason::kNotARecord, "none of its members is a field of CloudFront's", text);
      return true;
    }
    const std::size_t row = batch.begin_row(offset, text);
    if (batch.event_time.wanted) {
      const auto text_of = [&](std::size_t column) { return columns_.text(column, batch.arena); };
      const auto instant = cloudfront::event_instant(
          dates_, text_of(cloudfront::kDateColumn), text_of(cloudfront::kTimeColumn),
          text_of(cloudfront::kTimestampMsColumn), text_of(cloudfront::kTimestampColumn), batch.counts.bad_values);
      if (instant) {
        batch.event_time.set_integer(row, *instant);
      } else {
        batch.event_time.set_null(row);
      }
    }
    if (batch.account_id.wanted) batch.account_id.set_null(row);
    if (batch.region.wanted) batch.region.set_null(row);
    columns_.put(row, batch);
    return true;
  }

  bool has_field() const {
    for (std::size_t column = 0; column < cloudfront::kExtraColumn; ++column) {
      if (columns_.member(column) != nullptr) return true;
    }
    return false;
  }

  JsonColumns columns_;
  cloudfront::Dates dates_;
};

Verdict detect(std::string_view head, bool whole) {
  // Other logs are looked through once.
  const Verdict verdict = detect_json_records(kPossibleForm, head, whole);
  if (verdict != Verdict::kYes) return verdict;
  return detect_json_records(kForm, head, whole) == Verdict::kYes ? Verdict::kYes : Verdict::kMaybe;
}

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  if (column == cloudfront::kExtraColumn || kColumns[column].type != Type::kText || value.empty()) return {};
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  // A string that JSON must escape never stands in the record as it is; others may be escaped, which the reader knows.
  if (has_json_escapes(value)) return {};
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "cloudfront_json",
    .table = "cloudfront_standard_logs",
    .summary = "CloudFront access logs as JSON",
    .columns = kColumns,
    .partitions = cloudfront::kPartitions,
    .starts_record = starts_of_json_lines,
    .read_key = cloudfront::read_key,
    .detect = detect,
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = literal_for,
    .last_header = nullptr,
};

}  // namespace otomo::formats::cloudfront_json
