// SPDX-License-Identifier: Apache-2.0
//
// Objects in S3 as bytes. S3ReadAhead fetches those that will be opened before they are, many at once, and large ones
// in parts; how many is decided by memory and by what S3 bears. An object that was changed after it was listed is an
// error, never a mixture.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/byte_source.h"
#include "io/checksums.h"
#include "io/listing.h"
#include "io/object_set.h"

namespace otomo::io {

// A part of a large object; the unit that is fetched, kept and tried again.
inline constexpr std::size_t kS3PartBytes = std::size_t{8} * 1024 * 1024;

// What S3 says of an object beside its bytes; "" where it says nothing.
struct ObjectFacts {
  std::string etag;
  std::string version_id;
  std::string content_type;
  std::string content_encoding;
  std::string storage_class;  // "": STANDARD
  std::string encryption;     // "AES256", "aws:kms", …
  std::string kms_key_id;
  std::string checksum_type;                                   // "FULL_OBJECT", "COMPOSITE"
  std::vector<StatedChecksum> checksums;                       // of the whole object
  std::vector<std::pair<std::string, std::string>> user_data;  // x-amz-meta-*, without that
};

// Bytes of an object in S3. Where they came in one answer that states checksums, they are checked before any is given.
class S3Bytes : public ByteSource {
 public:
  // As the answer to the first part says. REQUIRES: read() has given something.
  virtual ObjectFacts facts() const = 0;
};

// As S3 says when it is asked for no bytes, but for the checksums. REQUIRES: an object in S3.
Result<ObjectFacts> ask_facts(const Listing& listing, const Object& object);

// How many it takes to read the object whole.
std::uint64_t requests_to_read(const Object& object);
// Where AWS keeps its bucket; nullopt: it is no object in S3, or of another S3 than AWS's.
std::optional<std::string> aws_region_of(const Listing& listing, const Object& object);

class S3ReadAhead {
 public:
  // `objects` of the listing will be opened, in their order; those that are no S3 objects are passed over. The listing
  // must live as long. At most `bytes_max` are kept beside the part that each reader waits for.
  static std::unique_ptr<S3ReadAhead> make(const Listing& listing, ObjectSet objects, std::size_t bytes_max,
                                           std::function<bool()> interrupted);
  virtual ~S3ReadAhead() = default;

  // Opens object `number` of the listing. Any thread; the source may be used by one at a time. REQUIRES: in S3.
  virtual Result<std::unique_ptr<S3Bytes>> open(std::uint32_t number, const Object& object) = 0;
};

// One object alone, wherever it lies. REQUIRES: no pipe; the listing lives as long as what is opened.
Result<std::unique_ptr<ByteSource>> open_object(const Listing& listing, const Object& object);
// Any part of it; in S3 by one request each.
Result<std::unique_ptr<RandomAccess>> open_object_at(const Listing& listing, const Object& object);

}  // namespace otomo::io
