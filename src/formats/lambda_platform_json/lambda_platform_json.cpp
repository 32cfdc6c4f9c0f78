// SPDX-License-Identifier: Apache-2.0
//
// What Lambda itself writes to a function's log where the log format is JSON, and what the Telemetry API sends to
// extensions: the same rows as those of the text lines (formats/lambda_platform).
//
//   record = {"time": instant, "type": "platform." step / "function" / "extension", "record": object / text}
//
//   {"time":"2026-03-02T09:14:07.120Z","type":"platform.report","record":{"requestId":"5a1c1f0e-…","status":"success",
//    "metrics":{"durationMs":12.4,"billedDurationMs":13,"memorySizeMB":256,"maxMemoryUsedMB":91}}}
//
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (read November 2026)
#include <algorithm>
#include <string>

#include "base/time.h"
#include "formats/json_columns.h"
#include "formats/json_records.h"
#include "formats/lambda_columns.h"
#include "formats/lines.h"

namespace otomo::formats::lambda_platform_json {

namespace {

using namespace lambda;

constexpr std::string_view kPlatform = "platform.";

// Types whose word is not their own name in capitals.
struct TypeWord {
  std::string_view type;
  std::string_view word;
};
constexpr TypeWord kTypeWords[] = {
    {"platform.telemetrySubscription", "TELEMETRY"},
    {"platform.logsSubscription", "LOGS"},
    {"function", "FUNCTION_LOG"},
    {"extension", "EXTENSION_LOG"},
};

// "platform.initStart": INIT_START, the word of the text line.
std::string_view word_of_type(std::string_view type, Arena& arena) {
  for (const TypeWord& known : kTypeWords) {
    if (known.type == type) return known.word;
  }
  std::string word;
  for (const char c : type.substr(std::min(type.size(), kPlatform.size()))) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (is_capital && !word.empty()) word += '_';
    word += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return arena.copy(word);
}

// A member of the record, or of what is nested in it, and its column.
struct Field {
  std::string_view json;
  ColumnIndex column;
};
constexpr Field kRecordFields[] = {
    {"requestId", kRequestId},
    {"version", kVersion},
    {"functionVersion", kVersion},
    {"status", kStatus},
    {"errorType", kErrorType},
    {"phase", kPhase},
    {"initializationType", kInitializationType},
    {"runtimeVersion", kRuntimeVersion},
    {"runtimeVersionArn", kRuntimeVersionArn},
    {"functionName", kFunctionName},
};
constexpr Field kMetricFields[] = {
    {"durationMs", kDurationMs},
    {"billedDurationMs", kBilledDurationMs},
    {"initDurationMs", kInitDurationMs},
    {"restoreDurationMs", kRestoreDurationMs},
    {"billedRestoreDurationMs", kBilledRestoreDurationMs},
    {"memorySizeMB", kMemorySizeMb},
    {"maxMemoryUsedMB", kMaxMemoryUsedMb},
};

bool is_record(const JsonText& json, const JsonMembers& members) {
  const JsonMember* type = find_member(json, members, "type");
  if (type == nullptr || find_member(json, members, "time") == nullptr ||
      find_member(json, members, "record") == nullptr) {
    return false;
  }
  const std::string_view text = json.slice(type->value);
  return text.starts_with("\"platform.") || text == "\"function\"" || text == "\"extension\"";
}

constexpr JsonRecordForm kForm{.container = {}, .first_member = "time", .is_record = is_record};

class Reader final : public JsonRecordReader {
 public:
  explicit Reader(const LiteralFilter& filter) : JsonRecordReader(kForm, filter) {}

 private:
  void begin(const Batch& batch) override {
    const auto wanted = [](const Column& column) { return column.wanted; };
    wants_fields_ = std::any_of(batch.columns.begin(), batch.columns.end(), wanted);
    wants_other_ = batch.columns[kOther].wanted;
  }

  bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
            Batch& batch) override {
    if (!is_record(json, members)) {
      batch.add_reject(offset, RejectReason::kNotARecord, "", text);
      return true;
    }
    const std::size_t row = batch.begin_row(offset, text);
    for (Column* column : {&batch.account_id, &batch.region}) {
      if (column->wanted) column->set_null(row);
    }
    if (batch.event_time.wanted) {
      const std::string_view time = json.plain(find_member(json, members, "time")->value, batch.arena);
      if (const auto instant = parse_iso_instant(time)) {
        batch.event_time.set_integer(row, *instant);
      } else {
        batch.event_time.set_null(row);
        ++batch.counts.bad_values;
      }
    }
    if (wants_fields_) put_columns(json, members, row, batch);
    return true;
  }

