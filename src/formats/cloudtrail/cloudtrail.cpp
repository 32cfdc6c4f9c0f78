// SPDX-License-Identifier: Apache-2.0
//
// CloudTrail: management, data, insight, network activity and aggregated events.
//
//   record   = event / envelope                           ; cut by json_records.h; the container's member is "Records"
//   event    = an object with members such as eventVersion, eventTime, eventSource, eventName, eventID
//   envelope = EventBridge's { …, "detail": event } / CloudWatch Logs' { …, "message": DQUOTE escaped event DQUOTE }
//              / LookupEvents' { …, "CloudTrailEvent": DQUOTE escaped event DQUOTE }
//
//   {"Records":[{"eventVersion":"1.11","userIdentity":{"type":"IAMUser",…},"eventTime":"2026-10-14T01:02:03Z",
//    "eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"ap-northeast-1",…},…]}
//
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
// (read April 2026).
//
// Member order does not matter; members without a column go to `other`, so that nothing is lost.
#include <algorithm>
#include <array>
#include <deque>

#include "base/time.h"
#include "formats/json_columns.h"
#include "formats/json_records.h"
#include "formats/object_key.h"

namespace otomo::formats::cloudtrail {

namespace {

// A member of a JSON object and the column it fills.
struct Field {
  std::string_view json;
  std::size_t column;
  std::span<const Field> children = {};
};

constexpr ColumnSpec kOnBehalfOf[] = {{"userid"}, {"identitystorearn"}};
constexpr ColumnSpec kAttributes[] = {{"mfaauthenticated"}, {"creationdate"}};
constexpr ColumnSpec kIssuer[] = {{"type"}, {"principalid"}, {"arn"}, {"accountid"}, {"username"}};
constexpr ColumnSpec kTextToText[] = {{"key"}, {"value"}};
constexpr ColumnSpec kWebIdFederation[] = {{"federatedprovider"}, {"attributes", Type::kMap, kTextToText}};
constexpr ColumnSpec kSessionContext[] = {
    {"attributes", Type::kStruct, kAttributes},
    {"sessionissuer", Type::kStruct, kIssuer},
    {"ec2roledelivery"},
    {"webidfederationdata", Type::kStruct, kWebIdFederation},
};
constexpr ColumnSpec kUserIdentityMembers[] = {
    {"type"},
    {"principalid"},
    {"arn"},
    {"accountid"},
    {"invokedby"},
    {"accesskeyid"},
    {"username"},
    {"onbehalfof", Type::kStruct, kOnBehalfOf},
    {"sessioncontext", Type::kStruct, kSessionContext},
};
constexpr ColumnSpec kResource[] = {{"arn"}, {"accountid"}, {"type"}};
constexpr ColumnSpec kResourceElement[] = {{"element", Type::kStruct, kResource}};
constexpr ColumnSpec kAddendumMembers[] = {{"reason"}, {"updatedfields"}, {"originalrequestid"}, {"originaleventid"}};
constexpr ColumnSpec kTlsMembers[] = {{"tlsversion"}, {"ciphersuite"}, {"clientprovidedhostheader"}};

enum ColumnIndex : std::size_t {
  kEventVersion,
  kUserIdentity,
  kEventTime,
  kEventSource,
  kEventName,
  kAwsRegion,
  kSourceIpAddress,
  kUserAgent,
  kErrorCode,
  kErrorMessage,
  kRequestParameters,
  kResponseElements,
  kAdditionalEventData,
  kRequestId,
  kEventId,
  kReadOnly,
  kResources,
  kEventType,
  kApiVersion,
  kRecipientAccountId,
  kServiceEventDetails,
  kSharedEventId,
  kVpcEndpointId,
  kVpcEndpointAccountId,
  kEventCategory,
  kAddendum,
  kSessionCredentialFromConsole,
  kEdgeDeviceDetails,
  kTlsDetails,
  kManagementEvent,
  kInsightDetails,
  kOther,
  kActor,
  kUserIdentityOther,
  kColumnCount,
};

constexpr ColumnSpec kColumns[] = {
    {"eventversion"},
    {"useridentity", Type::kStruct, kUserIdentityMembers},
    {"eventtime"},
    {"eventsource"},
    {"eventname"},
    {"awsregion"},
    {"sourceipaddress"},
    {"useragent"},
    {"errorcode"},
    {"errormessage"},
    {"requestparameters"},
    {"responseelements"},
    {"additionaleventdata"},
    {"requestid"},
    {"eventid"},
    {"readonly"},
    {"resources", Type::kList, kResourceElement},
    {"eventtype"},
    {"apiversion"},
    {"recipientaccountid"},
    {"serviceeventdetails"},
    {"sharedeventid"},
    {"vpcendpointid"},
    {"vpcendpointaccountid"},
    {"eventcategory"},
    {"addendum", Type::kStruct, kAddendumMembers},
    {"sessioncredentialfromconsole"},
    {"edgedevicedetails"},
    {"tlsdetails", Type::kStruct, kTlsMembers},
    {"managementevent", Type::kBoolean},
    {"insightdetails"},
    {"other"},
    {"actor"},
    {"useridentity_other"},
};
static_assert(std::size(kColumns) == kColumnCount);

// A column for which a member is only remembered, not a column of the table.
enum NoColumn : std::size_t { kAccountIdMember = kColumnCount, kTimeWindowMember, kMembersKnown };

constexpr Field kOnBehalfOfFields[] = {{"userId", 0}, {"identityStoreArn", 1}};
constexpr Field kAttributesFields[] = {{"mfaAuthenticated", 0}, {"creationDate", 1}};
constexpr Field kIssuerFields[] = {{"type", 0}, {"principalId", 1}, {"arn", 2}, {"accountId", 3}, {"userName", 4}};
constexpr Field kWebIdFields[] = {{"federatedProvider", 0}, {"attributes", 1}};
constexpr Field kSessionContextFields[] = {
    {"attributes", 0, kAttributesFields},
    {"sessionIssuer", 1, kIssuerFields},
    {"ec2RoleDelivery", 2},
    {"webIdFederationData", 3, kWebIdFields},
};
constexpr Field kUserIdentityFields[] = {
    {"type", 0},
    {"principalId", 1},
    {"arn", 2},
    {"accountId", 3},
    {"invokedBy", 4},
    {"accessKeyId", 5},
    {"userName", 6},
    {"onBehalfOf", 7, kOnBehalfOfFields},
    {"sessionContext", 8, kSessionContextFields},
};
constexpr Field kResourceFields[] = {{"ARN", 0}, {"arn", 0}, {"accountId", 1}, {"type", 2}};
constexpr Field kAddendumFields[] = {
    {"reason", 0}, {"updatedFields", 1}, {"originalRequestID", 2}, {"originalEventID", 3}};
constexpr Field kTlsFields[] = {{"tlsVersion", 0}, {"cipherSuite", 1}, {"clientProvidedHostHeader", 2}};

constexpr Field kRecordFields[] = {
    {"eventVersion", kEventVersion},
    {"userIdentity", kUserIdentity, kUserIdentityFields},
    {"eventTime", kEventTime},
    {"eventSource", kEventSource},
    {"eventName", kEventName},
    {"awsRegion", kAwsRegion},
    {"sourceIPAddress", kSourceIpAddress},
    {"userAgent", kUserAgent},
    {"errorCode", kErrorCode},
    {"errorMessage", kErrorMessage},
    {"requestParameters", kRequestParameters},
    {"responseElements", kResponseElements},
    {"additionalEventData", kAdditionalEventData},
    {"requestID", kRequestId},
    {"eventID", kEventId},
    {"eventId", kEventId},  // aggregated events spell it so
    {"readOnly", kReadOnly},
    {"resources", kResources, kResourceFields},
    {"eventType", kEventType},
    {"apiVersion", kApiVersion},
    {"recipientAccountId", kRecipientAccountId},
    {"serviceEventDetails", kServiceEventDetails},
    {"sharedEventID", kSharedEventId},
    {"vpcEndpointId", kVpcEndpointId},
    {"vpcEndpointAccountId", kVpcEndpointAccountId},
    {"eventCategory", kEventCategory},
    {"addendum", kAddendum, kAddendumFields},
    {"sessionCredentialFromConsole", kSessionCredentialFromConsole},
    {"edgeDeviceDetails", kEdgeDeviceDetails},
    {"tlsDetails", kTlsDetails, kTlsFields},
    {"managementEvent", kManagementEvent},
    {"insightDetails", kInsightDetails},
    {"accountId", kAccountIdMember},
    {"timeWindow", kTimeWindowMember},
};

bool is_json_column(std::size_t column) {
  return column == kRequestParameters || column == kResponseElements || column == kAdditionalEventData ||
         column == kServiceEventDetails || column == kEdgeDeviceDetails || column == kInsightDetails;
}

constexpr PartitionColumn kPartitions[] = {
    {"timestamp", "Y/M/D"},
    {"year", "Y"},
    {"month", "M"},
    {"day", "D"},
};

// The members of a column's struct.
constexpr auto kChildrenOf = [] {
  std::array<std::span<const Field>, kMembersKnown> all{};
  for (const Field& field : kRecordFields) all[field.column] = field.children;
  return all;
}();

// The record's members by name: a table over length and first byte, so that most names cost one comparison.
class FieldTable {
 public:
  FieldTable() {
    for (std::uint8_t i = 0; i < std::size(kRecordFields); ++i) {
      const std::string_view name = kRecordFields[i].json;
      std::uint8_t slot = slot_of(name);
      while (slots_[slot] != kEmpty) ++slot;
      slots_[slot] = i;
    }
  }

