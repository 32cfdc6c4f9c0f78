// SPDX-License-Identifier: Apache-2.0
//
// What a table looks like: its columns, their types, nested ones included. Pure data, no database.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace otomo::formats {

enum class Type : std::uint8_t {
  kText,
  kInteger,  // 32 bits in the table; batches hold 64
  kBigint,   // 64 bits
  kDouble,
  kBoolean,
  kDate,       // days since 1970-01-01
  kTimestamp,  // microseconds since 1970-01-01 UTC: an instant
  kStruct,     // children: the members
  kList,       // one child: the element
  kMap,        // two children: key, value
};

struct ColumnSpec {
  std::string_view name;
  Type type = Type::kText;
  std::span<const ColumnSpec> children = {};
};

}  // namespace otomo::formats