  void put_columns(const JsonText& json, const JsonMembers& members, std::size_t row, Batch& batch) {
    for (Column& column : batch.columns) {
      if (column.wanted) column.set_null(row);
    }
    std::string other;
    for (const JsonMember& member : members) {
      const std::string_view key = json.key(member);
      if (key == "type") {
        word_ = word_of_type(json.plain(member.value, batch.arena), batch.arena);
        if (batch.columns[kRecordType].wanted) batch.columns[kRecordType].set_text(row, word_);
      } else if (key != "time" && (key != "record" || member.value.kind != '{')) {
        keep(other, key, json.slice(member.value));
      }
    }
    const JsonMember& record = *find_member(json, members, "record");
    if (record.value.kind == '{') put_record(json.slice(record.value), row, other, batch);
    if (!other.empty()) batch.columns[kOther].set_text(row, batch.arena.copy(other + "}"));
  }

  void keep(std::string& object, std::string_view key, std::string_view json_value) const {
    if (wants_other_) append_member(object, key, json_value);
  }

  void put_record(std::string_view text, std::size_t row, std::string& other, Batch& batch) {
    if (!record_.read(text, record_members_)) {
      ++batch.counts.bad_values;
      keep(other, "record", text);
      return;
    }
    for (const JsonMember& member : record_members_) {
      const std::string_view key = record_.key(member);
      const std::string_view value = record_.slice(member.value);
      if (key == "metrics" && member.value.kind == '{' && inner_.read(value, inner_members_)) {
        put_metrics(row, other, batch);
      } else if (key == "tracing" && member.value.kind == '{' && inner_.read(value, inner_members_)) {
        put_tracing(row, batch);
        keep(other, key, value);  // the parent has no column
      } else if (!put_field(kRecordFields, record_, member, row, batch)) {
        keep(other, key, value);
      }
    }
  }

  void put_metrics(std::size_t row, std::string& other, Batch& batch) {
    std::string rest;
    for (const JsonMember& member : inner_members_) {
      // In the report of a phase it is that phase's; the text line says which.
      if (inner_.key(member) == "durationMs" && (word_ == "INIT_REPORT" || word_ == "RESTORE_REPORT")) {
        put_value(inner_, member.value, batch.columns[word_ == "INIT_REPORT" ? kInitDurationMs : kRestoreDurationMs],
                  row, batch);
      } else if (!put_field(kMetricFields, inner_, member, row, batch)) {
        keep(rest, inner_.key(member), inner_.slice(member.value));
      }
    }
    if (!rest.empty()) keep(other, "metrics", rest + "}");
  }

  // {"spanId":"…","type":"X-Amzn-Trace-Id","value":"Root=1-…;Parent=…;Sampled=1"}
  void put_tracing(std::size_t row, Batch& batch) {
    if (const JsonMember* span = find_member(inner_, inner_members_, "spanId")) {
      put_value(inner_, span->value, batch.columns[kXraySegmentId], row, batch);
    }
    const JsonMember* value = find_member(inner_, inner_members_, "value");
    if (value == nullptr) return;
    std::string_view rest = inner_.plain(value->value, batch.arena);
    while (!rest.empty()) {
      const std::size_t end = rest.find(';');
      const std::string_view part = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      if (part.starts_with("Root=") && batch.columns[kXrayTraceId].wanted) {
        batch.columns[kXrayTraceId].set_text(row, part.substr(5));
      }
      if ((part == "Sampled=1" || part == "Sampled=0") && batch.columns[kSampled].wanted) {
        batch.columns[kSampled].set_integer(row, part.back() == '1' ? 1 : 0);
      }
    }
  }

  // False: no column has that name.
  static bool put_field(std::span<const Field> fields, const JsonText& json, const JsonMember& member, std::size_t row,
                        Batch& batch) {
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const Field& one) { return one.json == json.key(member); });
    if (field == fields.end()) return false;
    put_value(json, member.value, batch.columns[field->column], row, batch);
    return true;
  }

  static void put_value(const JsonText& json, const JsonValue& value, Column& column, std::size_t row, Batch& batch) {
    if (!column.wanted) return;
    const std::string_view text = json.plain(value, batch.arena);
    if (column.spec->type == Type::kText) {
      column.set_text(row, text);
    } else if (text.data() == nullptr) {
      column.set_null(row);
    } else if (column.spec->type == Type::kDouble) {
      put_double(column, row, text, batch);
    } else {
      put_integer(column, row, text, batch);
    }
  }

  bool wants_fields_ = false;
  bool wants_other_ = false;
  std::string_view word_;  // of the record's type
  JsonText record_;
  JsonMembers record_members_;
  JsonText inner_;
  JsonMembers inner_members_;
};

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  // A type's word is not what is written; a trace's parts stand in one string; the rest of the texts are as they are.
  if (column == kRecordType || column == kOther || kColumns[column].type != Type::kText) return {};
  if (value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  for (const char c : value) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) return {};
  }
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "lambda_platform_json",
    .table = "lambda_platform_logs",
    .summary = "Lambda's own objects in a function's log, and the Telemetry API's",
    .columns = kColumns,
    .read_key = [](std::string_view /*key*/) -> std::optional<KeyFacts> { return {}; },
    .detect = [](std::string_view head, bool whole) { return detect_json_records(kForm, head, whole); },
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = literal_for,
};

}  // namespace otomo::formats::lambda_platform_json
