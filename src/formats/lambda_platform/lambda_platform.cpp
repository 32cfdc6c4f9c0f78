// SPDX-License-Identifier: Apache-2.0
//
// What Lambda itself writes to a function's log in text: one line per step of an invocation, two where X-Ray traces it.
//
//   record  = "START RequestId: " id " Version: " version
//           / "END RequestId: " id
//           / "REPORT RequestId: " id *( TAB field ) [ LF "XRAY TraceId: " text *( TAB field ) ]
//           / ( "INIT_START" / "RESTORE_START" ) SP field *( TAB field )       ; Runtime Version, Runtime Version ARN
//           / ( "INIT_REPORT" / "RESTORE_REPORT" ) SP field *( TAB field )     ; Init Duration, Phase, Status, Error
//           Type / ( "EXTENSION" / "TELEMETRY" / "LOGS" ) *( TAB field )            ; Name, State, Events, Types
//   field   = name ": " value                            ; durations end in " ms", memory in " MB"; a line may end in
//   TAB id      = a UUID
//
// REPORT RequestId: 5a1c1f0e-3f7b-4c55-9d53-0a6f7a5f4c11<TAB>Duration: 12.40 ms<TAB>Billed Duration: 13 ms<TAB>
//   Memory Size: 256 MB<TAB>Max Memory Used: 91 MB<TAB>Init Duration: 310.12 ms
//
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html,
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (read November 2026)
//
// No line has a time: that is the envelope's. What the function itself writes is no record of this log.
#include <algorithm>
#include <cstring>
#include <string>

#include "base/limits.h"
#include "formats/format.h"
#include "formats/json_columns.h"
#include "formats/lambda_columns.h"
#include "formats/lines.h"

