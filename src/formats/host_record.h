// SPDX-License-Identifier: Apache-2.0
//
// A record of a host's own log, whoever wrote it: what syslog's lines and journald's objects have in common, and how it
// becomes a row of the table `syslog`. Knows neither lines nor JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/batch.h"

namespace otomo::formats {

// Views into the record or the batch's arena; data() == nullptr: the record does not say it.
struct HostRecord {
  std::string_view host;
  std::string_view program;
  std::string_view message;
  std::string_view app_data;  // only where its column is wanted
  std::optional<std::int64_t> pid;
  std::optional<int> facility;  // as numbered by RFC 5424
  std::optional<int> severity;
  std::optional<std::int64_t> instant_us;
  bool time_is_bad = false;   // it says a time, but none that could be read
  bool assumed_year = false;  // the year is the latest that can be
  bool assumed_zone = false;  // the zone is UTC for want of a better one, or the local time exists twice or never
  unsigned bad_values = 0;    // of the record's other values
};

namespace host_log {

enum ColumnIndex : std::size_t {
  kHost,
  kProgram,
  kPid,
  kFacility,
  kSeverity,
  kMessage,
  kAppData,
  kAssumedYear,
  kAssumedZone,
  kLogGroup,
  kLogStream,
  kColumnCount,
};

inline constexpr ColumnSpec kColumns[] = {
    {"host"},
    {"program"},
    {"pid", Type::kInteger},
    {"facility"},
    {"severity"},
    {"message"},
    {"app_data"},
    {"assumed_year", Type::kBoolean},
    {"assumed_zone", Type::kBoolean},
    {"log_group"},
    {"log_stream"},
};
static_assert(std::size(kColumns) == kColumnCount);

}  // namespace host_log

// RFC 5424, section 6.2.1, under the names that syslog(3) and rsyslog have for the numbers. nullopt: there is no such.
std::optional<std::string_view> facility_name(int facility);
std::optional<std::string_view> severity_name(int severity);

// A priority is a facility times 8 plus a severity; at most kPriorityMax.
inline constexpr int kPriorityMax = 191;

// A process id that fits its column.
std::optional<std::int64_t> parse_pid(std::string_view text);

// Adds a row with event_time and what is counted of it: the part that both tables over these logs share. Returns its
// number.
std::size_t put_host_row(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch);
// A row of `syslog`.
void put_syslog_row(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch);

}  // namespace otomo::formats
