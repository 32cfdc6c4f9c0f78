// SPDX-License-Identifier: Apache-2.0
//
// A Parquet object as plain bytes: one JSON object per row and line, its members named as the columns are. So the
// Parquet delivery of a log is read by the same reader as its JSON delivery. DuckDB reads and decodes.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "engine/duckdb_headers.h"
#include "io/byte_source.h"

namespace otomo::engine {

bool is_parquet(std::string_view head);  // by its first four bytes

// Rows in the file's order. Errors: DuckDB's, where it is no Parquet or damaged.
Result<std::unique_ptr<io::ByteSource>> open_parquet_rows(duckdb::DatabaseInstance& database, std::uint32_t object);

}  // namespace otomo::engine
