// SPDX-License-Identifier: Apache-2.0
//
// From what the user, the environment and AWS's own files say to a client that can ask S3.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "aws/credentials.h"
#include "aws/s3_client.h"
#include "base/result.h"

namespace otomo::io {

// What the user said; "" where nothing was said: then the environment and the profile decide, as for AWS's own tools.
struct S3Settings {
  std::string profile;
  std::string region;
  std::string endpoint_url;
  std::string role_arn;
  std::string external_id;
  bool anonymous = false;  // requests are not signed
  bool requester_pays = false;

  bool operator==(const S3Settings&) const = default;
};

struct S3Surroundings {
  aws::Environment environment;
  std::function<std::string(const std::string& device)> mfa_code;
};

// Errors: no credentials, a profile that does not exist, an endpoint that is no URL.
Result<std::shared_ptr<aws::S3Client>> connect_s3(const S3Settings& settings, const S3Surroundings& surroundings);

}  // namespace otomo::io
