// SPDX-License-Identifier: Apache-2.0
//
// The listed objects as DuckDB's files: what its own readers (Parquet, CSV, JSON) may open, and nothing else. A file's
// name is "otomo://NUMBER/FORM.ENDING": NUMBER is an index into the listing, FORM says whether its bytes are given as
// they are stored or decoded by otomo's codecs, which tell of damage where DuckDB's stop without a word; ENDING tells
// the reader what it is. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/duckdb_headers.h"
#include "engine/session.h"

namespace otomo::engine {

// The prefix of all such names, as DuckDB's list of allowed folders wants it.
inline constexpr const char* kObjectFiles = "otomo://";

enum class FileForm : std::uint8_t {
  kStored,   // any part of it can be read
  kDecoded,  // from its begin to its end; damage is an error
};

// The name of an object; `ending` without a dot, such as "csv".
std::string object_file_name(std::uint32_t object, FileForm form, std::string_view ending);
// Its index in the listing; nullopt: it is no such name.
std::optional<std::uint32_t> object_of_file(std::string_view name);

// The file system for files of one form.
duckdb::unique_ptr<duckdb::FileSystem> make_object_files(std::shared_ptr<const Session> session, FileForm form);

}  // namespace otomo::engine
