// SPDX-License-Identifier: Apache-2.0
//
// What is known of an object by its key, for every format: the values that its records show where they say nothing
// themselves, and the little that a key proves of its records. Pure; any thread.
//
//   account, Region   proven of no record: a trail delivers other accounts' events, and files are copied
//   partitions        are of the key by their definition
//   event_time        not later than the key's date, where the format says that it is a delivery's
//                     (Format::key_day_slack_us); not earlier only as far as somebody promises when it is delivered
//                     (Format::late_us, SourceSettings::late_us), which is good enough for what is not listed at all
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "formats/format.h"

namespace otomo::formats {

// What the key says of records that are read as `format` (nullptr: nobody knows what it is); of the account, what the
// user says where the key does not.
KeyFacts object_facts(const Format* format, std::string_view key, const SourceSettings& settings);

// No record that the format's reader finds in the object happened after this instant (microseconds UTC). nullopt:
// nothing proves one. Where a key has several dates, as of a copy, the latest counts; where it has two accounts, it is
// not AWS's, and proves nothing.
std::optional<std::int64_t> latest_event_us(const Format& format, std::string_view key);

// How a key spells its day: what stands before it, then YYYY `after_year` MM `after_month` DD. Of a folder YYYY/MM/DD
// and a name in it that begins with the same, the folder.
struct KeyDay {
  std::size_t base_bytes;
  std::string_view after_year;
  std::string_view after_month;
  std::int64_t day;  // since 1970
};
// nullopt: the key has none that proves anything, or spells it in one piece.
std::optional<KeyDay> key_day(const Format& format, std::string_view key);
// The same, of a key that may be of several formats, each of which `is_of` is told; nullopt, too, where they disagree.
std::optional<KeyDay> key_day(std::span<const Format* const> formats, std::string_view key,
                              const std::function<void(const Format& format)>& is_of = {});

// Instants in microseconds UTC; nullopt: unbounded.
struct EventRange {
  std::optional<std::int64_t> earliest_us;
  std::optional<std::int64_t> latest_us;

  bool operator==(const EventRange&) const = default;
};

// Days since 1970, both ends included.
struct Days {
  std::int64_t first = std::numeric_limits<std::int64_t>::min();
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
};
// What lies in either, and between.
inline Days hull(const Days& a, const Days& b) { return {std::min(a.first, b.first), std::max(a.last, b.last)}; }
// The days outside which no object of the format has records of that range. A folder's day may be the one beside that
// of the names in it.
Days days_of(const Format& format, const EventRange& range, const SourceSettings& settings);

}  // namespace otomo::formats