  const Field* find(std::string_view name) const {
    if (name.empty()) return nullptr;
    for (std::uint8_t slot = slot_of(name); slots_[slot] != kEmpty; ++slot) {
      const Field& field = kRecordFields[slots_[slot]];
      if (same_name(field.json, name)) return &field;
    }
    return nullptr;
  }

 private:
  static constexpr std::uint8_t kEmpty = 0xFF;

  static std::uint8_t slot_of(std::string_view name) {
    const auto first = static_cast<unsigned char>(name.front());
    const auto last = static_cast<unsigned char>(name.back());
    const auto middle = static_cast<unsigned char>(name[name.size() / 2]);
    return static_cast<std::uint8_t>(name.size() * 7 + first * 3 + last * 5 + middle * 11);
  }

  std::array<std::uint8_t, 256> slots_ = [] {
    std::array<std::uint8_t, 256> empty;
    empty.fill(kEmpty);
    return empty;
  }();
};

const FieldTable& field_table() {
  static const FieldTable table;
  return table;
}

// Is this object an event, by its members?
bool is_event(const JsonText& json, const JsonMembers& members) {
  const auto has = [&](std::string_view key) { return find_member(json, members, key) != nullptr; };
  // S3 event notifications have an eventVersion, eventSource and eventName of their own.
  if (const JsonMember* source = find_member(json, members, "eventSource")) {
    if (json.slice(source->value).starts_with("\"aws:")) return false;
  }
  const bool has_id = has("eventID") || has("eventId");
  if (has("eventVersion")) return has_id || has("eventName") || has("eventTime") || has("eventSource");
  return has("eventName") && has("eventSource") && (has_id || has("eventTime") || has("userIdentity"));
}

// The member of an envelope that holds an event as text; nullptr: there is none.
const JsonMember* message_of(const JsonText& json, const JsonMembers& members) {
  for (const std::string_view name : {"message", "CloudTrailEvent"}) {
    const JsonMember* member = find_member(json, members, name);
    if (member != nullptr && member->value.kind == '"') return member;
  }
  return nullptr;
}

constexpr JsonRecordForm kForm{.container = "Records", .first_member = "eventVersion", .is_record = is_event};

class Reader final : public JsonRecordReader {
 public:
  explicit Reader(const LiteralFilter& filter) : JsonRecordReader(kForm, filter) {}

