// SPDX-License-Identifier: Apache-2.0
//
// Tables over objects that are no logs: CSV, JSON and Parquet of any columns, read by DuckDB's own readers.
//   NAME          the objects of that name ("inventory.csv.gz" is `inventory`), or of the source of that name
//   ocsf_CLASS    Parquet objects whose rows are OCSF events of that class ("API Activity" is `ocsf_api_activity`)
//   the table of a manifest's format: the data files that the newest manifest of each set names
// Called while a question is planned; on DuckDB's thread for that.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/duckdb_headers.h"
#include "engine/session.h"

namespace otomo::engine {

// The table that a file of that name makes; empty: none.
std::string plain_table_name(std::string_view file_name);

// nullptr: there is no such table. Throws DuckDB's exceptions where there is one that cannot be read.
duckdb::unique_ptr<duckdb::TableRef> find_plain_table(Session& session, const std::string& name);

}  // namespace otomo::engine
