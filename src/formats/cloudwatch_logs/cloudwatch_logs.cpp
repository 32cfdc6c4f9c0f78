// SPDX-License-Identifier: Apache-2.0
//
// CloudWatch Logs' events as subscriptions deliver them, and as its API gives them.
//
//   object   = *envelope                                  ; Firehose: without anything between them; or lines, an array
//            / lambda / kinesis / firehose                ; what a Lambda function behind the subscription is given
//            / "{" … "events": "[" *api-event "]" … "}"   ; GetLogEvents, FilterLogEvents by the AWS CLI
//   envelope = an object with messageType, owner, logGroup, logStream, subscriptionFilters, logEvents: [ *event ]
//   event    = an object with id, timestamp, message, and extractedFields where the filter has named fields
//   lambda   = {"awslogs": {"data": payload}}
//   kinesis  = {"Records": [ {"kinesis": {"data": payload, …}, …} … ]}
//   firehose = {"records": [ {"data": payload, …} … ], …}
//   payload  = base64 of gzip of envelopes, or of envelopes that Firehose has decompressed
//   api-event= an object with timestamp, message, ingestionTime, and eventId, logStreamName from FilterLogEvents
//
//   {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/03/02/[7]4d1f",
//    "subscriptionFilters":["to-firehose"],"logEvents":[{"id":"3828…","timestamp":1772442847120,"message":"stored\n"},…]}
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (read November 2026).
//
// A CONTROL_MESSAGE only asks whether the destination can be reached: it is counted, and neither record nor reject. An
// envelope that breaks off keeps the events that are whole. What stands in a payload has the offset of the record that
// carries it. The transport's own members go to `other`, with all that has no column.
#include <algorithm>
#include <cstring>

#include "base/base64.h"
#include "base/gunzip.h"
#include "base/utf8.h"
#include "formats/cloudwatch_columns.h"
#include "formats/json_columns.h"
#include "formats/json_records.h"
#include "formats/lines.h"
#include "formats/object_key.h"

namespace otomo::formats::cloudwatch_logs {

namespace {

using namespace cloudwatch;

// Decoded bytes of all payloads in one object: a Lambda function is given 6 MB, and a payload is at most 1 MB of gzip.
constexpr std::size_t kDecodedBytesMax = 4 * kRecordBytesMax;

bool is_between(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ','; }

bool is_string(const JsonText& json, const JsonMember* member, std::string_view quoted) {
  return member != nullptr && json.slice(member->value) == quoted;
}

bool is_control(const JsonText& json, const JsonMembers& members) {
  return is_string(json, find_member(json, members, "messageType"), "\"CONTROL_MESSAGE\"");
}

const JsonMember* find_of_kind(const JsonText& json, const JsonMembers& members, std::string_view key, char kind) {
  const JsonMember* member = find_member(json, members, key);
  return member != nullptr && member->value.kind == kind ? member : nullptr;
}

bool names_source(const JsonText& json, const JsonMembers& members) {
  return find_member(json, members, "messageType") != nullptr || find_member(json, members, "logGroup") != nullptr;
}

bool is_envelope(const JsonText& json, const JsonMembers& members) {
  if (is_control(json, members)) return true;
  return find_of_kind(json, members, "logEvents", '[') != nullptr && names_source(json, members);
}

bool is_api_event(const JsonText& json, const JsonMembers& members) {
  return find_member(json, members, "message") != nullptr && find_member(json, members, "timestamp") != nullptr &&
         find_member(json, members, "ingestionTime") != nullptr;
}

// The list of records that carry payloads: Kinesis' or Firehose's; nullptr: it is no such event.
const JsonMember* find_carriers(const JsonText& json, const JsonMembers& members) {
  if (const JsonMember* kinesis = find_of_kind(json, members, "Records", '[')) return kinesis;
  return find_of_kind(json, members, "records", '[');
}

bool is_known(const JsonText& json, const JsonMembers& members) {
  return is_envelope(json, members) || is_api_event(json, members) ||
         find_of_kind(json, members, "awslogs", '{') != nullptr || find_carriers(json, members) != nullptr;
}

constexpr JsonRecordForm kForm{.container = "events", .first_member = "messageType", .is_record = is_known};

// The place behind the bracket of the array that is member `name` of the object that was indexed, whether it ends or
// not; npos: there is none.
std::size_t array_start(const JsonText& json, std::string_view quoted_name) {
  for (std::size_t i = 0; i + 1 < json.token_count(); ++i) {
    if (json.text()[json.token(i + 1)] == '[' && json.text().substr(json.token(i)).starts_with(quoted_name)) {
      return json.token(i + 1) + 1;
    }
  }
  return std::string_view::npos;
}

// The members of an object inside a JsonText of its own; kept for their memory.
struct Object {
  JsonText json;
  JsonMembers members;