 private:
  void begin(const Batch& batch) override {
    for (std::size_t i = 0; i < kColumnCount; ++i) wanted_[i] = batch.columns[i].wanted;
    other_wanted_ = wanted_[kOther];
    wants_fields_ = std::any_of(wanted_.begin(), wanted_.end(), [](bool wanted) { return wanted; }) ||
                    batch.event_time.wanted || batch.account_id.wanted || batch.region.wanted;
    for (std::size_t i = 0; i < kOther; ++i) {
      if (wanted_[i]) wanted_columns_.push_back(i);
    }
    const auto need = [&](std::size_t column) {
      for (const Field& field : kRecordFields) {
        if (field.column == column) needed_.push_back(&field);
      }
    };
    for (const std::size_t i : wanted_columns_) need(i);
    if (wanted_[kActor] || wanted_[kUserIdentityOther]) need(kUserIdentity);
    if (batch.event_time.wanted) {
      need(kEventTime);
      need(kTimeWindowMember);
    }
    if (batch.account_id.wanted) {
      need(kRecipientAccountId);
      need(kAccountIdMember);
    }
    if (batch.region.wanted) need(kAwsRegion);
  }

  // An event, an envelope, or no record.
  bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
            Batch& batch) override {
    batch_ = &batch;
    if (is_event(json, members)) {
      put_row(json, text, members, nullptr, offset);
      return true;
    }
    if (const JsonMember* detail = find_member(json, members, "detail");
        detail != nullptr && detail->value.kind == '{') {
      // EventBridge: what stands around the event goes to `other`.
      JsonText event;
      if (event.read(json.slice(detail->value), inner_) && is_event(event, inner_)) {
        envelope_json_ = &json;
        put_row(event, event.text(), inner_, &members, offset);
        return true;
      }
    }
    if (const JsonMember* message = message_of(json, members)) {
      if (put_message(json, members, *message, offset)) return true;
    }
    batch.add_reject(offset, RejectReason::kNotARecord, "", text);
    return true;
  }

