// SPDX-License-Identifier: Apache-2.0
//
// S3 server access logs as CloudWatch Logs delivers them, there or through it to S3 and Firehose: one JSON object per
// request. The rows are those of the text (s3_access/), spelled as there: a time such as 06/Feb/2019:00:00:38 +0000,
// "-" for null, quotes around request_uri, referer and user_agent.
//
//   record = an object with request_time, request_id, operation and a bucket           ; one per line
//
//   {"schema_version_id":"V_1_0","bucket_arn":"arn:aws:s3:::shop-photos","bucket_name":"shop-photos",
//    "request_time":"2026-11-05T09:00:00.123Z","bucket_owner_id":"79a5…","remote_ip":"203.0.113.9","requester":null,
//    "request_id":"3E57427F3EXAMPLE","operation":"REST.GET.OBJECT","key_name":"cat.jpg",
//    "request_uri":"GET /cat.jpg HTTP/1.1","http_status":200,"error_code":null,"bytes_sent_size":512,…}
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/sal-cw-log-format.html (read April 2026). What the text lacks
// (schema_version_id, bucket_arn, whatever is new) goes to `extra` as JSON. The Parquet delivery has the same names.
#include <algorithm>
#include <array>

#include "base/time.h"
#include "formats/json_columns.h"
#include "formats/json_records.h"
#include "formats/s3_access/columns.h"
#include "formats/s3_access/row.h"

namespace otomo::formats::s3_access_json {

namespace {

using namespace s3_access;

// The members in the order of the text's fields; what is none of them is `extra`.
constexpr ColumnSpec kMembers[] = {
    {"bucket_owner_id"}, {"bucket_name"},         {"request_time"}, {"remote_ip"},      {"requester"},
    {"request_id"},      {"operation"},           {"key_name"},     {"request_uri"},    {"http_status"},
    {"error_code"},      {"bytes_sent_size"},     {"object_size"},  {"total_duration"}, {"turn_around_duration"},
    {"referer"},         {"user_agent"},          {"version_id"},   {"host_id"},        {"signature_version"},
    {"cipher_suite"},    {"authentication_type"}, {"host_header"},  {"tls_version"},    {"access_point_arn"},
    {"acl_required"},    {"source_region"},       {"extra"},
};
static_assert(std::size(kMembers) == kFieldsKnown + 1);

// With readable bytes before it, as numbers must have.
constexpr std::string_view kDashPadded = "        -";
constexpr std::string_view kDash = kDashPadded.substr(8);

bool is_number(std::size_t field) { return field == kStatus || (field >= kBytesSent && field <= kTurnAroundTime); }

bool is_record(const JsonText& json, const JsonMembers& members) {
  const auto has = [&](std::string_view name) { return has_member(json, members, name); };
  return has("request_time") && has("request_id") && has("operation") &&
         (has("bucket_name") || has("bucket_arn") || has("bucket_owner_id"));
}

constexpr JsonRecordForm kForm{.container = "", .first_member = "schema_version_id", .is_record = is_record};

// "2026-11-05T09:00:00.123Z" as "05/Nov/2026:09:00:00 +0000"; a zone stays what it is. REQUIRES: parse_iso_instant()
// reads it.
std::string_view clf_time(std::string_view iso, Arena& arena) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::size_t kBytes = 26;
  char* const text = arena.allocate(kBytes);
  char* to = text;
  const auto put = [&](std::string_view piece) { to = std::copy(piece.begin(), piece.end(), to); };
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + iso[6] - '0' - 1);
  put(iso.substr(8, 2));
  put("/");
  put(kMonths.substr(month * 3, 3));
  put("/");
  put(iso.substr(0, 4));
  put(":");
  put(iso.substr(11, 8));
  put(" ");
  const std::size_t zone = iso.find_first_of("+-Z", 19);
  if (iso[zone] == 'Z') {
    put("+0000");
  } else {
    put(iso.substr(zone, 3));
    put(iso.substr(iso.size() - 2));
  }
  return {text, kBytes};
}

class Reader final : public JsonRecordReader {
 public:
  explicit Reader(const LiteralFilter& filter)
      : JsonRecordReader(kForm, filter), members_(kMembers, {}, kMembers[kFieldsKnown].name) {}

