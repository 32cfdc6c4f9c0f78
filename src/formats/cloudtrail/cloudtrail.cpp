// SPDX-License-Identifier: Apache-2.0
//
// CloudTrail: management, data, insight, network activity and aggregated events.
//
//   object   = container / *( event / envelope )          ; JSON texts one after another: a file, or JSON lines
//   container= "{" *( member "," ) DQUOTE "Records" DQUOTE ":" array *( "," member ) "}" / array
//   array    = "[" [ event *( "," event ) ] "]"
//   event    = an object with members such as eventVersion, eventTime, eventSource, eventName, eventID
//   envelope = EventBridge's { …, "detail": event } / CloudWatch Logs' { …, "message": DQUOTE escaped event DQUOTE }
//
//   {"Records":[{"eventVersion":"1.11","userIdentity":{"type":"IAMUser",…},"eventTime":"2026-10-14T01:02:03Z",
//    "eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"ap-northeast-1",…},…]}
//
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
// (read April 2026).
//
// A record that breaks does not lose its neighbours. Inside a container the next one is looked for where an element
// starts with the same first member (AWS writes them alike); in JSON lines, at the next line that opens an object.
// Member order does not matter; members without a column go to `other`, so that nothing is lost.
#include <algorithm>
#include <array>
#include <cstring>
#include <deque>

#include "base/time.h"
#include "base/utf8.h"
#include "formats/format.h"
#include "formats/json_walk.h"
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

// The same text, without a call for the sizes that names have.
inline bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() < 8) return a == b;
  std::uint64_t first[2];
  std::uint64_t last[2];
  std::memcpy(&first[0], a.data(), 8);
  std::memcpy(&first[1], b.data(), 8);
  std::memcpy(&last[0], a.data() + a.size() - 8, 8);
  std::memcpy(&last[1], b.data() + b.size() - 8, 8);
  return first[0] == first[1] && last[0] == last[1] && (a.size() <= 16 || a == b);
}

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