namespace otomo::formats::lambda_platform {

namespace {

using namespace lambda;

constexpr std::string_view kXray = "XRAY TraceId: ";

bool is_uuid(std::string_view text) {
  constexpr std::string_view kForm = "00000000-0000-0000-0000-000000000000";
  return text.size() == kForm.size() && std::equal(text.begin(), text.end(), kForm.begin(), [](char c, char form) {
           if (form == '-') return c == '-';
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

struct FieldName {
  std::string_view text;
  ColumnIndex column;
  std::string_view unit = {};
};

constexpr FieldName kFieldNames[] = {
    {"RequestId", kRequestId},
    {"Version", kVersion},
    {"Status", kStatus},
    {"Error Type", kErrorType},
    {"Phase", kPhase},
    {"Duration", kDurationMs, " ms"},
    {"Billed Duration", kBilledDurationMs, " ms"},
    {"Init Duration", kInitDurationMs, " ms"},
    {"Restore Duration", kRestoreDurationMs, " ms"},
    {"Billed Restore Duration", kBilledRestoreDurationMs, " ms"},
    {"Memory Size", kMemorySizeMb, " MB"},
    {"Max Memory Used", kMaxMemoryUsedMb, " MB"},
    {"TraceId", kXrayTraceId},
    {"SegmentId", kXraySegmentId},
    {"Sampled", kSampled},
    {"Runtime Version", kRuntimeVersion},
    {"Runtime Version ARN", kRuntimeVersionArn},
};

struct RecordForm {
  std::string_view word;
  std::string_view start;  // of the line; the fields begin behind the word and its separator
};

constexpr RecordForm kRecordForms[] = {
    {"START", "START RequestId: "},
    {"END", "END RequestId: "},
    {"REPORT", "REPORT RequestId: "},
    {"INIT_START", "INIT_START Runtime Version: "},
    {"INIT_REPORT", "INIT_REPORT Init Duration: "},
    {"RESTORE_START", "RESTORE_START Runtime Version: "},
    {"RESTORE_REPORT", "RESTORE_REPORT Restore Duration: "},
    {"EXTENSION", "EXTENSION\tName: "},
    {"TELEMETRY", "TELEMETRY\tName: "},
    {"LOGS", "LOGS\tName: "},
};

// The form of the record that the line is; nullptr: it is none.
const RecordForm* form_of(std::string_view line) {
  for (const RecordForm& form : kRecordForms) {
    if (!line.starts_with(form.start)) continue;
    if (!form.start.ends_with("RequestId: ")) return &form;
    const std::string_view rest = line.substr(form.start.size());
    const std::string_view behind = rest.substr(std::min<std::size_t>(rest.size(), 36));
    if (!is_uuid(rest.substr(0, 36))) return nullptr;
    if (form.word == "START") return behind.starts_with(" Version: ") ? &form : nullptr;
    return behind.empty() || behind[0] == '\t' || behind.find_first_not_of(' ') == std::string_view::npos ? &form
                                                                                                          : nullptr;
  }
  return nullptr;
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.back() == '\t' || line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

class Reader final : public RecordReader {
 public:
  void restart(const ObjectContext& /*context*/) override { in_overlong_line_ = false; }

  std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) override {
    std::size_t at = 0;
    if (offset == 0 && !in_overlong_line_) {
      if (bytes.size() < 3 && !last) return 0;
      if (bytes.starts_with("\xEF\xBB\xBF")) at = 3;
    }
    while (at < bytes.size() && !batch.full()) {
      const std::string_view rest = bytes.substr(at);
      const std::size_t newline = rest.substr(0, kRecordBytesMax).find('\n');
      if (in_overlong_line_) {
        const std::size_t end = rest.find('\n');
        in_overlong_line_ = end == std::string_view::npos;
        at += in_overlong_line_ ? rest.size() : end + 1;
        continue;
      }
      if (newline == std::string_view::npos && rest.size() >= kRecordBytesMax) {
        batch.add_reject(offset + at, RejectReason::kTooLong, "longer than 16 MiB", rest.substr(0, kRejectRawBytesMax));
        in_overlong_line_ = true;
        at += kRecordBytesMax;
        continue;
      }
      if (newline == std::string_view::npos && !last) break;
      std::size_t size = std::min(newline, rest.size());
      const std::string_view line = rest.substr(0, size);
      const RecordForm* form = form_of(line);
      if (form != nullptr && form->word == "REPORT" && newline != std::string_view::npos) {
        // Where X-Ray's line follows, it belongs to the record; not one that would make it too long.
        const std::string_view behind = rest.substr(0, kRecordBytesMax).substr(size + 1);
        const bool seen_all = rest.size() < kRecordBytesMax;
        const std::size_t second = behind.find('\n');
        if (behind.starts_with(kXray)) {
          if (second == std::string_view::npos && seen_all && !last) break;
          if (second != std::string_view::npos || seen_all) size += 1 + std::min(second, behind.size());
        } else if (kXray.starts_with(behind) && seen_all && !last) {
          break;
        }
      }
      take(form, rest.substr(0, size), offset + at, batch);
      at += std::min(size + 1, rest.size());
    }
    return at;
  }

 private:
  void take(const RecordForm* form, std::string_view text, std::uint64_t offset, Batch& batch) {
    while (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) return;
    if (form == nullptr) {
      batch.add_reject(offset, RejectReason::kNotARecord, "", text);
      return;
    }
    text = batch.repaired(text);
    const std::size_t row = batch.begin_row(offset, text);
    for (Column* column : {&batch.event_time, &batch.account_id, &batch.region}) {
      if (column->wanted) column->set_null(row);
    }
    for (Column& column : batch.columns) {
      if (column.wanted) column.set_null(row);
    }
    if (batch.columns[kRecordType].wanted) batch.columns[kRecordType].set_text(row, form->word);
    std::string other;
    const std::size_t newline = text.find('\n');
    put_fields(trimmed(text.substr(0, newline)).substr(form->word.size() + 1), row, other, batch);
    if (newline != std::string_view::npos) {
      put_fields(trimmed(text.substr(newline + 1)).substr(std::string_view("XRAY ").size()), row, other, batch);
    }
    if (batch.columns[kOther].wanted && !other.empty()) {
      batch.columns[kOther].set_text(row, batch.arena.copy(other + "}"));
    }
  }

  static void put_fields(std::string_view text, std::size_t row, std::string& other, Batch& batch) {
    while (!text.empty()) {
      const std::size_t tab = text.find('\t');
      std::string_view field = text.substr(0, tab);
      text = tab == std::string_view::npos ? std::string_view{} : text.substr(tab + 1);
      // START's fields are separated by a space.
      constexpr std::string_view kVersionField = " Version: ";
      if (field.starts_with("RequestId: ") && field.contains(kVersionField)) {
        const std::size_t version = field.find(kVersionField);
        put_field(field.substr(version + 1), row, other, batch);
        field = field.substr(0, version);
      }
      if (!field.empty()) put_field(field, row, other, batch);
    }
  }

  static void put_field(std::string_view field, std::size_t row, std::string& other, Batch& batch) {
    const std::size_t colon = field.find(": ");
    const std::string_view name = trimmed(field.substr(0, colon));
    const std::string_view value =
        colon == std::string_view::npos ? std::string_view{} : trimmed(field.substr(colon + 2));
    const auto* known = std::find_if(std::begin(kFieldNames), std::end(kFieldNames),
                                     [&](const FieldName& one) { return one.text == name; });
    if (known == std::end(kFieldNames)) {
      if (!batch.columns[kOther].wanted) return;
      std::string key;
      std::string text;
      append_json_string(key, name);
      append_json_string(text, value);
      append_member(other, std::string_view(key).substr(1, key.size() - 2), text);
      return;
    }
    Column& column = batch.columns[known->column];
    if (!column.wanted) return;
    std::string_view number = value;
    if (number.ends_with(known->unit)) number.remove_suffix(known->unit.size());
    switch (column.spec->type) {
      case Type::kText: column.set_text(row, value); return;
      case Type::kDouble: put_double(column, row, number, batch); return;
      case Type::kBoolean:
        if (value == "true" || value == "false") {
          column.set_integer(row, value == "true" ? 1 : 0);
        } else {
          ++batch.counts.bad_values;
        }
        return;
      default: put_integer(column, row, number, batch);
    }
  }

  bool in_overlong_line_ = false;
};

// An object, or a message, that starts with such a line.
Verdict detect(std::string_view head, bool whole) {
  if (head.find_first_not_of("\r\n") == std::string_view::npos && whole) return Verdict::kMaybe;
  const bool found = any_line(head, whole, 1, [](std::string_view line) { return form_of(line) != nullptr; });
  return found ? Verdict::kYes : Verdict::kNo;
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "lambda_platform",
    .table = "lambda_platform_logs",
    .summary = "Lambda's own lines in a function's log",
    .columns = kColumns,
    .newline_ends_record = true,
    .starts_record = [](std::string_view /*head*/) -> StartsRecord {
      return [](std::string_view text) { return !text.starts_with(kXray); };
    },
    .read_key = [](std::string_view /*key*/) -> std::optional<KeyFacts> { return {}; },
    .detect = detect,
    .make_reader = [](const LiteralFilter& /*filter*/) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>();
    },
    // The lines are few beside the function's own; none is passed over unread.
    .literal_for = [](std::size_t, Match, std::string_view) -> std::optional<std::string> { return {}; },
};

}  // namespace otomo::formats::lambda_platform
