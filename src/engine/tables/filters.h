// SPDX-License-Identifier: Apache-2.0
//
// What a question's filters allow to leave unread: objects whose key proves that they hold nothing, and records that
// lack a literal. Every filter stays in the plan, so that DuckDB checks it again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/duckdb_headers.h"
#include "engine/session.h"
#include "formats/object_facts.h"
#include "io/object_set.h"

namespace otomo::engine {

// What a table's column is, seen from its DuckDB column id.
struct ColumnMeaning {
  enum class Kind : std::uint8_t { kFormat, kEventTime, kPath, kPartition, kOther };
  Kind kind = Kind::kOther;
  std::size_t index = 0;  // of the format's column or partition
};

struct Pruning {
  std::map<const formats::Format*, formats::LiteralFilter> literals;  // of those formats that can have one
  io::ObjectSet objects;                                              // that remain
  formats::EventRange range;                                          // of the records that matter
};

// `formats` are those of the table; `meaning_of` tells the column behind a column id. Errors of an expression's
// evaluation leave the object in.
Pruning prune(duckdb::ClientContext& context, const duckdb::LogicalGet& get,
              const std::vector<duckdb::unique_ptr<duckdb::Expression>>& filters, const Session& session,
              const std::vector<const formats::Format*>& formats,
              ColumnMeaning (*meaning_of)(const formats::Format&, duckdb::column_t));

// The text of a hidden partition column for a key; nullopt where the key does not have its parts.
std::optional<std::string> partition_value(const formats::PartitionColumn& partition, const formats::KeyFacts& facts);

}  // namespace otomo::engine