const JsonMember* find_member(const JsonText& json, const JsonMembers& members, std::string_view key) {
  const JsonMember* found = nullptr;
  members.of_name_size(key.size(), [&](const JsonMember& member) {
    if (same_name(json.key(member), key)) found = &member;
    return found != nullptr;
  });
  return found;
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

// For a text that starts with `{ "Records" : [`, members that are no objects or arrays before it allowed: the place
// behind the bracket; else npos. A look at the first members is enough: what is deeper is read as a whole and looked at
// then.
std::size_t container_start(std::string_view text) {
  constexpr std::size_t kLookBytes = 4096;
  text = text.substr(0, kLookBytes);
  std::size_t at = 1;
  const auto skip_space = [&] { at = std::min(text.find_first_not_of(" \t\r\n", at), text.size()); };
  const auto skip_string = [&] {
    ++at;
    while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    ++at;
  };
  while (true) {
    skip_space();
    if (at >= text.size() || text[at] != '"') return std::string_view::npos;
    const std::size_t key = at + 1;
    skip_string();
    if (at > text.size()) return std::string_view::npos;
    const std::string_view name = text.substr(key, at - 1 - key);
    skip_space();
    if (at >= text.size() || text[at] != ':') return std::string_view::npos;
    ++at;
    skip_space();
    if (at >= text.size() || text[at] == '{') return std::string_view::npos;
    if (text[at] == '[') return name == "Records" ? at + 1 : std::string_view::npos;
    if (text[at] == '"') {
      skip_string();
      skip_space();
    } else {
      at = text.find_first_of(",}", at);
    }
    if (at >= text.size() || text[at] != ',') return std::string_view::npos;
    ++at;
  }
}

class Reader final : public RecordReader {
 public:
  explicit Reader(const LiteralFilter& filter) : filter_(filter) {}

  void restart() override {
    place_ = Place::kTop;
    in_lines_ = false;
    behind_record_ = false;
  }

  std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) override {
    bytes_ = bytes;
    offset_ = offset;
    last_ = last;
    batch_ = &batch;
    at_ = 0;
    if (offset == 0 && place_ == Place::kTop) {
      if (bytes.size() < 3 && !last) return 0;
      if (bytes.starts_with("\xEF\xBB\xBF")) at_ = 3;
    }
    if (!columns_known_) find_columns();
    index_from(at_);
    while (!batch.full() && step()) {
    }
    if (last_ && at_ == bytes_.size() && (place_ == Place::kArray || place_ == Place::kTail)) {
      // All records in it were whole, but there may have been more.
      batch.add_reject(offset_at(at_), RejectReason::kTruncated, "the container of the records is not closed", "");
      place_ = Place::kTop;
    }
    return at_;
  }

 private:
  enum class Place : std::uint8_t {
    kTop,       // between JSON texts
    kArray,     // between elements of the container's array
    kTail,      // behind that array, in the object that holds it
    kSkipping,  // inside a record that was found too long
  };

  void find_columns() {
    const auto& columns = batch_->columns;
    for (std::size_t i = 0; i < kColumnCount; ++i) wanted_[i] = columns[i].wanted;
    other_wanted_ = wanted_[kOther];
    wants_fields_ = std::any_of(wanted_.begin(), wanted_.end(), [](bool wanted) { return wanted; }) ||
                    batch_->event_time.wanted || batch_->account_id.wanted || batch_->region.wanted;
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
    if (batch_->event_time.wanted) {
      need(kEventTime);
      need(kTimeWindowMember);
    }
    if (batch_->account_id.wanted) {
      need(kRecipientAccountId);
      need(kAccountIdMember);
    }
    if (batch_->region.wanted) need(kAwsRegion);
    columns_known_ = true;
  }

  void index_from(std::size_t place) {
    origin_ = place;
    json_.start(bytes_.substr(place));
    token_ = 0;
  }

  std::size_t left() const { return bytes_.size() - at_; }
  std::uint64_t offset_at(std::size_t place) const { return offset_ + place; }

  // One element, bracket or separator. False: nothing more can be done with these bytes.
  bool step() {
    if (place_ == Place::kSkipping) return skip_overlong();
    if (behind_record_ && at_ < bytes_.size()) {
      in_lines_ = in_lines_ || bytes_[at_] == '\n';
      behind_record_ = false;
    }
    while (at_ < bytes_.size() && is_between(bytes_[at_])) ++at_;
    if (at_ == bytes_.size()) return false;
    const char c = bytes_[at_];
    switch (place_) {
      case Place::kTop:
        if (c == '{') return enter_container() || read_element();
        if (c == '[') {
          closes_object_ = false;
          return enter(Place::kArray, at_ + 1);
        }
        return reject_line();
      case Place::kArray:
        if (c == '{') return read_element();
        if (c == ']') return enter(closes_object_ ? Place::kTail : Place::kTop, at_ + 1);
        return reject_other_value();
      case Place::kTail:
        if (c == '}') return enter(Place::kTop, at_ + 1);
        if (c == ']') {  // one bracket too many
          reject(RejectReason::kBadJson, bytes_.substr(at_, 1), offset_at(at_));
          return enter(Place::kTail, at_ + 1);
        }
        return skip_tail_member();
      case Place::kSkipping: break;
    }
    return false;
  }

  // Goes on at `at`, where depth is counted anew.
  bool enter(Place place, std::size_t at) {
    place_ = place;
    at_ = at;
    index_from(at);
    return true;
  }

  static bool is_between(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ','; }

  // Goes into the container that starts here, if one does.
  bool enter_container() {
    const std::size_t first = container_start(bytes_.substr(at_));
    if (first == std::string_view::npos) return false;
    closes_object_ = true;
    return enter(Place::kArray, at_ + first);
  }

  // The token at byte `place` of bytes_, indexing as far as needed.
  std::size_t token_of(std::size_t place) {
    const auto relative = static_cast<std::uint32_t>(place - origin_);
    while (json_.indexed_bytes() <= relative && json_.extend(kIndexStep)) {
    }
    if (token_ < json_.token_count() && json_.token(token_) == relative) return token_;
    token_ = json_.token_at(
        relative, token_ > 0 && token_ <= json_.token_count() && json_.token(token_ - 1) < relative ? token_ : 0);
    return token_;
  }

  static constexpr std::size_t kIndexStep = 16 * 1024;

  bool read_element() {
    const std::size_t token = token_of(at_);
    const auto begin = static_cast<std::uint32_t>(at_ - origin_);
    std::uint32_t end = 0;
    std::size_t next = 0;
    JsonWalk walk = JsonWalk::kIncomplete;
    std::size_t step = kIndexStep;
    while (true) {
      if (token < json_.token_count()) walk = json_.walk(token, members_, end, next);
      if (leaves_line(origin_ + (walk == JsonWalk::kDone ? end : json_.indexed_bytes()))) walk = JsonWalk::kInvalid;
      if (walk != JsonWalk::kIncomplete) break;
      if (json_.indexed_bytes() - begin > kRecordBytesMax || !json_.extend(step)) break;
      step *= 2;  // so that a long record is walked a few times only
    }
    if (walk == JsonWalk::kDone && end - begin <= kRecordBytesMax) {
      if (place_ == Place::kTop && enter_late_container()) return true;
      if (!filter_.any_of.empty() && lacks_literals(json_.slice(begin, end))) {
        ++batch_->counts.skipped;
        return consume(end, next);
      }
      put_element(json_, json_.slice(begin, end), members_, offset_at(at_));
      return consume(end, next);
    }
    return recover(walk);
  }

  // Where lines were records so far, one does not reach over its line's end if an object opens right behind: looking
  // for the end of a record that was cut would take as long as the rest of the file, for each such line.
  bool leaves_line(std::size_t stop) const {
    if (place_ != Place::kTop || !in_lines_) return false;
    const std::size_t newline = bytes_.substr(0, stop).find('\n', at_);
    return newline != std::string_view::npos && newline + 1 < bytes_.size() && bytes_[newline + 1] == '{';
  }

  // The object in members_ has `Records` behind members that enter_container() does not look through. Goes there.
  bool enter_late_container() {
    const JsonMember* records = find_member(json_, members_, "Records");
    if (records == nullptr || records->value.kind != '[' || is_event(json_, members_)) return false;
    closes_object_ = true;
    return enter(Place::kArray, origin_ + records->value.begin + 1);
  }

  bool consume(std::uint32_t end, std::size_t next) {
    at_ = origin_ + end;
    token_ = next;
    behind_record_ = place_ == Place::kTop;
    return true;
  }

  bool lacks_literals(std::string_view record) const {
    const char* const begin = record.data();
    const char* const end = begin + record.size();
    for (const std::string& literal : filter_.any_of) {
      if (simd::kernels().find_literal(begin, end, literal) != end) return false;
    }
    // A value can also be written with escapes; such a record is read to be sure.
    return std::memchr(begin, '\\', record.size()) == nullptr;
  }

  // The element at at_ is broken, unfinished or too long: reject it and go on behind it.
  bool recover(JsonWalk walk) {
    const std::string_view rest = bytes_.substr(at_);
    const bool too_long = rest.size() >= kRecordBytesMax && walk != JsonWalk::kInvalid;
    if (walk == JsonWalk::kIncomplete && !last_ && !too_long) return false;
    const std::string_view window = rest.substr(0, kRecordBytesMax);
    const std::size_t next = next_start(window);
    if (next == std::string_view::npos) {
      if (!last_ && rest.size() < kRecordBytesMax) return false;
      if (!last_ || rest.size() > window.size()) {
        reject(RejectReason::kTooLong, rest.substr(0, kRejectRawBytesMax), offset_at(at_));
        skip_place_ = place_;
        skip_key_ = first_key(rest);
        place_ = Place::kSkipping;
        at_ += window.size();
        index_from(at_);
        return true;
      }
      // The object's end. Brackets that close the container are not the record's.
      reject(walk == JsonWalk::kInvalid ? RejectReason::kBadJson : RejectReason::kTruncated, rest, offset_at(at_));
      at_ = bytes_.size();
      place_ = Place::kTop;
      return false;
    }
    reject(RejectReason::kBadJson, rest.substr(0, next), offset_at(at_));
    if (place_ == Place::kTop) in_lines_ = true;
    at_ += next;
    index_from(at_);
    return true;
  }

  bool skip_overlong() {
    const std::string_view rest = bytes_.substr(at_);
    place_ = skip_place_;
    const std::size_t next = find_start(rest, skip_key_, 0);
    if (next != std::string_view::npos) {
      at_ += next;
      index_from(at_);
      return true;
    }
    place_ = Place::kSkipping;
    // What may be the first part of a start stays.
    constexpr std::size_t kStartBytesMax = 128;
    if (last_) {
      at_ = bytes_.size();
    } else if (rest.size() > kStartBytesMax) {
      at_ += rest.size() - kStartBytesMax;
    }
    return false;
  }

  static std::string first_key(std::string_view element) {
    const std::size_t open = element.find_first_not_of(" \t\r\n", 1);
    if (open == std::string_view::npos || element[open] != '"') return "eventVersion";
    const std::size_t close = element.find('"', open + 1);
    if (close == std::string_view::npos || close - open > 64) return "eventVersion";
    return std::string(element.substr(open + 1, close - open - 1));
  }

  // Where the next record starts behind a broken one at the front of `text`.
  std::size_t next_start(std::string_view text) const { return find_start(text, first_key(text), 1); }

  std::size_t find_start(std::string_view text, const std::string& key, std::size_t from) const {
    if (place_ == Place::kTop) {
      const std::size_t line = text.find("\n{", from);
      return line == std::string_view::npos ? line : line + 1;
    }
    const std::string quoted = "\"" + key + "\"";
    for (std::size_t at = text.find(quoted, from); at != std::string_view::npos; at = text.find(quoted, at + 1)) {
      const std::size_t brace = text.find_last_not_of(" \t\r\n", at - 1);
      if (brace == std::string_view::npos || brace < from || text[brace] != '{' || brace == 0) continue;
      const std::size_t before = text.find_last_not_of(" \t\r\n", brace - 1);
      if (before != std::string_view::npos && (text[before] == ',' || text[before] == '}' || text[before] == '[')) {
        return brace;
      }
    }
    return std::string_view::npos;
  }

  void reject(RejectReason reason, std::string_view raw, std::uint64_t offset) {
    while (!raw.empty() && (is_between(raw.back()))) raw.remove_suffix(1);
    batch_->add_reject(offset, reason, "", raw);
  }

  // Something at top level that is no JSON text: rejected up to the line's end.
  bool reject_line() {
    const std::size_t newline = bytes_.find('\n', at_);
    if (newline == std::string_view::npos && !last_) {
      if (left() < kRecordBytesMax) return false;
      reject(RejectReason::kTooLong, bytes_.substr(at_, kRejectRawBytesMax), offset_at(at_));
      skip_place_ = Place::kTop;
      place_ = Place::kSkipping;
      at_ += kRecordBytesMax;
      index_from(at_);
      return true;
    }
    const std::size_t end = newline == std::string_view::npos ? bytes_.size() : newline;
    reject(RejectReason::kBadJson, bytes_.substr(at_, end - at_), offset_at(at_));
    at_ = end;
    index_from(at_);
    return true;
  }

  // An element of the container that is no object.
  bool reject_other_value() {
    std::uint32_t end = 0;
    std::size_t next = 0;
    if (bytes_[at_] == '[') {
      const std::size_t token = token_of(at_);
      const auto begin = static_cast<std::uint32_t>(at_ - origin_);
      while (token >= json_.token_count() || json_.skip(token, end, next) != JsonWalk::kDone) {
        if (json_.indexed_bytes() - begin > kRecordBytesMax || !json_.extend(kIndexStep)) {
          return recover(JsonWalk::kIncomplete);
        }
      }
      reject(RejectReason::kNotARecord, json_.slice(begin, end), offset_at(at_));
      return consume(end, next);
    }
    // A string or scalar ends before the next separator.
    const std::string_view rest = bytes_.substr(at_);
    std::size_t stop = 1;
    if (rest[0] == '"') {
      while (stop < rest.size() && rest[stop] != '"') stop += rest[stop] == '\\' ? 2 : 1;
      ++stop;
    } else {
      stop = rest.find_first_of(",[]{}\"", 1);
    }
    if (stop > rest.size()) return recover(JsonWalk::kIncomplete);
    reject(RejectReason::kNotARecord, rest.substr(0, stop), offset_at(at_));
    return enter(place_, at_ + stop);
  }

  // A member behind the array of the container.
  bool skip_tail_member() {
    // Members there are never records; they end with the object. Whole JSON texts may follow.
    const std::size_t token = token_of(at_);
    while (true) {
      int depth = 0;
      for (std::size_t i = token; i < json_.token_count(); ++i) {
        const char c = json_.text()[json_.token(i)];
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth < 0) return enter(Place::kTail, origin_ + json_.token(i));
      }
      if (json_.indexed_bytes() + origin_ - at_ > kRecordBytesMax || !json_.extend(kIndexStep)) break;
    }
    return recover(JsonWalk::kIncomplete);
  }

  // A whole, valid object: an event, an envelope, or no record.
  void put_element(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset) {
    if (!json.is_ascii() && !utf8::is_valid(text)) {
      put_repaired(text, offset);
      return;
    }
    if (is_event(json, members)) {
      put_row(json, text, members, nullptr, offset);
      return;
    }
    if (const JsonMember* detail = find_member(json, members, "detail");
        detail != nullptr && detail->value.kind == '{') {
      // EventBridge: what stands around the event goes to `other`.
      JsonText event;
      if (event.read(json.slice(detail->value), inner_) && is_event(event, inner_)) {
        envelope_json_ = &json;
        put_row(event, event.text(), inner_, &members, offset);
        return;
      }
    }
    if (const JsonMember* message = find_member(json, members, "message");
        message != nullptr && message->value.kind == '"') {
      if (put_message(json, members, *message, offset)) return;
    }
    batch_->add_reject(offset, RejectReason::kNotARecord, "", text);
  }

  // Bytes that are no UTF-8: the record is repaired first and read then.
  void put_repaired(std::string_view text, std::uint64_t offset) {
    const std::string_view fixed = padded(batch_->repaired(text));
    JsonText json;
    JsonMembers members;
    if (json.read(fixed, members)) {
      put_element(json, fixed, members, offset);
    } else {
      batch_->add_reject(offset, RejectReason::kBadJson, "", fixed);
    }
  }

  std::string_view padded(std::string_view text) {
    char* place = batch_->arena.allocate(text.size() + kBlockPaddingBytes);
    std::memcpy(place, text.data(), text.size());
    std::memset(place + text.size(), 0, kBlockPaddingBytes);
    return {place, text.size()};
  }

  // CloudWatch Logs: the event is the text of `message`.
  bool put_message(const JsonText& json, const JsonMembers& envelope, const JsonMember& message, std::uint64_t offset) {
    const std::string_view text = padded(json.plain(message.value, batch_->arena));
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

  static void add_member(std::string& out, std::string_view key, std::string_view json_value);

  const LiteralFilter& filter_;
  std::string_view bytes_;
  std::uint64_t offset_ = 0;
  bool last_ = false;
  Batch* batch_ = nullptr;
  std::size_t at_ = 0;

  Place place_ = Place::kTop;
  bool closes_object_ = false;  // the container's array stands in an object
  bool in_lines_ = false;       // a record ended, or broke off, with its line
  bool behind_record_ = false;  // what follows tells whether it ended with its line
  Place skip_place_ = Place::kTop;
  std::string skip_key_;

  JsonText json_;
  std::size_t origin_ = 0;  // of json_ in bytes_
  std::size_t token_ = 0;   // at or near at_
  JsonMembers members_;
  JsonMembers inner_;
  std::deque<Nested> nested_;  // one per depth; references to it stay
  std::size_t nesting_ = 0;
  const JsonText* envelope_json_ = nullptr;

  bool columns_known_ = false;
  bool wants_fields_ = false;
  bool other_wanted_ = false;
  std::array<bool, kColumnCount> wanted_{};
  std::vector<std::size_t> wanted_columns_;  // those that are filled from one member
  std::vector<const Field*> needed_;         // where `other` is not wanted
};