  // CloudWatch Logs and LookupEvents: the event is the text of a member.
  bool put_message(const JsonText& json, const JsonMembers& envelope, const JsonMember& message, std::uint64_t offset) {
    const std::string_view text = padded(json.plain(message.value, batch_->arena), *batch_);
    const std::size_t open = text.find_first_not_of(" \t\r\n");
    if (open == std::string_view::npos || text[open] != '{') return false;
    JsonText event;
    event.start(text.substr(open));
    event.finish();
    std::uint32_t end = 0;
    std::size_t next = 0;
    JsonMembers members;
    if (event.token_count() == 0 || event.walk(0, members, end, next) != JsonWalk::kDone) return false;
    if (!is_event(event, members)) return false;
    envelope_json_ = &json;
    put_row(event, event.slice(0, end), members, &envelope, offset);
    return true;
  }

  using Found = std::array<const JsonMember*, kMembersKnown>;

  void sort_out(const JsonText& json, const JsonMembers& members, const JsonMembers* envelope, Found& found,
                std::string& other) const;
  void put_row(const JsonText& json, std::string_view text, const JsonMembers& members, const JsonMembers* envelope,
               std::uint64_t offset);
  void put_struct(const JsonText& outer, const JsonValue& value, std::span<const Field> fields, Column& column,
                  std::size_t row, std::string* leftover);
  void put_text_map(const JsonText& outer, const JsonValue& value, Column& column, std::size_t row);
  void put_resources(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, std::string& other);
  std::string_view actor_of(const JsonText& json, const JsonValue& identity);
  std::string_view text_inside(const JsonText& json, const JsonValue& value, std::span<const std::string_view> path);

