// SPDX-License-Identifier: Apache-2.0
//
// Which objects a user's paths stand for: files, folders (with everything below), globs, "-" for standard input. In a
// fixed order, each object once. Any thread may read a finished listing.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace otomo::io {

struct Object {
  std::uint32_t folder = 0;  // index into Listing::folders
  bool is_stdin = false;
  std::uint16_t source = 0;  // the caller's number of where it is from
  std::uint64_t size_bytes = 0;
  std::optional<std::int64_t> modified_us;  // nullopt: a pipe
  std::string name;                         // within the folder
};

struct Listing {
  std::deque<std::string> folders;  // each ends with "/" or is empty
  std::vector<Object> objects;
  std::uint64_t size_bytes = 0;
  std::vector<Error> unread;  // folders that could not be listed: the rest goes on

  std::string path(const Object& object) const { return folders[object.folder] + object.name; }
};

// Errors: a path that matches nothing (kWorld, naming it).
Result<Listing> list_objects(std::span<const std::string> paths);

}  // namespace otomo::io
