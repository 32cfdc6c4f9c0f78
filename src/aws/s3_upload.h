// SPDX-License-Identifier: Apache-2.0
//
// One object that is written to S3 as a stream: a small one by PutObject, a larger one by parts, several on their way
// at once. It is there whole, or not at all: what fails, or is given up, is aborted. A request that got no answer may
// have been carried out; a mark in the object's metadata tells then whose object it is. Only where the answer to
// beginning an upload is lost, an empty upload may be left, as nothing tells whose it is.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html, conditional-writes.html (read November 2026).
// One thread, but for abort().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "aws/s3_client.h"
#include "base/result.h"

namespace otomo::aws {

struct UploadOptions {
  std::string content_type;
  std::string if_none_match;  // "*": only where there is no object of that key
  std::string if_match;       // only where the object there has this ETag
  std::string sse;            // "AES256", "aws:kms", "aws:kms:dsse"; "": as the bucket says
  std::string sse_kms_key_id;
};

// A part; of a long object the later ones are larger, since there may be 10,000.
inline constexpr std::size_t kUploadPartBytes = std::size_t{8} * 1024 * 1024;
inline constexpr std::size_t kUploadPartsOfOneSize = 2000;
inline constexpr std::size_t kUploadPartsInFlight = 4;

class S3Upload {
 public:
  S3Upload(std::shared_ptr<S3Client> client, std::string bucket, std::string key, UploadOptions options);
  ~S3Upload();  // what was not finished is aborted
  S3Upload(const S3Upload&) = delete;
  S3Upload& operator=(const S3Upload&) = delete;

  // Errors: nobody answers, or the condition cannot hold any more; found out before the bytes are made.
  Result<void> check();
  // Waits while enough is on its way.
  Result<void> write(std::string_view bytes);
  // Errors: the object is not there, or another one is: the condition failed.
  Result<void> finish();
  // Nothing of it is left. Any thread; does nothing behind finish().
  void abort();

 private:
  struct Shared;

  S3Request request(std::string method) const;
  void add_settings(S3Request& request) const;
  void add_conditions(S3Request& request) const;
  Result<void> begin_parts();
  Result<void> send_part(std::size_t bytes);
  Result<void> complete();
  bool is_mine();
  Result<void> settled(const S3Failure& failure);
  Result<void> condition_failed() const;
  void end();  // nothing is left to abort

  const std::shared_ptr<S3Client> client_;
  const std::string bucket_;
  const std::string key_;
  const UploadOptions options_;
  const std::string mark_;
  std::string buffer_;
  std::size_t parts_ = 0;
  std::shared_ptr<Shared> shared_;
};

}  // namespace otomo::aws