  // A value inside a record, with its members; kept for its memory.
  struct Nested {
    JsonText json;
    JsonMembers members;
  };
  Nested& open_nested(const JsonText& json, const JsonValue& value);
  void close_nested() { --nesting_; }

  Batch* batch_ = nullptr;  // of the record that is taken
  JsonMembers inner_;
  std::deque<Nested> nested_;  // one per depth; references to it stay
  std::size_t nesting_ = 0;
  const JsonText* envelope_json_ = nullptr;

  bool wants_fields_ = false;
  bool other_wanted_ = false;
  std::array<bool, kColumnCount> wanted_{};
  std::vector<std::size_t> wanted_columns_;  // those that are filled from one member
  std::vector<const Field*> needed_;         // where `other` is not wanted
};

// Every member to its column, those without one to `other`. The last of members with the same name counts, as JSON
// parsers have it; the others go to `other`, too.
void Reader::sort_out(const JsonText& json, const JsonMembers& members, const JsonMembers* envelope, Found& found,
                      std::string& other) const {
  const FieldTable& table = field_table();
  for (const JsonMember& member : members) {
    const std::string_view key = json.key(member);
    const Field* field = table.find(key);
    if (field != nullptr && field->column < kColumnCount) {
      const JsonMember*& slot = found[field->column];
      if (slot != nullptr) append_member(other, json.key(*slot), json.slice(slot->value));
      slot = &member;
      continue;
    }
    if (field != nullptr) found[field->column] = &member;
    append_member(other, key, json.slice(member.value));
  }
  if (envelope == nullptr) return;
  for (const JsonMember& member : *envelope) {
    const std::string_view key = envelope_json_->key(member);
    if (key != "detail" && key != "message" && key != "CloudTrailEvent")
      append_member(other, key, envelope_json_->slice(member.value));
  }
}

void Reader::put_row(const JsonText& json, std::string_view text, const JsonMembers& members,
                     const JsonMembers* envelope, std::uint64_t offset) {
  Batch& batch = *batch_;
  const std::size_t row = batch.begin_row(offset, text);
  if (!wants_fields_) return;

  Found found{};
  std::string other;
  if (other_wanted_) {
    sort_out(json, members, envelope, found, other);
  } else {
    for (const Field* field : needed_) {
      members.of_name_size(field->json.size(), [&](const JsonMember& member) {
        const JsonMember*& slot = found[field->column];  // two names may lead to it
        if (same_name(json.key(member), field->json) && (slot == nullptr || slot < &member)) slot = &member;
        return false;
      });
    }
  }

  const auto plain = [&](std::size_t which) -> std::string_view {
    return found[which] == nullptr ? std::string_view{} : json.plain(found[which]->value, batch.arena);
  };
  if (batch.event_time.wanted) {
    std::string_view instant = plain(kEventTime);
    if (instant.data() == nullptr && found[kTimeWindowMember] != nullptr &&
        found[kTimeWindowMember]->value.kind == '{') {
      static constexpr std::string_view kStart[] = {"windowStart"};
      instant = text_inside(json, found[kTimeWindowMember]->value, kStart);
    }
    if (const auto parsed = parse_iso_instant(instant)) {
      batch.event_time.set_integer(row, *parsed);
    } else {
      batch.event_time.set_null(row);
      if (instant.data() != nullptr) ++batch.counts.bad_values;
    }
  }
  if (batch.account_id.wanted) {
    const std::string_view recipient = plain(kRecipientAccountId);
    batch.account_id.set_text(row, recipient.data() != nullptr ? recipient : plain(kAccountIdMember));
  }
  if (batch.region.wanted) batch.region.set_text(row, plain(kAwsRegion));

  for (const std::size_t i : wanted_columns_) {
    Column& column = batch.columns[i];
    const JsonMember* member = found[i];
    if (member == nullptr) {
      column.set_null(row);
      continue;
    }
    const JsonValue& value = member->value;
    if (i == kResources) {
      put_resources(json, value, column, row, other);
    } else if (i == kManagementEvent) {
      const std::string_view written = plain(i);
      if (written == "true" || written == "false") {
        column.set_integer(row, written == "true" ? 1 : 0);
      } else {
        column.set_null(row);
        if (written.data() != nullptr) ++batch.counts.bad_values;
      }
    } else if (column.spec->type == Type::kStruct) {
      std::string leftover;
      put_struct(json, value, kChildrenOf[i], column, row, other_wanted_ && i != kUserIdentity ? &leftover : nullptr);
      if (!leftover.empty()) append_member(other, json.key(*member), leftover + "}");
    } else if (is_json_column(i)) {
      const std::string_view written = json.slice(value);
      column.set_text(row, written == "null" ? std::string_view{} : written);
    } else {
      column.set_text(row, plain(i));
    }
  }
  // Members that only a struct's column would have told of are looked at for `other` even where it is not wanted.
  if (other_wanted_) {
    for (const std::size_t i : {std::size_t{kAddendum}, std::size_t{kTlsDetails}}) {
      if (wanted_[i] || found[i] == nullptr) continue;
      Column scratch(kColumns[i], kBatchRowsMax);
      std::string leftover;
      put_struct(json, found[i]->value, kChildrenOf[i], scratch, row, &leftover);
      if (!leftover.empty()) append_member(other, json.key(*found[i]), leftover + "}");
    }
    if (!wanted_[kResources] && found[kResources] != nullptr) {
      Column scratch(kColumns[kResources], kBatchRowsMax);
      put_resources(json, found[kResources]->value, scratch, row, other);
    }
    batch.columns[kOther].set_text(row, other.empty() ? std::string_view{} : batch.arena.copy(other + "}"));
  }
  if (wanted_[kActor]) {
    batch.columns[kActor].set_text(
        row, found[kUserIdentity] == nullptr ? std::string_view{} : actor_of(json, found[kUserIdentity]->value));
  }
  if (wanted_[kUserIdentityOther]) {
    std::string leftover;
    if (found[kUserIdentity] != nullptr) {
      Column scratch(kColumns[kUserIdentity], 1);
      const Counts before = batch.counts;
      put_struct(json, found[kUserIdentity]->value, kUserIdentityFields, scratch, 0, &leftover);
      batch.counts = before;
    }
    batch.columns[kUserIdentityOther].set_text(
        row, leftover.empty() ? std::string_view{} : batch.arena.copy(leftover[0] == '{' ? leftover + "}" : leftover));
  }
}

// Fills a struct column (its wanted members) from an object. Members without a column are appended to `leftover` as an
// open JSON object; a value that is no object goes there as it is.
void Reader::put_struct(const JsonText& outer, const JsonValue& value, std::span<const Field> fields, Column& column,
                        std::size_t row, std::string* leftover) {
  if (value.kind != '{') {
    column.set_null(row);
    if (outer.slice(value) != "null") {
      ++batch_->counts.bad_values;
      if (leftover != nullptr) *leftover = outer.slice(value);
    }
    return;
  }
  const Nested& nested = open_nested(outer, value);
  const JsonText& json = nested.json;
  for (Column& child : column.children) {
    if (child.wanted) child.set_null(row);
  }
  column.valid[row] = 1;
  for (const JsonMember& member : nested.members) {
    const std::string_view key = json.key(member);
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.json == key; });
    if (field == fields.end()) {
      if (leftover != nullptr) append_member(*leftover, key, json.slice(member.value));
      continue;
    }
    Column& child = column.children[field->column];
    if (child.spec->type == Type::kStruct) {
      std::string inner;
      if (child.wanted || leftover != nullptr) {
        put_struct(json, member.value, field->children, child, row, leftover != nullptr ? &inner : nullptr);
      }
      if (!inner.empty()) append_member(*leftover, key, inner[0] == '{' && !inner.ends_with('}') ? inner + "}" : inner);
    } else if (!child.wanted) {
      continue;
    } else if (child.spec->type == Type::kMap) {
      put_text_map(json, member.value, child, row);
    } else {
      child.set_text(row, json.plain(member.value, batch_->arena));
    }
  }
  close_nested();
}

