// SPDX-License-Identifier: Apache-2.0
//
// AWS Signature Version 4, in the header's form.
//
//   authorization  = "AWS4-HMAC-SHA256 Credential=" key-id "/" scope ", SignedHeaders=" names ", Signature=" hex
//   scope          = YYYYMMDD "/" region "/" service "/aws4_request"
//   string-to-sign = "AWS4-HMAC-SHA256" LF time LF scope LF hex(sha256(canonical))
//   canonical      = method LF path LF query LF *( name ":" value LF ) LF names LF payload-hash
//   path           = percent-encoded once for S3, twice and without "." and ".." for all others
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read November 2026).
// Pure. Any thread. REQUIRES: load_digests().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"

namespace otomo::aws {

struct AccessKey {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // "" for a long-lived key
};

// The hash of a body that is not signed (S3 over TLS), and that of no body.
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view kEmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// All bytes but letters, digits and -._~ are encoded, with upper-case digits; '/' is kept where `path` is.
enum class UriPart : std::uint8_t { kPath, kQuery };
std::string uri_encoded(std::string_view text, UriPart part);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;  // not encoded

struct SigningInput {
  std::string_view method;
  std::string_view host;                              // with its port, where the URL has one
  std::string_view path;                              // as in the URL: encoded, and begins with '/'
  const QueryParameters* query = nullptr;             // in any order
  const std::vector<net::Header>* headers = nullptr;  // more headers; all are signed
  std::string_view payload_hash;                      // of the body, or kUnsignedPayload
  std::string_view region;
  std::string_view service;
  std::int64_t now_s = 0;
};

// The headers that make the request a signed one: host, x-amz-date, x-amz-content-sha256 (S3 alone),
// x-amz-security-token, authorization.
std::vector<net::Header> signed_headers(const SigningInput& input, const AccessKey& key);

// "a=b&c=" in the order of signing, encoded.
std::string canonical_query(const QueryParameters& query);

}  // namespace otomo::aws
