// SPDX-License-Identifier: Apache-2.0
//
// Host logs: /var/log/messages, secure, auth.log, syslog and their like, and what syslog daemons write elsewhere.
//
//   record      = [ "<" priority ">" ] ( traditional / versioned ) *( LF line-without-header )
//   traditional = ( bsd-time / iso-time ) SP [ host SP ] [ tag ] message           ; RFC 3164, and rsyslog's files
//   versioned   = version SP ( iso-time / "-" ) SP host SP program SP process SP message-id SP data [ SP message ]
//                                                                                   ; RFC 5424: "-" says nothing
//   bsd-time    = month SP day SP hh:mm:ss [ fraction ]        ; no year and no zone; the day padded with a space
//   iso-time    = yyyy-mm-ddThh:mm:ss [ fraction ] [ "Z" / ( "+" / "-" ) hh:mm ]
//   tag         = program [ "[" process "]" ] ":"              ; or a process id alone ends it
//   data        = "-" / 1*( "[" id *( SP name "=" DQUOTE value DQUOTE ) "]" )
//
//   Mar  2 09:14:07 web-1 sshd[4711]: Accepted publickey for deploy from 203.0.113.9 port 51234 ssh2
//   2026-03-02T09:14:07.123456+01:00 web-1 systemd[1]: Started Daily apt download activities.
//   <38>1 2026-03-02T09:14:07.123456+01:00 web-1 sshd 4711 - [origin ip="203.0.113.9"] Accepted publickey for deploy
//
// RFC 3164 (sections 4 and 5), RFC 5424 (section 6); rsyslog's templates,
// https://www.rsyslog.com/doc/configuration/templates.html (read April 2026).
//
// A line without a header belongs to the record above it: daemons write messages of several lines as they are. A line
// that has the form of a header but no time that exists is a reject, so that a foreign month is seen and not glued to
// what stands above it. Traditional lines without a tag keep all their text as the message.
#include "formats/syslog_line.h"

namespace otomo::formats::syslog {

namespace {

class Reader final : public SyslogReader {
 public:
  using SyslogReader::SyslogReader;

 private:
  bool take(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch) override {
    put_syslog_row(record, raw, offset, batch);
    return true;
  }
  bool wants_app_data(const Batch& batch) const override { return batch.columns[host_log::kAppData].wanted; }
};

std::optional<std::string> literal_for(std::size_t column, Match /*match*/, std::string_view value) {
  // These stand in the record as they are. A U+FFFD may have been put in by the repair.
  if (column != host_log::kHost && column != host_log::kProgram && column != host_log::kMessage) return {};
  if (value.empty() || value.find("\xEF\xBF\xBD") != std::string_view::npos) return {};
  return std::string(value);
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "syslog",
    .table = "syslog",
    .summary = "host logs: syslog files and streams (RFC 3164, RFC 5424, rsyslog)",
    .columns = host_log::kColumns,
    .newline_ends_record = true,
    .starts_record = [](std::string_view head) -> StartsRecord {
      return is_run_together(head) ? nullptr : starts_syslog_record;
    },
    .read_key = read_syslog_key,
    .detect = detect_syslog,
    .make_reader = [](const LiteralFilter& filter) -> std::unique_ptr<RecordReader> {
      return std::make_unique<Reader>(filter);
    },
    .literal_for = literal_for,
};

}  // namespace otomo::formats::syslog
