// SPDX-License-Identifier: Apache-2.0
//
// systemd's journal, as `journalctl -o json` and its uploaders write it: one object per record.
//
//   record = "{" member *( "," member ) "}"
//   member = DQUOTE FIELD DQUOTE ":" value
//   value  = string                          ; numbers, too
//          / "[" *( byte-number ) "]"        ; a text that is no UTF-8, or holds control characters
//          / "[" value *( "," value ) "]"    ; a field that the record has several times
//          / "null"                          ; a field that is too large to print
//
//   {"__CURSOR":"s=…","__REALTIME_TIMESTAMP":"1772442847123456","_HOSTNAME":"web-1","PRIORITY":"6","SYSLOG_FACILITY":"4",
//    "SYSLOG_IDENTIFIER":"sshd","_PID":"4711","MESSAGE":"Invalid user admin from 203.0.113.9 port 51234", …}
//
// https://www.freedesktop.org/software/systemd/man/latest/systemd.journal-fields.html and
// https://systemd.io/JOURNAL_EXPORT_FORMATS/ (read April 2026).
//
// Of a field that stands several times a column has the first; that field, and all that no column holds, is in app_data
// as it is written.
#include "formats/journal_record.h"

namespace otomo::formats::journald {

namespace {

class Reader final : public JournalReader {
 public:
  using JournalReader::JournalReader;

 private:
  bool take_record(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch) override {
    put_syslog_row(record, raw, offset, batch);
    return true;
  }
  Wanted wanted(const Batch& batch) const override {
    const auto& columns = batch.columns;
    return {.host = columns[host_log::kHost].wanted,
            .program = columns[host_log::kProgram].wanted,
            .message = columns[host_log::kMessage].wanted,
            .pid = columns[host_log::kPid].wanted,
            .facility = columns[host_log::kFacility].wanted,
            .severity = columns[host_log::kSeverity].wanted,
            .app_data = columns[host_log::kAppData].wanted};
  }
};

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "journald",
    .table = "syslog",
    .summary = "host logs: systemd's journal as JSON (journalctl -o json)",
    .columns = host_log::kColumns,
    .starts_record = starts_of_json_lines,
    .read_key = [](std::string_view) -> std::optional<KeyFacts> { return {}; },
    .detect = detect_journal,
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    // Any text may be written as an array of bytes.
    .literal_for = [](std::size_t, Match, std::string_view) -> std::optional<std::string> { return {}; },
};

}  // namespace otomo::formats::journald
