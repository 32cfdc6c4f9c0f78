// SPDX-License-Identifier: Apache-2.0
//
// A batch's columns as DuckDB's vectors: text that lies in the block is lent, not copied, and the vector holds the
// block for as long as it lives.
#pragma once

#include "engine/duckdb_headers.h"
#include "engine/reading/block.h"
#include "formats/batch.h"

namespace otomo::engine {

duckdb::LogicalType logical_type(const formats::ColumnSpec& spec);

// Text that may be no UTF-8, such as a file's name: repaired.
duckdb::Value text_value(std::string_view text);

void lend_text(const std::string_view* texts, std::size_t rows, const BlockPointer& block, duckdb::Vector& vector);
// `rows` rows of `column` (for list elements: as many as there are).
void lend_column(const formats::Column& column, std::size_t rows, const BlockPointer& block, duckdb::Vector& vector);

}  // namespace otomo::engine