 private:
  void begin(const Batch& batch) override {
    members_.begin_alone(batch.columns[kExtra].wanted);
    writer_.find_wanted(batch);
  }

  bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
            Batch& batch) override {
    if (!is_record_(json, members)) {
      batch.add_reject(offset, RejectReason::kNotARecord, "", text);
      return true;
    }
    members_.look_at(json, members);
    const std::size_t row = RowWriter::begin(text, offset, batch);
    if (batch.event_time.wanted || batch.columns[kTime].wanted) put_time(row, batch);
    for (const std::size_t field : writer_.needed_fields()) line_.fields[field] = spelled(field, json, batch);
    if (batch.columns[kExtra].wanted) line_.rest = members_.other(batch);
    if (batch.columns[kEra].wanted) line_.era = fields_told();
    writer_.put(line_, row, batch);
    return true;
  }

  void put_time(std::size_t row, Batch& batch) {
    const std::string_view text = members_.text(kTime, batch.arena);
    const auto instant = parse_iso_instant(text);
    if (batch.event_time.wanted) RowWriter::put_event_time(instant, text.data() != nullptr, row, batch);
    if (!batch.columns[kTime].wanted) return;
    line_.fields[kTime] = instant                                                       ? clf_time(text, batch.arena)
                          : text.data() != nullptr || members_.member(kTime) == nullptr ? text
                                                                                        : kDash;
  }

  // A field as a line of text has it; data() == nullptr: there is no such member.
  std::string_view spelled(std::size_t field, const JsonText& json, Batch& batch) {
    const JsonMember* const member = members_.member(field);
    if (member == nullptr) return {};
    const JsonValue& value = member->value;
    const std::string_view text = json.plain(value, batch.arena);
    if (text.data() == nullptr) return kDash;
    const bool is_written_so = value.kind != '"' || text.data() == json.slice(value).data() + 1;
    if (field == kRequestUri || field == kReferer || field == kUserAgent) {
      // The quotes of JSON are those of the text, unless what they enclose is not there as it is.
      return value.kind == '"' && is_written_so ? json.slice(value) : enclosed("\"", text, "\"", batch.arena);
    }
    if (field == kAclRequired && value.kind != '"') return text == "true" ? "Yes" : text == "false" ? kDash : text;
    if (is_number(field) && !is_written_so) return enclosed(kDashPadded.substr(0, 8), text, "", batch.arena).substr(8);
    return text;
  }

  static std::string_view enclosed(std::string_view before, std::string_view text, std::string_view behind,
                                   Arena& arena) {
    const std::size_t size = before.size() + text.size() + behind.size();
    char* const place = arena.allocate(size);
    char* to = std::copy(before.begin(), before.end(), place);
    to = std::copy(text.begin(), text.end(), to);
    std::copy(behind.begin(), behind.end(), to);
    return {place, size};
  }

  std::uint32_t fields_told() const {
    std::uint32_t count = 0;
    for (std::size_t field = 0; field < kFieldsKnown; ++field) count += members_.member(field) != nullptr ? 1 : 0;
    return count;
  }

  JsonNamesTest is_record_{is_record};
  JsonColumns members_;
  RowWriter writer_;
  Line line_;
};

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  // The dash is null's; a U+FFFD may have been put in by the repair. Whatever has escapes is read anyway.
  if (value == "-" || value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  if (column == kExtra) return literal_of_members(value);
  const bool is_respelled = column == kTime || column == kAclRequired;
  const bool is_number_column = column == kBytesSent || column == kObjectSize;
  const bool is_field = column < kFieldsKnown && !is_respelled && !is_number_column;
  const bool is_part =
      column == kHttpMethod || column == kRequestPath || column == kReferrerText || column == kUserAgentText;
  if (!is_field && !is_part) return {};
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "s3_access_json",
    .table = "s3_access_logs",
    .summary = "S3 server access logs as CloudWatch Logs delivers them (JSON)",
    .columns = kColumns,
    .partitions = kPartitions,
    .starts_record = starts_of_json_lines,
    // AWS documents no form of these objects' keys.
    .read_key = [](std::string_view /*key*/) -> std::optional<KeyFacts> { return {}; },
    .detect = [](std::string_view head, bool whole) { return detect_json_records(kForm, head, whole); },
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = literal_for,
};

}  // namespace otomo::formats::s3_access_json