void Reader::add_member(std::string& out, std::string_view key, std::string_view json_value) {
  out += out.empty() ? "{\"" : ",\"";
  out += key;  // as it was written: escapes stay
  out += "\":";
  out += json_value;
}

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
      if (slot != nullptr) add_member(other, json.key(*slot), json.slice(slot->value));
      slot = &member;
      continue;
    }
    if (field != nullptr) found[field->column] = &member;
    add_member(other, key, json.slice(member.value));
  }
  if (envelope == nullptr) return;
  for (const JsonMember& member : *envelope) {
    const std::string_view key = envelope_json_->key(member);
    if (key != "detail" && key != "message") add_member(other, key, envelope_json_->slice(member.value));
  }
}

void Reader::put_row(const JsonText& json, std::string_view text, const JsonMembers& members,
                     const JsonMembers* envelope, std::uint64_t offset) {
  Batch& batch = *batch_;
  const std::size_t row = batch.rows++;
  ++batch.counts.records;
  if (batch.offsets_wanted) batch.offsets[row] = offset;
  if (batch.raw_wanted) batch.raw[row] = text;
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
      if (!leftover.empty()) add_member(other, json.key(*member), leftover + "}");
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
      if (!leftover.empty()) add_member(other, json.key(*found[i]), leftover + "}");
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
      if (leftover != nullptr) add_member(*leftover, key, json.slice(member.value));
      continue;
    }
    Column& child = column.children[field->column];
    if (child.spec->type == Type::kStruct) {
      std::string inner;
      if (child.wanted || leftover != nullptr) {
        put_struct(json, member.value, field->children, child, row, leftover != nullptr ? &inner : nullptr);
      }
      if (!inner.empty()) add_member(*leftover, key, inner[0] == '{' && !inner.ends_with('}') ? inner + "}" : inner);
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
      if (other_wanted_) add_member(other, "resources", json.slice(value));
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
  if (lost && other_wanted_) add_member(other, "resources", json.slice(value));
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
  const JsonMember* message = find_member(json, members, "message");
  if (message == nullptr || message->value.kind != '"' || find_member(json, members, "messageType") != nullptr) {
    return false;
  }
  Arena arena;
  std::string text(json.plain(message->value, arena));
  const std::size_t size = text.size();
  text.append(kBlockPaddingBytes, '\0');
  return inner.read(std::string_view(text).substr(0, size), inner_members) && is_event(inner, inner_members);
}

