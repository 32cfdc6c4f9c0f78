// SPDX-License-Identifier: Apache-2.0
//
// What is known of an object by its key, for every format: the values that its records show where they say nothing
// themselves, and the little that a key proves of its records. Pure; any thread.
//
//   account, Region   proven of no record: a trail delivers other accounts' events, and files are copied
//   partitions        are of the key by their definition
//   event_time        not later than the key's date, where the format says that it is a delivery's
//                     (Format::key_day_slack_us); never not earlier: what is late is delivered, too
#pragma once

#include <cstdint>
#include <optional>
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

}  // namespace otomo::formats
