// SPDX-License-Identifier: Apache-2.0
#include "formats/journal_record.h"

#include <algorithm>
#include <cstring>

#include "formats/json_columns.h"
#include "formats/lines.h"

namespace otomo::formats {

namespace {

bool is_journal_record(const JsonText& json, const JsonMembers& members) {
  const auto has = [&](std::string_view key) { return find_member(json, members, key) != nullptr; };
  return has("__REALTIME_TIMESTAMP") && (has("__CURSOR") || has("_BOOT_ID") || has("MESSAGE"));
}

constexpr JsonRecordForm kForm{.container = "", .first_member = "__CURSOR", .is_record = is_journal_record};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// "[72,105]": the text of its bytes; nullopt where it is another array.
std::optional<std::string_view> text_of_bytes(std::string_view array, Batch& batch) {
  char* const out = batch.arena.allocate(array.size() + kBlockPaddingBytes);
  std::size_t size = 0;
  bool number_expected = true;
  for (std::size_t i = 1; i + 1 < array.size();) {
    const char c = array[i];
    if (is_space(c)) {
      ++i;
    } else if (c == ',' && !number_expected) {
      number_expected = true;
      ++i;
    } else if (c >= '0' && c <= '9' && number_expected) {
      int value = 0;
      for (; array[i] >= '0' && array[i] <= '9' && value < 256; ++i) value = value * 10 + (array[i] - '0');
      if (value > 255) return {};
      out[size++] = static_cast<char>(value);
      number_expected = false;
    } else {
      return {};
    }
  }
  if (size > 0 && number_expected) return {};
  return batch.repaired({out, size});
}

struct FieldText {
  std::string_view text;  // data() == nullptr: none
  bool is_all = false;    // the member says nothing else
};

// A field's text: of a string, of an array of bytes, or of the first of several values.
FieldText text_of(const JsonText& json, const JsonValue& value, Batch& batch) {
  if (value.kind == '"') return {json.plain(value, batch.arena), true};
  if (value.kind != '[') {
    const std::string_view text = json.plain(value, batch.arena);
    return {text, text.data() != nullptr};
  }
  const std::string_view array = json.slice(value);
  if (const auto bytes = text_of_bytes(array, batch)) return {*bytes, true};
  JsonText inner;
  JsonMembers values;
  if (!inner.read(array, values) || values.empty()) return {};
  const JsonValue& first = values.begin()->value;
  if (first.kind == '"') return {inner.plain(first, batch.arena), false};
  if (first.kind == '[') {
    if (const auto bytes = text_of_bytes(inner.slice(first), batch)) return {*bytes, false};
  }
  return {};
}

}  // namespace

Verdict detect_journal(std::string_view head, bool whole) { return detect_json_records(kForm, head, whole); }

JournalReader::JournalReader(const LiteralFilter& filter) : JsonRecordReader(kForm, filter) {}

void JournalReader::begin(const Batch& batch) {
  wanted_ = wanted(batch);
  time_wanted_ = batch.event_time.wanted;
  // What is kept there depends on what the columns hold.
  if (wanted_.app_data) {
    wanted_ = {.host = true,
               .program = true,
               .message = true,
               .pid = true,
               .facility = true,
               .severity = true,
               .app_data = true};
    time_wanted_ = true;
  }
}

bool JournalReader::take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
                         Batch& batch) {
  if (!is_journal_record(json, members)) {
    batch.add_reject(offset, RejectReason::kNotARecord, "", text);
    return true;
  }
  const Counts before = batch.counts;
  HostRecord record;
  used_.clear();
  const auto read = [&](std::string_view key) {
    const JsonMember* member = find_member(json, members, key);
    if (member == nullptr) return std::string_view{};
    const FieldText field = text_of(json, member->value, batch);
    if (field.is_all) used_.push_back(member);
    return field.text;
  };
  // A number that does not fit stays in app_data, and is told.
  const auto read_number = [&](std::string_view key, std::int64_t max) -> std::optional<std::int64_t> {
    const std::string_view written = read(key);
    if (written.data() == nullptr) return {};
    const auto value = parse_integer(written);
    if (value && *value >= 0 && *value <= max) return value;
    ++record.bad_values;
    if (!used_.empty() && json.key(*used_.back()) == key) used_.pop_back();
    return {};
  };
  if (wanted_.host) record.host = read("_HOSTNAME");
  if (wanted_.program) {
    record.program = read("SYSLOG_IDENTIFIER");
    if (record.program.data() == nullptr) record.program = read("_COMM");
  }
  if (wanted_.pid) {
    constexpr std::int64_t kPidMax = INT32_MAX;
    record.pid = read_number("_PID", kPidMax);
    if (!record.pid) record.pid = read_number("SYSLOG_PID", kPidMax);
  }
  if (wanted_.facility) {
    if (const auto facility = read_number("SYSLOG_FACILITY", kPriorityMax / 8)) record.facility = *facility;
  }
  if (wanted_.severity) {
    if (const auto severity = read_number("PRIORITY", 7)) record.severity = *severity;
  }
  if (wanted_.message) record.message = read("MESSAGE");
  // When the sender's message was taken, which is when it happened; else when the journal received it. Both are the
  // journal's own, not the sender's word, and in UTC; journalctl shows the first, too.
  if (time_wanted_) {
    record.instant_us = read_number("_SOURCE_REALTIME_TIMESTAMP", INT64_MAX);
    if (!record.instant_us) record.instant_us = read_number("__REALTIME_TIMESTAMP", INT64_MAX);
  }
  if (wanted_.app_data) {
    app_data_.clear();
    for (const JsonMember& member : members) {
      if (std::find(used_.begin(), used_.end(), &member) != used_.end()) continue;
      append_member(app_data_, json.key(member), json.slice(member.value));
    }
    if (!app_data_.empty()) record.app_data = batch.arena.copy(app_data_ += '}');
  }
  if (take_record(record, text, offset, batch)) return true;
  batch.counts.repaired_bytes = before.repaired_bytes;  // it is shown, and repaired, again
  return false;
}

}  // namespace otomo::formats