  bool read(std::string_view text) { return json.read(text, members); }
  const JsonMember* find(std::string_view name) const { return find_member(json, members, name); }
};

// The member that holds a carrier's payload. REQUIRES: `carrier` was read. `kinesis` is filled where it lies in there.
const JsonMember* find_payload(const Object& carrier, Object& kinesis, bool& in_kinesis) {
  in_kinesis = false;
  const JsonMember* stream = find_of_kind(carrier.json, carrier.members, "kinesis", '{');
  if (stream == nullptr) return find_of_kind(carrier.json, carrier.members, "data", '"');
  in_kinesis = true;
  return kinesis.read(carrier.json.slice(stream->value)) ? find_of_kind(kinesis.json, kinesis.members, "data", '"')
                                                         : nullptr;
}

// All members but one.
void append_others(std::string& object, const JsonText& json, const JsonMembers& members, const JsonMember* without) {
  for (const JsonMember& member : members) {
    if (&member != without) append_member(object, json.key(member), json.slice(member.value));
  }
}

// What is said of all events of an envelope.
struct Source {
  std::string_view log_group;  // null: not said
  std::string_view log_stream;
  std::string_view owner;
  std::string other;            // an open JSON object, or empty
  std::string_view other_text;  // that object, closed; null: empty
};

// Bytes of a JsonText.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// How an event's place in a text is one in the object.
struct Origin {
  const char* text = nullptr;  // nullptr: all have the same
  std::uint64_t offset = 0;

  std::uint64_t place(std::string_view event) const {
    return text == nullptr ? offset : offset + static_cast<std::uint64_t>(event.data() - text);
  }
};

class Reader final : public JsonRecordReader {
 public:
  explicit Reader(const LiteralFilter& filter) : JsonRecordReader(kForm, no_filter()), events_filter_(filter) {}

  void restart(const ObjectContext& context) override {
    JsonRecordReader::restart(context);
    forget();
  }

 private:
  // Events are passed over one by one here: an envelope holds many, and a payload hides them.
  static const LiteralFilter& no_filter() {
    static const LiteralFilter kNone;
    return kNone;
  }

  void begin(const Batch& batch) override {
    for (std::size_t i = 0; i < kColumnCount; ++i) wanted_[i] = batch.columns[i].wanted;
  }

  // Most of an envelope is its events, two levels deep.
  JsonDepth depth() const override { return JsonDepth::kAll; }

  bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
            Batch& batch) override {
    batch_ = &batch;
    const bool done = take_object(json, text, members, offset);
    if (done) forget();
    return done;
  }

  bool take_broken(std::string_view text, std::uint64_t offset, Batch& batch) override;

  void forget() {
    carrier_at_ = 0;
    decoded_bytes_ = 0;
    next_payload();
  }
  void next_payload() {
    is_decoded_ = false;
    envelope_at_ = 0;
    next_envelope();
  }
  void next_envelope() {
    lists_told_ = 0;
    event_at_ = 0;
  }

  bool take_object(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset);
  bool take_carriers(const JsonText& json, const JsonMembers& members, const JsonMember& list, const Origin& origin);
  bool take_payload(std::string_view data, std::string_view raw, const std::string& transport, const Origin& origin);
  bool take_envelope(const JsonText& json, std::string_view text, const JsonMembers& members,
                     const std::string& transport, const Origin& origin);
  enum class Events : std::uint8_t {
    kRecords,
    kRecordsToBreak,  // up to the first that is broken
    kRepeated,        // of a second list, where nobody knows which one is meant: rejects
  };
  bool take_events(const JsonText& json, Span events, const Source& source, const Origin& origin, Events are);
  void reject_repeated(const JsonText& json, const JsonMembers& members, const JsonMember& used, const Origin& origin);
  std::uint32_t reject_element(const JsonText& json, Span rest, std::size_t token, const Origin& origin);
  void take_event(const JsonText& json, std::string_view text, const JsonMembers& members, const Source& source,
                  const Origin& origin);
  Source source_of(const JsonText& json, const JsonMembers& members, const std::string& transport);
  bool passes(std::string_view event) const;
  bool decode(std::string_view data, RejectReason& reason, std::string_view& detail);