void Reader::put_text_map(const JsonText& outer, const JsonValue& value, Column& column, std::size_t row) {
  column.set_null(row);
  if (value.kind != '{') {
    if (outer.slice(value) != "null") ++batch_->counts.bad_values;
    return;
  }
  const Nested& nested = open_nested(outer, value);
  const JsonText& json = nested.json;
  Column& keys = column.children[0];
  Column& values = column.children[1];
  std::uint32_t at = column.list_end[row];
  const std::uint32_t first = at;
  for (const JsonMember& member : nested.members) {
    const std::string_view key = unescape_json(json.key(member), batch_->arena);
    // A map has each key once; the last value counts.
    std::uint32_t place = first;
    while (place < at && keys.text[place] != key) ++place;
    if (place == at) {
      ++at;
      if (keys.text.size() < at) {
        keys.resize(at);
        values.resize(at);
      }
      keys.set_text(place, key);
    }
    values.set_text(place, json.plain(member.value, batch_->arena));
  }
  close_nested();
  column.list_end[row] = at;
  column.valid[row] = 1;
}

void Reader::put_resources(const JsonText& json, const JsonValue& value, Column& column, std::size_t row,
                           std::string& other) {
  column.set_null(row);
  if (value.kind != '[') {
    if (json.slice(value) != "null") {
      ++batch_->counts.bad_values;
      if (other_wanted_) append_member(other, "resources", json.slice(value));
    }
    return;
  }
  const Nested& nested = open_nested(json, value);
  Column& element_column = column.children[0];
  std::uint32_t at = column.list_end[row];
  bool lost = false;
  for (const JsonMember& element : nested.members) {
    if (element_column.valid.size() < at + 1) element_column.resize(at + 1);
    std::string leftover;
    put_struct(nested.json, element.value, kResourceFields, element_column, at, &leftover);
    lost = lost || !leftover.empty();
    ++at;
  }
  close_nested();
  if (lost && other_wanted_) append_member(other, "resources", json.slice(value));
  column.list_end[row] = at;
  column.valid[row] = 1;
}

