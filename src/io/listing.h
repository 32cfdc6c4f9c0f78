// SPDX-License-Identifier: Apache-2.0
//
// Which objects a user's paths stand for: files, folders (with everything below), globs, "-" for standard input, s3://
// with the same. In a fixed order, each object once. Any thread may read a finished listing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/object_choice.h"
#include "io/object_list.h"
#include "io/s3_listing.h"

namespace otomo::aws {
class S3Client;
}

namespace otomo::io {

struct Listing {
  ObjectList objects;
  std::uint64_t left_out = 0;                      // objects that the choice does not want
  std::vector<Error> unread;                       // folders that could not be listed: the rest goes on
  std::vector<std::shared_ptr<aws::S3Client>> s3;  // of each source; nullptr or missing: it has no objects there

  // nullptr: it is no object in S3.
  std::shared_ptr<aws::S3Client> s3_of(const Object& object) const {
    return object.is_s3() ? s3[object.source] : nullptr;
  }
};

enum class MissingPath : std::uint8_t {
  kIsError,   // the user just typed it
  kIsUnread,  // it goes to Listing::unread, and the rest is listed
};

// Gives the client that lists s3://; asked once, when the first such path is met.
using S3Connect = std::function<Result<std::shared_ptr<aws::S3Client>>()>;

// Per source, of keys in S3: which are dated, and which days are wanted.
using SourceDated = std::function<std::optional<DatedKey>(std::uint16_t source, std::string_view key)>;

// How what is below a URL is found.
using S3List = std::function<Result<ObjectList>(const std::shared_ptr<aws::S3Client>& client, const S3Url& url)>;

// `list`: nullptr: as list_s3() does it. Errors: with kIsError, a path that matches nothing (kWorld, naming it); no
// access to S3, where it is asked for; no room for the list.
Result<Listing> list_objects(std::span<const std::string> paths, MissingPath missing = MissingPath::kIsError,
                             const S3Connect& s3 = {}, const ObjectChoice& choice = {},
                             const std::shared_ptr<ObjectStore>& store = nullptr, const S3List& list = {});

struct MergedListing {
  Listing listing;
  // Per source: its objects; and those that were there already, and are left out.
  std::vector<std::uint64_t> objects;
  std::vector<std::uint64_t> repeated;
};

// One listing of several sources' (at most 65,536), with their lists in one store: Object::source is the index into
// `sources`. An object is in once, as of the first source that has it; folders are told apart by what they are, not by
// their names, so that a link to one makes no second object.
MergedListing merge_listings(std::vector<Listing> sources);

// `path` as a path under `folder` ("" or ending with "/"). Where `path` is a pattern, `folder` still is none.
std::string path_below(const std::string& folder, const std::string& path);

}  // namespace otomo::io