  const LiteralFilter& events_filter_;
  bool wanted_[kColumnCount] = {};
  Batch* batch_ = nullptr;

  // Where the object goes on that is shown again because the batch was full.
  std::size_t carrier_at_ = 0;   // index of the record that carries the payload
  std::size_t envelope_at_ = 0;  // byte of the payload
  std::size_t lists_told_ = 0;   // of logEvents
  std::size_t event_at_ = 0;     // byte behind the bracket of the next
  bool is_decoded_ = false;      // the payload is in payload_
  std::size_t decoded_bytes_ = 0;

  Gunzip gunzip_;
  std::string stored_;
  std::string_view payload_;
  Object carriers_;
  Object carrier_;
  Object kinesis_;
  Object envelope_;
  JsonMembers event_members_;
  JsonShapes shapes_;  // of events
};

bool Reader::take_object(const JsonText& json, std::string_view text, const JsonMembers& members,
                         std::uint64_t offset) {
  const Origin origin{is_repaired() ? nullptr : text.data(), offset};
  if (is_envelope(json, members)) return take_envelope(json, text, members, {}, origin);
  if (const JsonMember* lambda = find_of_kind(json, members, "awslogs", '{')) {
    const JsonMember* data =
        carrier_.read(json.slice(lambda->value)) ? find_of_kind(carrier_.json, carrier_.members, "data", '"') : nullptr;
    if (data == nullptr) {
      batch_->add_reject(offset, RejectReason::kNotARecord, "without data", text);
      return true;
    }
    std::string transport;
    if (wanted_[kOther]) {
      append_others(transport, json, members, lambda);
      append_others(transport, carrier_.json, carrier_.members, data);
    }
    const Origin place{nullptr, offset};
    if (!take_payload(carrier_.json.plain(data->value, batch_->arena), text, transport, place)) return false;
    reject_repeated(carrier_.json, carrier_.members, *data, place);
    reject_repeated(json, members, *lambda, origin);
    return true;
  }
  if (const JsonMember* list = find_carriers(json, members)) return take_carriers(json, members, *list, origin);
  if (is_api_event(json, members)) {
    take_event(json, text, members, {}, origin);
  } else {
    batch_->add_reject(offset, RejectReason::kNotARecord, "", text);
  }
  return true;
}

bool Reader::take_carriers(const JsonText& json, const JsonMembers& members, const JsonMember& list,
                           const Origin& origin) {
  const std::string_view text = json.slice(list.value);
  if (!carriers_.read(text)) {
    batch_->add_reject(origin.place(text), RejectReason::kBadJson, "", text);
    return true;
  }
  for (; carrier_at_ < carriers_.members.size(); ++carrier_at_) {
    if (batch_->full()) return false;
    const JsonValue& value = carriers_.members.begin()[carrier_at_].value;
    const std::string_view raw = carriers_.json.slice(value);
    const Origin place{nullptr, origin.place(raw)};
    bool in_kinesis = false;
    const JsonMember* data =
        value.kind == '{' && carrier_.read(raw) ? find_payload(carrier_, kinesis_, in_kinesis) : nullptr;
    if (data == nullptr) {
      batch_->add_reject(place.offset, RejectReason::kNotARecord, "without data", raw);
      continue;
    }
    const Object& holder = in_kinesis ? kinesis_ : carrier_;
    std::string transport;
    if (wanted_[kOther]) {
      append_others(transport, json, members, &list);
      append_others(transport, carrier_.json, carrier_.members, in_kinesis ? carrier_.find("kinesis") : data);
      std::string stream;
      if (in_kinesis) append_others(stream, kinesis_.json, kinesis_.members, data);
      if (!stream.empty()) append_member(transport, "kinesis", stream + "}");
    }
    if (!take_payload(holder.json.plain(data->value, batch_->arena), raw, transport, place)) return false;
    reject_repeated(holder.json, holder.members, *data, place);
    if (in_kinesis) reject_repeated(carrier_.json, carrier_.members, *carrier_.find("kinesis"), place);
    next_payload();
  }
  reject_repeated(json, members, list, origin);
  return true;
}

// Fills payload_. False: why not.
bool Reader::decode(std::string_view data, RejectReason& reason, std::string_view& detail) {
  reason = RejectReason::kCorruptData;
  detail = "the data is no base64";
  if (!decode_base64(data, stored_)) return false;
  payload_ = stored_;
  if (Gunzip::starts(stored_)) {
    const std::size_t room = kDecodedBytesMax - decoded_bytes_;
    switch (gunzip_.decode(stored_, std::min(kRecordBytesMax, room))) {
      case Gunzip::Outcome::kDone: break;
      case Gunzip::Outcome::kCorrupt: detail = "the data is no whole gzip member"; return false;
      case Gunzip::Outcome::kTooLong:
        reason = RejectReason::kTooLong;
        detail = room < kRecordBytesMax ? "more than 64 MiB in one object" : "longer than 16 MiB";
        return false;
    }
    payload_ = gunzip_.text();
  }
  decoded_bytes_ += std::min(payload_.size(), kDecodedBytesMax - decoded_bytes_);
  is_decoded_ = true;
  return true;
}

bool Reader::take_payload(std::string_view data, std::string_view raw, const std::string& transport,
                          const Origin& origin) {
  Batch& batch = *batch_;
  if (!is_decoded_) {
    RejectReason reason{};
    std::string_view detail;
    if (!decode(data, reason, detail)) {
      batch.add_reject(origin.offset, reason, detail, raw.substr(0, kRejectRawBytesMax));
      return true;
    }
  }
  // The batch outlives the payload.
  const std::uint64_t repaired_before = batch.counts.repaired_bytes;
  std::string_view text = batch.repaired(payload_);
  if (text.data() == payload_.data()) text = padded(text, batch);
  const auto show_again = [&] {
    batch.counts.repaired_bytes = repaired_before;
    return false;
  };
  while (true) {
    while (envelope_at_ < text.size() && is_between(text[envelope_at_])) ++envelope_at_;
    if (envelope_at_ == text.size()) return true;
    if (batch.full()) return show_again();
    const std::string_view rest = text.substr(envelope_at_);
    std::uint32_t end = 0;
    std::size_t next = 0;
    JsonText& json = envelope_.json;
    json.start(rest, JsonDepth::kAll);
    const bool is_object = rest[0] == '{';
    JsonWalk walk = is_object ? JsonWalk::kIncomplete : JsonWalk::kInvalid;
    // Many may follow: no further than this one reaches.
    for (std::size_t step = 1024; walk == JsonWalk::kIncomplete && json.extend(step); step *= 2) {
      walk = json.walk(0, envelope_.members, end, next);
    }
    if (walk != JsonWalk::kDone) {
      batch.add_reject(origin.offset, is_object ? RejectReason::kBadJson : RejectReason::kNotARecord, "",
                       rest.substr(0, kRejectRawBytesMax));
      return true;
    }
    const std::string_view envelope = rest.substr(0, end);
    if (!is_envelope(json, envelope_.members)) {
      batch.add_reject(origin.offset, RejectReason::kNotARecord, "", envelope);
    } else if (!take_envelope(json, envelope, envelope_.members, transport, origin)) {
      return show_again();
    }
    envelope_at_ += end;
    next_envelope();
  }
}

bool Reader::take_envelope(const JsonText& json, std::string_view text, const JsonMembers& members,
                           const std::string& transport, const Origin& origin) {
  if (is_control(json, members)) {
    ++batch_->counts.control_messages;
    return true;
  }
  const JsonMember* events = find_of_kind(json, members, "logEvents", '[');
  if (events == nullptr) {
    batch_->add_reject(origin.place(text), RejectReason::kNotARecord, "without logEvents", text);
    return true;
  }
  const Source source = source_of(json, members, transport);
  std::size_t lists = 0;
  for (const JsonMember& member : members) {
    if (member.value.kind != '[' || json.key(member) != "logEvents" || lists++ < lists_told_) continue;
    if (!take_events(json, {member.value.begin + 1, member.value.end - 1}, source, origin,
                     lists == 1 ? Events::kRecords : Events::kRepeated)) {
      return false;
    }
    ++lists_told_;
    event_at_ = 0;
  }
  return true;
}

// Tells of the members that have the name of the one that was read.
void Reader::reject_repeated(const JsonText& json, const JsonMembers& members, const JsonMember& used,
                             const Origin& origin) {
  for (const JsonMember& member : members) {
    if (&member == &used || json.key(member) != json.key(used)) continue;
    const std::string_view value = json.slice(member.value);
    batch_->add_reject(origin.place(value), RejectReason::kNotARecord, "a second member of that name", value);
  }
}

bool Reader::take_broken(std::string_view text, std::uint64_t offset, Batch& batch) {
  batch_ = &batch;
  JsonText& json = envelope_.json;
  json.start(text);
  json.finish();
  if (json.token_count() == 0) return true;
  std::uint32_t end = 0;
  std::size_t next = 0;
  json.walk(0, envelope_.members, end, next);
  const std::size_t first = array_start(json, "\"logEvents\"");
  if (first == std::string_view::npos || !names_source(json, envelope_.members) ||
      is_control(json, envelope_.members)) {
    return true;
  }
  const Origin origin{is_repaired() ? nullptr : text.data(), offset};
  const Source source = source_of(json, envelope_.members, {});
  json.start(text.substr(first), JsonDepth::kAll);
  json.finish();
  const bool done =
      take_events(json, {0, static_cast<std::uint32_t>(text.size() - first)}, source, origin, Events::kRecordsToBreak);
  if (done) forget();
  return done;
}

Source Reader::source_of(const JsonText& json, const JsonMembers& members, const std::string& transport) {
  Source source;
  source.other = transport;
  std::string_view* const texts[] = {&source.log_group, &source.log_stream, &source.owner};
  static constexpr std::string_view kNames[] = {"logGroup", "logStream", "owner"};
  for (const JsonMember& member : members) {
    const std::string_view key = json.key(member);
    const auto name = std::find(std::begin(kNames), std::end(kNames), key);
    if (name != std::end(kNames)) {
      *texts[name - std::begin(kNames)] = json.plain(member.value, batch_->arena);
    } else if (wanted_[kOther] && key != "logEvents" &&
               (key != "messageType" || json.slice(member.value) != "\"DATA_MESSAGE\"")) {
      append_member(source.other, key, json.slice(member.value));
    }
  }
  if (!source.other.empty()) source.other_text = batch_->arena.copy(source.other + "}");
  return source;
}

// Reads events from event_at_ on, which is counted from events.begin. False: the batch is full before all are told.
// REQUIRES: `json` was indexed as a whole, to all depths.
bool Reader::take_events(const JsonText& json, Span events, const Source& source, const Origin& origin, Events are) {
  const std::string_view text = json.text();
  auto at = static_cast<std::uint32_t>(events.begin + event_at_);
  std::size_t token = json.token_at(at, 0);
  while (true) {
    while (at < events.end && is_between(text[at])) ++at;
    event_at_ = at - events.begin;
    if (at == events.end) return true;
    if (batch_->full()) return false;
    // Brackets that belong to nothing may lie before it.
    if (token >= json.token_count() || json.token(token) != at) token = json.token_at(at, 0);
    std::uint32_t end = 0;
    std::size_t next = token;
    if (text[at] == '{' && json.walk(token, shapes_, event_members_, end, next) == JsonWalk::kDone) {
      const std::string_view event = json.slice(at, end);
      if (are == Events::kRepeated) {
        batch_->add_reject(origin.place(event), RejectReason::kNotARecord, "of a second logEvents", event);
      } else {
        take_event(json, event, event_members_, source, origin);
      }
    } else if (are == Events::kRecordsToBreak) {
      return true;
    } else {
      end = reject_element(json, {at, events.end}, token, origin);
    }
    at = end;
    token = next;
  }
}

// What is no object, or a broken one, is rejected up to the next object; where that begins.
std::uint32_t Reader::reject_element(const JsonText& json, Span rest, std::size_t token, const Origin& origin) {
  const std::string_view text = json.text();
  const bool is_object = text[rest.begin] == '{';
  std::uint32_t end = rest.end;
  std::size_t next = token;
  if (is_object) {
    if (json.skip(token, end, next) != JsonWalk::kDone) end = rest.end;
  } else {
    // Other values are not looked into.
    for (std::size_t i = token; i < json.token_count() && json.token(i) < rest.end; ++i) {
      std::uint32_t ignored = 0;
      const char c = text[json.token(i)];
      if (c == '[' && json.skip(i, ignored, next) == JsonWalk::kDone) i = next - 1;
      if (c != '{') continue;
      end = json.token(i);
      break;
    }
  }
  end = std::min(end, rest.end);
  std::string_view raw = json.slice(rest.begin, end);
  while (!raw.empty() && is_between(raw.back())) raw.remove_suffix(1);
  batch_->add_reject(origin.place(raw), is_object ? RejectReason::kBadJson : RejectReason::kNotARecord, "", raw);
  return end;
}

// May the event hold one of the filter's literals? They hold nothing that JSON must escape, so that only \u and \/ can
// hide them.
bool Reader::passes(std::string_view event) const {
  if (events_filter_.any_of.empty()) return true;
  const char* const begin = event.data();
  const char* const end = begin + event.size();
  const auto has = [&](std::string_view literal) { return simd::kernels().find_literal(begin, end, literal) != end; };
  return std::any_of(events_filter_.any_of.begin(), events_filter_.any_of.end(), has) || has("\\u") || has("\\/");
}

void Reader::take_event(const JsonText& json, std::string_view text, const JsonMembers& members, const Source& source,
                        const Origin& origin) {
  Batch& batch = *batch_;
  if (!passes(text)) {
    ++batch.counts.skipped;
    return;
  }
  const JsonMember* message = nullptr;
  const JsonMember* timestamp = nullptr;
  const JsonMember* ingestion_time = nullptr;
  const JsonMember* id = nullptr;
  const JsonMember* log_stream = nullptr;
  std::string other;
  for (const JsonMember& member : members) {
    const std::string_view key = json.key(member);
    const JsonMember** const place = key == "message"         ? &message
                                     : key == "timestamp"     ? &timestamp
                                     : key == "id"            ? &id
                                     : key == "eventId"       ? &id
                                     : key == "ingestionTime" ? &ingestion_time
                                     : key == "logStreamName" ? &log_stream
                                                              : nullptr;
    if (place != nullptr && *place == nullptr) {
      *place = &member;
    } else if (wanted_[kOther]) {
      if (other.empty()) other = source.other;
      append_member(other, key, json.slice(member.value));
    }
  }
  if (message == nullptr) {
    batch.add_reject(origin.place(text), RejectReason::kNotARecord, "without message", text);
    return;
  }

  const std::size_t row = batch.begin_row(origin.place(text), text);
  const auto plain = [&](const JsonMember* member) {
    return member == nullptr ? std::string_view{} : json.plain(member->value, batch.arena);
  };
  const auto put_text = [&](ColumnIndex column, std::string_view value) {
    if (wanted_[column]) batch.columns[column].set_text(row, value);
  };
  const auto put_number = [&](ColumnIndex column, const JsonMember* member) {
    if (!wanted_[column]) return;
    const std::string_view value = plain(member);
    if (value.empty()) {
      batch.columns[column].set_null(row);
    } else {
      put_integer(batch.columns[column], row, value, batch);
    }
  };
  put_text(kLogGroup, source.log_group);
  if (wanted_[kLogStream]) put_text(kLogStream, log_stream == nullptr ? source.log_stream : plain(log_stream));
  put_text(kOwner, source.owner);
  if (wanted_[kMessage]) put_text(kMessage, plain(message));
  if (wanted_[kId]) put_text(kId, plain(id));
  put_number(kTimestamp, timestamp);
  put_number(kIngestionTime, ingestion_time);
  if (wanted_[kOther]) put_text(kOther, other.empty() ? source.other_text : batch.arena.copy(other + "}"));
  if (batch.event_time.wanted) {
    constexpr std::int64_t kMillisecondsMax = INT64_MAX / 1000;
    const std::string_view value = plain(timestamp);
    const auto time_ms = parse_integer(value);
    if (time_ms && *time_ms >= -kMillisecondsMax && *time_ms <= kMillisecondsMax) {
      batch.event_time.set_integer(row, *time_ms * 1000);
    } else {
      batch.event_time.set_null(row);
      if (!value.empty() && (time_ms || !wanted_[kTimestamp])) ++batch.counts.bad_values;
    }
  }
  if (batch.account_id.wanted) {
    batch.account_id.set_text(row, is_account_id(source.owner) ? source.owner : std::string_view{});
  }
  if (batch.region.wanted) batch.region.set_null(row);
}

// Is this surely an envelope, though more members may follow?
bool is_surely_envelope(const JsonText& json, const JsonMembers& members) {
  const JsonMember* type = find_member(json, members, "messageType");
  return (is_string(json, type, "\"DATA_MESSAGE\"") || is_string(json, type, "\"CONTROL_MESSAGE\"")) &&
         find_member(json, members, "logGroup") != nullptr && find_member(json, members, "logStream") != nullptr;
}

constexpr JsonRecordForm kDetectionForm{
    .container = {}, .first_member = "messageType", .is_record = is_envelope, .is_surely_record = is_surely_envelope};

// Does the first record of such a list carry envelopes?
bool carries_envelopes(std::string_view list) {
  list.remove_prefix(std::min(list.find_first_not_of(" \t\r\n"), list.size()));
  if (!list.starts_with('{')) return false;
  Object carrier;
  Object kinesis;
  carrier.json.start(list);
  carrier.json.finish();
  std::uint32_t end = 0;
  std::size_t next = 0;
  if (carrier.json.walk(0, carrier.members, end, next) != JsonWalk::kDone) return false;
  bool in_kinesis = false;
  const JsonMember* data = find_payload(carrier, kinesis, in_kinesis);
  if (data == nullptr) return false;
  Arena arena;
  std::string stored;
  if (!decode_base64((in_kinesis ? kinesis : carrier).json.plain(data->value, arena), stored)) return false;
  std::string text = stored;
  if (Gunzip::starts(stored)) {
    Gunzip gunzip;
    if (gunzip.decode(stored, kRecordBytesMax) != Gunzip::Outcome::kDone) return false;
    text = gunzip.text();
  }
  const std::size_t size = text.size();
  text.append(kBlockPaddingBytes, '\0');
  return detect_json_records(kDetectionForm, std::string_view(text).substr(0, size), true) == Verdict::kYes;
}

// {"awslogs":{"data":"H4sI…, whatever spaces stand between.
bool starts_lambda_event(std::string_view head) {
  constexpr std::string_view kStart = R"({"awslogs":{"data":"H4sI)";  // a gzip member
  std::size_t matched = 0;
  for (const char c : head) {
    if (matched == kStart.size()) break;
    if (c == kStart[matched]) {
      ++matched;
    } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
      return false;
    }
  }
  return matched == kStart.size();
}