// The session issuer's arn, else userIdentity.arn, else invokedBy, else the principal id.
std::string_view Reader::actor_of(const JsonText& json, const JsonValue& identity) {
  static constexpr std::string_view kIssuerArn[] = {"sessionContext", "sessionIssuer", "arn"};
  const std::string_view issuer = text_inside(json, identity, kIssuerArn);
  if (!issuer.empty()) return issuer;
  for (const std::string_view key : {"arn", "invokedBy", "principalId"}) {
    const std::string_view text = text_inside(json, identity, std::span(&key, 1));
    if (!text.empty()) return text;
  }
  return {};
}

// The text of the member that `path` leads to through objects; data() == nullptr where it does not.
std::string_view Reader::text_inside(const JsonText& json, const JsonValue& value,
                                     std::span<const std::string_view> path) {
  if (value.kind != '{') return {};
  const Nested& nested = open_nested(json, value);
  std::string_view text;
  if (const JsonMember* member = find_member(nested.json, nested.members, path[0])) {
    text = path.size() == 1 ? nested.json.plain(member->value, batch_->arena)
                            : text_inside(nested.json, member->value, path.subspan(1));
  }
  close_nested();
  return text;
}

Reader::Nested& Reader::open_nested(const JsonText& json, const JsonValue& value) {
  if (nesting_ == nested_.size()) nested_.emplace_back();
  Nested& nested = nested_[nesting_++];
  if (!nested.json.read(json.slice(value), nested.members)) ++batch_->counts.bad_values;
  return nested;
}

