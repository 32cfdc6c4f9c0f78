// SPDX-License-Identifier: Apache-2.0
#include "engine/errors.h"

#include <algorithm>
#include <charconv>

#include "engine/session.h"

namespace otomo::engine {

namespace {

// DuckDB's message up to its own drawing of the query, which otomo draws itself.
std::string first_part(std::string message) {
  const std::size_t drawing = message.find("\n\nLINE ");
  if (drawing != std::string::npos) message.resize(drawing);
  std::replace(message.begin(), message.end(), '\t', ' ');
  return message;
}

}  // namespace

void throw_no_sources(const std::string& table) {
  throw duckdb::Exception(duckdb::ExceptionType::SETTINGS, "no logs to read " + table + " from");
}

Error to_error(const duckdb::ErrorData& data) {
  using duckdb::ExceptionType;
  Error error;
  error.message = first_part(data.RawMessage());
  const auto& extra = data.ExtraInfo();
  if (const auto place = extra.find("position"); place != extra.end()) {
    std::size_t offset = 0;
    const std::string& text = place->second;
    if (std::from_chars(text.data(), text.data() + text.size(), offset).ec == std::errc()) error.query_offset = offset;
  }
  switch (data.Type()) {
    case ExceptionType::INTERRUPT:
      error.kind = ErrorKind::kInterrupted;
      error.message = "interrupted";
      break;
    case ExceptionType::IO:
    case ExceptionType::INTERNAL:
    case ExceptionType::FATAL: error.kind = ErrorKind::kWorld; break;
    case ExceptionType::SETTINGS:
      error.kind = ErrorKind::kUsage;
      error.hint =
          "say which: --from PATH, a folder, file or glob, or - for standard input; or name sources in otomo.toml";
      break;
    case ExceptionType::OUT_OF_MEMORY:
      error.kind = ErrorKind::kWorld;
      error.hint = "give more with --memory, or ask for less at once";
      break;
    case ExceptionType::PERMISSION:
      error.kind = ErrorKind::kQuery;
      error.message =
          "a query reads only what --from or a source names: no other file, network, extension or setting (" +
          error.message + ")";
      break;
    default: error.kind = ErrorKind::kQuery;
  }
  if (data.Type() == ExceptionType::CATALOG && error.message.starts_with("Table with name")) {
    const std::size_t end = error.message.find(" does not exist");
    constexpr std::size_t kBegin = std::string_view("Table with name ").size();
    error.message = std::string(kNoTable) + error.message.substr(kBegin, end - kBegin);
  }
  return error;
}

}  // namespace otomo::engine
