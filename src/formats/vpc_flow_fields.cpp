// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "base/time.h"
#include "formats/lines.h"
#include "formats/object_key.h"
#include "formats/vpc_flow_fields.h"

namespace otomo::formats::vpc_flow {

namespace {

constexpr char canonical(char c) { return c == '-' ? '_' : c; }

bool same_field(std::string_view name, std::string_view column) {
  return name.size() == column.size() &&
         std::equal(name.begin(), name.end(), column.begin(), [](char a, char b) { return canonical(a) == b; });
}

// The fields by name: a table over length and three bytes, so that most names cost one comparison, and values that
// are no names none.
class FieldTable {
 public:
  constexpr FieldTable() {
    slots_.fill(kEmpty);
    for (std::uint8_t i = 0; i < kExtraColumn; ++i) {
      std::uint8_t slot = slot_of(kColumns[i].name);
      while (slots_[slot] != kEmpty) ++slot;
      slots_[slot] = i;
    }
  }

  std::size_t find(std::string_view name) const {
    if (name.empty()) return kNoColumn;
    for (std::uint8_t slot = slot_of(name); slots_[slot] != kEmpty; ++slot) {
      if (same_field(name, kColumns[slots_[slot]].name)) return slots_[slot];
    }
    return kNoColumn;
  }

 private:
  static constexpr std::uint8_t kEmpty = 0xFF;

  static constexpr std::uint8_t slot_of(std::string_view name) {
    const auto byte = [&](std::size_t i) {
      return static_cast<unsigned>(static_cast<unsigned char>(canonical(name[i])));
    };
    return static_cast<std::uint8_t>(name.size() * 7 + byte(0) * 3 + byte(name.size() - 1) * 5 +
                                     byte(name.size() / 2) * 11);
  }

  std::array<std::uint8_t, 256> slots_{};
};

constexpr FieldTable kFieldTable;

// Names that other logs have, too: they prove nothing.
bool is_telling(std::size_t column) {
  static constexpr std::string_view kShared[] = {
      "version", "account_id", "srcaddr", "srcport", "dstport", "protocol",    "packets",   "bytes", "start",
      "end",     "action",     "vpc_id",  "type",    "region",  "instance_id", "subnet_id", "az_id", "resource_id"};
  return std::find(std::begin(kShared), std::end(kShared), kColumns[column].name) == std::end(kShared);
}

// "20260302T0915Z"
bool is_file_time(std::string_view text) {
  return text.size() == 14 && all_digits(text.substr(0, 8), 8) && text[8] == 'T' && all_digits(text.substr(9, 4), 4) &&
         text[13] == 'Z';
}

}  // namespace

std::size_t column_of(std::string_view name) { return kFieldTable.find(name); }

bool is_transit_gateway_field(std::string_view name) {
  // https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html (read April 2026): tgw-id, tgw-src-vpc-id and more of
  // that kind; packets-lost-no-route and its like.
  return name.starts_with("tgw-") || name.starts_with("tgw_") || name.starts_with("packets-lost-") ||
         name.starts_with("packets_lost_");
}

void FieldCensus::add(std::string_view name) {
  ++names_;
  const std::size_t column = column_of(name);
  if (column != kNoColumn) {
    ++known_;
    telling_ += is_telling(column) ? 1 : 0;
  } else if (is_transit_gateway_field(name)) {
    transit_gateway_ = true;
  }
}

std::optional<std::int64_t> instant_of(std::string_view text) {
  constexpr std::int64_t kSecondsMax = 253'402'300'799;  // 9999-12-31T23:59:59Z
  const auto seconds = parse_integer(text);
  if (!seconds || *seconds < 0 || *seconds > kSecondsMax) return {};
  return *seconds * kMicrosecondsPerSecond;
}

void put_common(Batch& batch, std::size_t row, std::string_view time, std::string_view account_id,
                std::string_view region) {
  if (batch.event_time.wanted) {
    if (const auto instant = instant_of(time)) {
      batch.event_time.set_integer(row, *instant);
    } else {
      batch.event_time.set_null(row);
      if (time.data() != nullptr && time != "-") ++batch.counts.bad_values;
    }
  }
  // "unknown" and "-" are no account: the key's holds.
  if (batch.account_id.wanted) {
    batch.account_id.set_text(row, is_account_id(account_id) ? account_id : std::string_view{});
  }
  if (batch.region.wanted) batch.region.set_text(row, is_region(region) ? region : std::string_view{});
}

std::optional<KeyFacts> read_key(std::string_view key, Delivery delivery) {
  std::string_view name = key_name(key);
  // account, service, Region, flow log, time, hash with suffix
  std::array<std::string_view, 6> tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t end = i + 1 == tokens.size() ? name.size() : name.find('_');
    if (end == std::string_view::npos || end == 0) return {};
    tokens[i] = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  if (!is_account_id(tokens[0]) || tokens[1] != "vpcflowlogs" || !is_region(tokens[2]) ||
      !tokens[3].starts_with("fl-") || !is_file_time(tokens[4])) {
    return {};
  }
  const std::size_t dot = tokens[5].find('.');
  const std::string_view suffix = dot == std::string_view::npos ? std::string_view{} : tokens[5].substr(dot);
  const bool fits =
      delivery == Delivery::kText ? suffix == ".log" || suffix == ".log.gz" : suffix.ends_with(".parquet");
  if (!fits) return {};
  KeyFacts facts;
  facts.account_id = tokens[0];
  facts.region = tokens[2];
  // The file of 16:20 has the records that end from 16:20:00 to 16:24:59: none of the next day, and they start earlier.
  // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html (read April 2026)
  const std::string_view time = tokens[4];
  if (!set_key_date(time.substr(0, 4), time.substr(4, 2), time.substr(6, 2), facts)) return {};
  facts.hour = time.substr(9, 2);
  return facts;
}

bool holds_as_written(std::size_t column, std::string_view value) {
  // The key's account and Region stand in for missing ones; `extra` is made; numbers have many spellings. A U+FFFD may
  // have been put in by the repair.
  return column != kAccountIdColumn && column != kRegionColumn && column != kExtraColumn &&
         kColumns[column].type == Type::kText && !value.empty() && value.find("\xEF\xBF\xBD") == std::string_view::npos;
}

}  // namespace otomo::formats::vpc_flow