// `[prefix/]AWSLogs/[o-ORG/]ACCOUNT/KIND/REGION/YYYY/MM/DD/ACCOUNT_KIND_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz`
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html (read April 2026)
std::optional<KeyFacts> read_key(std::string_view key) {
  const std::string_view name = key_name(key);
  if (!name.ends_with(".json.gz") && !name.ends_with(".json")) return {};
  std::vector<std::string_view> parts;
  std::string_view left = name;
  while (parts.size() < 5) {
    const std::size_t bar = left.find('_');
    parts.push_back(left.substr(0, bar));
    if (bar == std::string_view::npos) break;
    left.remove_prefix(bar + 1);
  }
  if (parts.size() != 5 || !is_account_id(parts[0]) || !is_region(parts[2]) || parts[3].size() != 14 ||
      parts[3][8] != 'T' || parts[3][13] != 'Z') {
    return {};
  }
  static constexpr std::string_view kKinds[] = {"CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity",
                                                "CloudTrail-Aggregated"};
  if (std::find(std::begin(kKinds), std::end(kKinds), parts[1]) == std::end(kKinds)) return {};
  KeyFacts facts;
  facts.account_id = parts[0];
  facts.region = parts[2];
  if (!set_key_date(parts[3].substr(0, 4), parts[3].substr(4, 2), parts[3].substr(6, 2), facts)) return {};
  facts.hour = parts[3].substr(9, 2);
  return facts;
}

// Is this an event, or an envelope around one, whole or as far as it can be seen?
bool looks_like_event(const JsonText& json, const JsonMembers& members) {
  if (is_event(json, members)) return true;
  JsonText inner;
  JsonMembers inner_members;
  if (const JsonMember* detail = find_member(json, members, "detail"); detail != nullptr && detail->value.kind == '{') {
    return inner.read(json.slice(detail->value), inner_members) && is_event(inner, inner_members);
  }
  const JsonMember* message = message_of(json, members);
  if (message == nullptr || find_member(json, members, "messageType") != nullptr) return false;
  Arena arena;
  std::string text(json.plain(message->value, arena));
  const std::size_t size = text.size();
  text.append(kBlockPaddingBytes, '\0');
  return inner.read(std::string_view(text).substr(0, size), inner_members) && is_event(inner, inner_members);
}

constexpr JsonRecordForm kDetectionForm{.container = "Records",
                                        .first_member = "eventVersion",
                                        .is_record = looks_like_event,
                                        // A source that is not CloudTrail's would be a member of its own.
                                        .is_surely_record = [](const JsonText& json, const JsonMembers& members) {
                                          return find_member(json, members, "eventSource") != nullptr &&
                                                 is_event(json, members);
                                        }};

Verdict detect(std::string_view head, bool whole) { return detect_json_records(kDetectionForm, head, whole); }

std::unique_ptr<RecordReader> make_reader(const LiteralFilter& filter) { return std::make_unique<Reader>(filter); }

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  if (is_json_column(column)) return std::string(value);
  if (column >= kManagementEvent || kColumns[column].type != Type::kText) return {};
  // A string that JSON must escape never stands in the record as it is; others may be escaped, which the reader knows.
  if (has_json_escapes(value)) return {};
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "cloudtrail",
    .table = "cloudtrail_logs",
    .summary = "CloudTrail events",
    .columns = kColumns,
    .partitions = kPartitions,
    .read_key = read_key,
    .key_day_slack_us = 0,
    .late_us = 30 * kMicrosecondsPerDay,
    .detect = detect,
    .make_reader = make_reader,
    .literal_for = literal_for,
};

}  // namespace otomo::formats::cloudtrail
