// SPDX-License-Identifier: Apache-2.0
//
// The records of syslog files and streams: where one begins and ends, and what stands in it. The grammar is in
// syslog/syslog.cpp; both tables over these objects read them with SyslogReader. One per reader and thread, but for the
// pure functions.
//
//   record  = header text *( LF line-without-header )
//   header  = [ "<" priority ">" ] ( bsd-time / iso-time / version SP ( iso-time / "-" ) ) ( SP / ":" SP )
//
// Whether a line begins a record is decided by its first kRecordStartBytesMax bytes alone, so that a reader needs no
// whole line to know, and the engine can cut a large object into parts where records begin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"
#include "formats/format.h"
#include "formats/host_record.h"

namespace otomo::formats {

// How a line begins.
enum class SyslogForm : std::uint8_t {
  kNone,       // no header: it belongs to the record above
  kCut,        // what is there can be the beginning of a header, and ends
  kBsd,        // Mar  2 09:14:07
  kIso,        // 2026-03-02T09:14:07.123456+01:00
  kVersioned,  // 1 2026-03-02T09:14:07Z: RFC 5424
};

struct SyslogHeader {
  SyslogForm form = SyslogForm::kNone;
  std::uint8_t size = 0;  // bytes before what follows the time and its separator
  bool ends_in_colon = false;
  bool has_priority = false;
  std::int16_t priority = 0;
  bool has_time = true;   // false: RFC 5424's "-"
  bool bad_time = false;  // of the form, but no month, day or time that exists
  bool has_zone = false;
  std::int16_t year = 0;  // 0: none
  std::int8_t month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::int32_t fraction_us = 0;
  std::int16_t zone_minutes = 0;  // east of UTC
};

// Of the line that starts with `text`, at most kRecordStartBytesMax of which are looked at.
SyslogHeader read_syslog_header(std::string_view text);

// Does the line begin a record? The same, for the engine.
bool starts_syslog_record(std::string_view text);

// Turns the times of headers into instants.
//
// A year that is missing is the latest in which the record is not more than a day after the object's last change (the
// clocks of two hosts differ), and in which the date exists: 29 February is in a leap year. So December's records in a
// file of January are last year's, line by line, without looking at their neighbours. A zone that is missing is that of
// the source's settings, else UTC.
class SyslogClock {
 public:
  void restart(const ObjectContext& context);
  void resolve(const SyslogHeader& header, HostRecord& record);

 private:
  void assume(const SyslogHeader& header);

  std::string zone_name_;
  TimeZone zone_;
  bool zone_is_told_ = false;
  std::optional<std::int64_t> latest_us_;  // no record is later
  int latest_year_ = 0;
  // The last time that lacked something, and what became of it: neighbours share their second.
  std::uint64_t known_key_ = ~0ULL;
  std::optional<std::int64_t> known_us_;
  bool known_is_certain_ = false;
};

// What follows the header of a whole record in valid UTF-8. False: it is a reject for `reason`. With `app_data` its
// structured data is put as JSON into the arena.
bool read_syslog_text(const SyslogHeader& header, std::string_view text, bool app_data, HostRecord& record,
                      Arena& arena, RejectReason& reason);

// kYes where one of the object's first lines is a record's, and none before it is another log's.
Verdict detect_syslog(std::string_view head, bool whole);
// How a host names such files: secure, auth.log, messages, syslog …, rotated or compressed. Says nothing of the
// records.
std::optional<KeyFacts> read_syslog_key(std::string_view key);
// Are the records of an object that starts so told from each other by their headers alone, not by newlines?
bool is_run_together(std::string_view head);

// Cuts the records out of blocks.
class SyslogReader : public RecordReader {
 public:
  explicit SyslogReader(const LiteralFilter& filter) : filter_(filter) {}

  void restart(const ObjectContext& context) override;
  std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) final;

 protected:
  // Makes rows of a record, or none. False: the batch is full before all of them are made; the record is shown again.
  virtual bool take(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch) = 0;
  virtual bool wants_app_data(const Batch& batch) const = 0;

 private:
  enum class End : std::uint8_t { kFound, kUndecided, kNotThere };

  End find_end(const char* from, const char* end, bool last);
  void reject_overlong(const char* at, const char* end, std::uint64_t offset, Batch& batch);
  bool lacks_literals(const char* begin, const char* end);
  bool read_record(std::string_view text, std::uint64_t offset, Batch& batch);

  const LiteralFilter& filter_;
  SyslogClock clock_;
  bool run_together_ = false;
  bool in_overlong_ = false;
  const char* record_end_ = nullptr;  // what find_end() has found: behind its last byte
  const char* next_ = nullptr;        // where the next one starts
  SyslogHeader header_;               // of the record at hand
  SyslogHeader next_header_;          // of the next one
  const char* block_end_ = nullptr;
  std::vector<const char*> literals_at_;  // where each literal of the filter stands next, or block_end_
};

}  // namespace otomo::formats
