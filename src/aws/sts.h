// SPDX-License-Identifier: Apache-2.0
//
// The two calls of AWS STS that turn what one has into a role's short-lived keys.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (read November 2026).
#pragma once

#include <string>

#include "aws/credentials.h"
#include "aws/sigv4.h"
#include "base/result.h"
#include "net/http.h"

namespace otomo::aws {

struct StsEndpoint {
  std::string region;
  std::string url;  // "": AWS's own
};

struct AssumeRole {
  std::string role_arn;
  std::string external_id;  // each of these may be ""
  std::string session_name;
  std::string duration_seconds;
  std::string mfa_serial;
  std::string mfa_code;
};

// Errors: STS's own words, with what to do.
Result<Credentials> assume_role(const StsEndpoint& endpoint, const AssumeRole& role, const AccessKey& key,
                                net::HttpClient& http);
Result<Credentials> assume_role_with_web_identity(const StsEndpoint& endpoint, const std::string& role_arn,
                                                  const std::string& session_name, const std::string& token,
                                                  net::HttpClient& http);

// "amazonaws.com", or China's.
std::string domain_of(const std::string& region);

}  // namespace otomo::aws
