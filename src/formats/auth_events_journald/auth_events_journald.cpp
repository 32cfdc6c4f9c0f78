// SPDX-License-Identifier: Apache-2.0
//
// Logins and privileges in systemd's journal: another table over the objects of the format `journald`.
//
//   {"__REALTIME_TIMESTAMP":"1772442847123456","_HOSTNAME":"web-1","SYSLOG_IDENTIFIER":"sshd","_PID":"4711",
//    "MESSAGE":"Accepted publickey for deploy from 203.0.113.9 port 51234 ssh2", …}
//
// The grammar of the objects is in journald/journald.cpp, that of the messages in auth_message.cpp. Records about
// something else give no row; rejects are those of `journald`.
#include "formats/auth_rows.h"
#include "formats/journal_record.h"

namespace otomo::formats::auth_events_journald {

namespace {

class Reader final : public JournalReader {
 public:
  using JournalReader::JournalReader;

  void restart(const ObjectContext& context) override {
    JournalReader::restart(context);
    rows_.restart();
  }

 private:
  bool take_record(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch) override {
    return rows_.put(record, raw, offset, batch);
  }
  Wanted wanted(const Batch& batch) const override {
    return {.host = true, .program = true, .message = true, .pid = batch.columns[auth_log::kPid].wanted};
  }

  AuthRows rows_;
};

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "auth_events_journald",
    .table = "auth_events",
    .summary = "logins and privileges in systemd's journal as JSON",
    .columns = auth_log::kColumns,
    .starts_record = starts_of_json_lines,
    .objects_of = "journald",
    .read_key = [](std::string_view) -> std::optional<KeyFacts> { return {}; },
    .detect = [](std::string_view, bool) { return Verdict::kNo; },
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = [](std::size_t, Match, std::string_view) -> std::optional<std::string> { return {}; },
};

}  // namespace otomo::formats::auth_events_journald
