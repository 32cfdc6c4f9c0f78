// SPDX-License-Identifier: Apache-2.0
//
// An object in S3 that is written as a stream, and is there whole or not at all. One thread, but for discard().
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/s3_connection.h"

namespace otomo::io {

struct WriteSettings {
  bool overwrite = false;  // else only where there is no object of that key
  std::string if_match;    // only where the object there has this ETag
  std::string content_type;
  std::string sse;  // "": as the bucket says
  std::string sse_kms_key_id;
};

class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;  // what was not finished is discarded
  virtual Result<void> write(std::string_view bytes) = 0;
  virtual Result<void> finish() = 0;
  // Nothing of it is left. Any thread; does nothing behind finish().
  virtual void discard() = 0;
};

// Errors: kUsage, a URL that names no object; kWorld, no access, or there is such an object already.
Result<std::unique_ptr<ObjectWriter>> open_object_writer(const std::string& url, const S3Settings& s3,
                                                         const S3Surroundings& surroundings,
                                                         const WriteSettings& settings);

}  // namespace otomo::io
