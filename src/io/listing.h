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

enum class MissingPath : std::uint8_t {
  kIsError,   // the user just typed it
  kIsUnread,  // it goes to Listing::unread, and the rest is listed
};

// Errors: with kIsError, a path that matches nothing (kWorld, naming it).
Result<Listing> list_objects(std::span<const std::string> paths, MissingPath missing = MissingPath::kIsError);

struct MergedListing {
  Listing listing;
  std::vector<std::uint64_t> repeated;  // per source: its objects that were there already, and are left out
};

// One listing of several sources' (at most 65,536): Object::source is the index into `sources`. An object is in once,
// as of the first source that has it; folders are told apart by what they are, not by their names, so that a link to
// one makes no second object.
MergedListing merge_listings(std::vector<Listing> sources);

// `path` as a path under `folder` ("" or ending with "/"). Where `path` is a pattern, `folder` still is none.
std::string path_below(const std::string& folder, const std::string& path);

// Why s3:// is refused, and what to do.
inline constexpr const char* kS3Hint =
    "S3 is not read directly yet: copy the objects first, for example with `aws s3 sync`";

}  // namespace otomo::io
