// SPDX-License-Identifier: Apache-2.0
//
// Logins and privileges in host logs: another table over the objects of the format `syslog`.
//
//   Mar  2 09:14:07 web-1 sshd[4711]: Failed password for invalid user admin from 203.0.113.9 port 51234 ssh2
//
// The grammar of the lines is in syslog/syslog.cpp, that of the messages in auth_message.cpp. Records about something
// else give no row; rejects are those of `syslog`. "last message repeated 5 times" needs what stands above it, so an
// object is read from its start by one worker.
#include "formats/auth_rows.h"
#include "formats/syslog_line.h"

namespace otomo::formats::auth_events {

namespace {

class Reader final : public SyslogReader {
 public:
  using SyslogReader::SyslogReader;

  void restart(const ObjectContext& context) override {
    SyslogReader::restart(context);
    rows_.restart();
  }

 private:
  bool take(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch) override {
    return rows_.put(record, raw, offset, batch);
  }
  bool wants_app_data(const Batch& /*batch*/) const override { return false; }

  AuthRows rows_;
};

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "auth_events",
    .table = "auth_events",
    .summary = "logins and privileges in host logs: sshd, PAM, sudo, su, account changes",
    .columns = auth_log::kColumns,
    .objects_of = "syslog",
    .read_key = read_syslog_key,
    .detect = [](std::string_view, bool) { return Verdict::kNo; },
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    // A record that lacks the literal may be repeated by one below that lacks it, too.
    .literal_for = [](std::size_t, Match, std::string_view) -> std::optional<std::string> { return {}; },
};

}  // namespace otomo::formats::auth_events
