// SPDX-License-Identifier: Apache-2.0
//
// The table functions behind otomo's tables, one file each. Registered once per database; they know formats only by
// their descriptions.
#pragma once

#include "engine/duckdb_headers.h"
#include "engine/session.h"

namespace otomo::engine {

// Carries the session into DuckDB's callbacks.
struct SessionInfo final : duckdb::TableFunctionInfo {
  explicit SessionInfo(std::shared_ptr<Session> shared, std::vector<const formats::Format*> of_the_table = {})
      : session(std::move(shared)), formats(std::move(of_the_table)) {}
  std::shared_ptr<Session> session;
  std::vector<const formats::Format*> formats;  // empty: every format
};

duckdb::TableFunction records_function(std::shared_ptr<Session> session, std::string_view table);
duckdb::TableFunction rejects_function(std::shared_ptr<Session> session);
duckdb::TableFunction object_parts_function(std::shared_ptr<Session> session);
duckdb::TableFunction accounts_function(std::shared_ptr<Session> session);

// The names under which they are registered.
std::string records_function_name(std::string_view table);
inline constexpr const char* kRejectsFunction = "otomo_rejects";
inline constexpr const char* kObjectPartsFunction = "otomo_object_parts";
// No table of a format has this name: none is called `accounts`.
inline constexpr const char* kAccountsFunction = "otomo_accounts";

// "interrupted" as DuckDB says it; any other error of a scan is counted, not thrown.
[[noreturn]] void throw_error(const Error& error);

}  // namespace otomo::engine