Verdict detect(std::string_view head, bool whole) {
  const Verdict verdict = detect_json_records(kDetectionForm, head, whole);
  if (verdict != Verdict::kNo) return verdict;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  head.remove_prefix(std::min(head.find_first_not_of("[ \t\r\n"), head.size()));
  if (!head.starts_with('{')) return Verdict::kNo;
  if (starts_lambda_event(head)) return Verdict::kYes;
  JsonText json;
  json.start(head);
  json.finish();
  for (const std::string_view list : {"\"Records\"", "\"records\""}) {
    const std::size_t first = array_start(json, list);
    if (first != std::string_view::npos && carries_envelopes(head.substr(first))) return Verdict::kYes;
  }
  const std::size_t events = array_start(json, "\"events\"");
  if (events == std::string_view::npos) return Verdict::kNo;
  static constexpr JsonRecordForm kApiForm{.container = {}, .first_member = "timestamp", .is_record = is_api_event};
  return detect_json_records(kApiForm, head.substr(events), whole) == Verdict::kYes ? Verdict::kYes : Verdict::kNo;
}

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  // Only what stands in each event; see Reader::passes().
  if (column != kMessage && column != kId) return {};
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  for (const char c : value) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) return {};
  }
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "cloudwatch_logs",
    .table = "cloudwatch_logs",
    .summary = "CloudWatch Logs events, from subscriptions and the API",
    .columns = kColumns,
    .messages = &kMessageColumns,
    // Firehose names its objects after the stream, whatever they hold.
    .read_key = [](std::string_view /*key*/) -> std::optional<KeyFacts> { return {}; },
    .detect = detect,
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = literal_for,
};

}  // namespace otomo::formats::cloudwatch_logs