// Looks at the first elements of the head.
Verdict detect(std::string_view head, bool whole) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto skip_between = [&] { head.remove_prefix(std::min(head.find_first_not_of(", \t\r\n"), head.size())); };
  skip_between();
  if (head.empty()) return whole ? Verdict::kMaybe : Verdict::kNo;
  if (head[0] != '{' && head[0] != '[') return Verdict::kNo;
  JsonText json;
  JsonMembers members;
  std::uint32_t end = 0;
  std::size_t next = 0;
  bool in_container = head[0] == '[';
  if (in_container) {
    head.remove_prefix(1);
  } else if (const std::size_t first = container_start(head); first != std::string_view::npos) {
    in_container = true;
    head.remove_prefix(first);
  }
  constexpr int kElementsMax = 8;
  for (int looked = 0; looked < kElementsMax; ++looked) {
    skip_between();
    if (in_container && looked == 0 && head.starts_with(']')) return Verdict::kMaybe;  // an empty container
    if (!head.starts_with('{')) break;
    json.start(head);
    JsonWalk walk = JsonWalk::kIncomplete;
    for (std::size_t more = 1024; walk == JsonWalk::kIncomplete && json.extend(more); more *= 2) {
      walk = json.walk(0, members, end, next);
      // The rest of the members cannot change what these say.
      if (find_member(json, members, "eventSource") != nullptr && is_event(json, members)) return Verdict::kYes;
    }
    if (looks_like_event(json, members)) return Verdict::kYes;
    if (walk != JsonWalk::kDone) break;
    const JsonMember* records = find_member(json, members, "Records");
    head.remove_prefix(!in_container && records != nullptr && records->value.kind == '[' ? records->value.begin + 1
                                                                                         : end);
  }
  return Verdict::kNo;
}

std::unique_ptr<RecordReader> make_reader(const LiteralFilter& filter) { return std::make_unique<Reader>(filter); }

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  if (is_json_column(column)) return std::string(value);
  if (column >= kManagementEvent || kColumns[column].type != Type::kText) return {};
  // A string that JSON must escape never stands in the record as it is; others may be escaped, which the reader knows.
  for (const char c : value) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) return {};
  }
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
    .newline_ends_record = false,
    .read_key = read_key,
    .detect = detect,
    .make_reader = make_reader,
    .literal_for = literal_for,
};

}  // namespace otomo::formats::cloudtrail
