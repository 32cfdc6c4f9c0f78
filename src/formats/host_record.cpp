// SPDX-License-Identifier: Apache-2.0
#include "formats/host_record.h"

#include <array>
#include <limits>

#include "formats/lines.h"

namespace otomo::formats {

namespace {

constexpr std::array<std::string_view, 24> kFacilities = {"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                                          "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                                          "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
                                                          "local2", "local3", "local4", "local5", "local6",   "local7"};
constexpr std::array<std::string_view, 8> kSeverities = {"emerg",   "alert",  "crit", "err",
                                                         "warning", "notice", "info", "debug"};

template <std::size_t kSize>
std::optional<std::string_view> name_of(const std::array<std::string_view, kSize>& names, int number) {
  if (number < 0 || static_cast<std::size_t>(number) >= kSize) return {};
  return names[static_cast<std::size_t>(number)];
}

void put_boolean(Column& column, std::size_t row, bool value) {
  if (column.wanted) column.set_integer(row, value ? 1 : 0);
}

void put_text(Column& column, std::size_t row, std::string_view value) {
  if (column.wanted) column.set_text(row, value);
}

}  // namespace

std::optional<std::string_view> facility_name(int facility) { return name_of(kFacilities, facility); }
std::optional<std::string_view> severity_name(int severity) { return name_of(kSeverities, severity); }

std::optional<std::int64_t> parse_pid(std::string_view text) {
  const auto value = parse_integer(text);
  if (!value || *value < 0 || *value > std::numeric_limits<std::int32_t>::max()) return {};
  return value;
}

std::size_t put_host_row(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch) {
  const std::size_t row = batch.begin_row(offset, raw);
  if (record.assumed_year || record.assumed_zone) ++batch.counts.assumed_times;
  batch.counts.bad_values += record.bad_values;
  if (batch.event_time.wanted) {
    if (record.instant_us) {
      batch.event_time.set_integer(row, *record.instant_us);
    } else {
      batch.event_time.set_null(row);
      if (record.time_is_bad) ++batch.counts.bad_values;
    }
  }
  if (batch.account_id.wanted) batch.account_id.set_null(row);
  if (batch.region.wanted) batch.region.set_null(row);
  return row;
}

void put_syslog_row(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch) {
  using namespace host_log;
  const std::size_t row = put_host_row(record, raw, offset, batch);
  auto& columns = batch.columns;
  put_text(columns[kHost], row, record.host);
  put_text(columns[kProgram], row, record.program);
  if (columns[kPid].wanted) {
    if (record.pid) {
      columns[kPid].set_integer(row, *record.pid);
    } else {
      columns[kPid].set_null(row);
    }
  }
  put_text(columns[kFacility], row,
           record.facility ? facility_name(*record.facility).value_or("") : std::string_view{});
  put_text(columns[kSeverity], row,
           record.severity ? severity_name(*record.severity).value_or("") : std::string_view{});
  put_text(columns[kMessage], row, record.message);
  put_text(columns[kAppData], row, record.app_data);
  put_boolean(columns[kAssumedYear], row, record.assumed_year);
  put_boolean(columns[kAssumedZone], row, record.assumed_zone);
  put_text(columns[kLogGroup], row, {});
  put_text(columns[kLogStream], row, {});
}

}  // namespace otomo::formats
