// SPDX-License-Identifier: Apache-2.0
//
// OCSF events, as Security Lake keeps them: Parquet objects, whose rows come here as JSON, or JSON. Every class in one
// table, told apart by class_uid; the members of a class are in `other`. (A table per class, with the columns of its
// Parquet objects, is engine/tables/plain.h.)
//
//   {"metadata":{"product":{"name":"CloudTrail","vendor_name":"AWS"},"version":"1.1.0"},"time":1772409600000,
//    "class_uid":6003,"class_name":"API Activity","category_uid":6,"activity_id":2,"severity_id":1,
//    "cloud":{"account":{"uid":"111122223333"},"region":"eu-west-1","provider":"AWS"},…}
//
// Keys: `…/ext/SOURCE/region=R/accountId=A/eventDay=YYYYMMDD/NAME`, or `aws/SOURCE/VERSION/…` for AWS's own sources.
// https://docs.aws.amazon.com/security-lake/latest/userguide/open-cybersecurity-schema-framework.html and
// https://schema.ocsf.io/1.1.0/ (read November 2026)
#include "formats/format.h"
#include "formats/json_rows.h"
#include "formats/lines.h"
#include "formats/object_key.h"

namespace otomo::formats::ocsf {

namespace {

enum ColumnIndex : std::size_t {
  kClassUid,
  kClassName,
  kCategoryUid,
  kCategoryName,
  kActivityId,
  kActivityName,
  kTypeUid,
  kTypeName,
  kSeverityId,
  kSeverity,
  kStatusId,
  kStatus,
  kMessage,
  kTime,
  kMetadata,
  kCloud,
  kOther,
};

constexpr ColumnSpec kColumns[] = {
    {"class_uid", Type::kInteger},
    {"class_name"},
    {"category_uid", Type::kInteger},
    {"category_name"},
    {"activity_id", Type::kInteger},
    {"activity_name"},
    {"type_uid", Type::kBigint},
    {"type_name"},
    {"severity_id", Type::kInteger},
    {"severity"},
    {"status_id", Type::kInteger},
    {"status"},
    {"message"},
    {"time", Type::kBigint},
    {"metadata"},
    {"cloud"},
    {"other"},
};
static_assert(std::size(kColumns) == kOther + 1);

bool is_event(const JsonText& json, const JsonMembers& members) {
  for (const std::string_view name : {"class_uid", "metadata", "time"}) {
    if (find_member(json, members, name) == nullptr) return false;
  }
  return true;
}

constexpr JsonRecordForm kForm{.container = "", .first_member = "metadata", .is_record = is_event};

class Reader final : public JsonRowReader {
 public:
  explicit Reader(const LiteralFilter& filter) : JsonRowReader(kForm, filter, kColumns, {}, "other") {}

 private:
  static constexpr std::int64_t kMillisecondsMax = 253'402'300'800'000;  // the year 10000

  // Milliseconds since 1970.
  std::optional<std::int64_t> instant(Batch& batch) const override {
    const std::string_view text = columns_.text(kTime, batch.arena);
    const auto time = parse_integer(text);
    if (time && *time > -kMillisecondsMax && *time < kMillisecondsMax) return *time * 1000;
    if (text.data() != nullptr) ++batch.counts.bad_values;
    return {};
  }

  // cloud.account.uid (cloud.account_uid before OCSF 1.0) and cloud.region.
  RecordOwner owner(Batch& batch) const override {
    RecordOwner who;
    const JsonMember* cloud = columns_.member(kCloud);
    if (cloud == nullptr || cloud->value.kind != '{') return who;
    if (!cloud_.read(columns_.text(kCloud, batch.arena), cloud_members_)) return who;
    const auto text_of = [&](const JsonText& json, const JsonMembers& members, std::string_view name,
                             std::string_view otherwise) {
      const JsonMember* member = find_member(json, members, name);
      return member == nullptr ? otherwise : json.plain(member->value, batch.arena);
    };
    who.region = text_of(cloud_, cloud_members_, "region", {});
    who.account_id = text_of(cloud_, cloud_members_, "account_uid", {});
    const JsonMember* account = find_member(cloud_, cloud_members_, "account");
    if (account != nullptr && account->value.kind == '{' &&
        account_.read(cloud_.slice(account->value), account_members_)) {
      who.account_id = text_of(account_, account_members_, "uid", who.account_id);
    }
    return who;
  }

  // Of the record that is looked at; kept for their memory.
  mutable JsonText cloud_;
  mutable JsonMembers cloud_members_;
  mutable JsonText account_;
  mutable JsonMembers account_members_;
};

std::optional<KeyFacts> read_key(std::string_view key) {
  const auto parts = key_parts(key);
  KeyFacts facts;
  bool day = false;
  for (const std::string_view part : parts) {
    if (part.starts_with("region=")) facts.region = part.substr(7);
    if (part.starts_with("accountId=")) facts.account_id = part.substr(10);
    if (part.starts_with("eventDay=") && all_digits(part.substr(9), 8)) {
      const std::string_view date = part.substr(9);
      day = set_key_date(date.substr(0, 4), date.substr(4, 2), date.substr(6, 2), facts);
    }
  }
  if (!day || !is_region(facts.region) || !is_account_id(facts.account_id)) return {};
  return facts;
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "ocsf",
    .table = "ocsf_events",
    .summary = "OCSF events (Security Lake), all classes",
    .columns = kColumns,
    .starts_record = starts_of_json_lines,
    // The day is the events' own, in UTC, but nothing proves that a custom source keeps to it: no .key_day_slack_us.
    .read_key = read_key,
    .detect = [](std::string_view head, bool whole) { return detect_json_records(kForm, head, whole); },
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    // A number has one spelling in neither form, and a text may be escaped: no literal is certain.
    .literal_for = [](std::size_t /*column*/, Match /*match*/,
                      std::string_view /*value*/) -> std::optional<std::string> { return {}; },
};

}  // namespace otomo::formats::ocsf
