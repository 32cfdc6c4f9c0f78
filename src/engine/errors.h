// SPDX-License-Identifier: Apache-2.0
//
// The wall: DuckDB's exceptions and error data as otomo's Error, in otomo's words.
#pragma once

#include <string_view>

#include "base/result.h"
#include "engine/duckdb_headers.h"

namespace otomo::engine {

// How the error of a table that there is not begins; its name follows.
inline constexpr std::string_view kNoTable = "there is no table ";

Error to_error(const duckdb::ErrorData& data);

// Runs `work` and turns what it throws into an Error. `work` returns a Result.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& thrown) {
    return std::unexpected(to_error(duckdb::ErrorData(thrown)));
  }
}

}  // namespace otomo::engine
