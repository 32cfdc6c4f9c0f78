// SPDX-License-Identifier: Apache-2.0
//
// Result<T> and Error: how a function says that the user or the world went wrong.
// Bad log data is never an Error: it is a reject (formats/batch.h). Broken invariants are asserts.
// Plain values, usable from every thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>

namespace otomo {

enum class ErrorKind : std::uint8_t {
  kQuery,        // the question is wrong: unknown column, syntax, a refused statement
  kUsage,        // the command line is wrong
  kWorld,        // a file, a disk, a network said no
  kInterrupted,  // the user pressed Ctrl-C
};

struct Error {
  ErrorKind kind = ErrorKind::kWorld;
  std::string message;
  std::string hint;                         // the next step for the user; may be empty
  std::optional<std::size_t> query_offset;  // byte in the query's text that the message is about

  // The same error, told with what the caller was doing: "reading a.gz: permission denied".
  Error while_doing(const std::string& what) && {
    message = what + ": " + message;
    return std::move(*this);
  }
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> query_error(std::string message, std::string hint = {},
                                          std::optional<std::size_t> offset = {}) {
  return std::unexpected(Error{ErrorKind::kQuery, std::move(message), std::move(hint), offset});
}
inline std::unexpected<Error> usage_error(std::string message, std::string hint = {}) {
  return std::unexpected(Error{ErrorKind::kUsage, std::move(message), std::move(hint), {}});
}
inline std::unexpected<Error> world_error(std::string message, std::string hint = {}) {
  return std::unexpected(Error{ErrorKind::kWorld, std::move(message), std::move(hint), {}});
}
inline std::unexpected<Error> interrupted_error() {
  return std::unexpected(Error{ErrorKind::kInterrupted, "interrupted", {}, {}});
}

}  // namespace otomo
