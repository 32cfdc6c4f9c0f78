// SPDX-License-Identifier: Apache-2.0
//
// Requests to S3, signed, tried again where that is safe, and led to the bucket's own Region. Any thread may send; the
// answers come on the HTTP client's thread.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (read November 2026).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/credentials.h"
#include "aws/sigv4.h"
#include "base/result.h"
#include "net/http.h"

namespace otomo::aws {

enum class Addressing : std::uint8_t {
  kAuto,     // the host names the bucket, but for endpoints of one's own and names with dots
  kPath,     // the path does
  kVirtual,  // the host does, always
};

struct S3Options {
  std::string region;        // where requests start; a bucket elsewhere tells
  std::string endpoint_url;  // "": AWS's
  Addressing addressing = Addressing::kAuto;
  bool requester_pays = false;
  // How often a request is sent at most. A storm of errors passes; a server that does not answer is given up sooner.
  unsigned attempts_max = 10;
  unsigned silent_attempts_max = 3;
};

struct S3Request {
  std::string method = "GET";
  std::string bucket;
  std::string key;  // "": the bucket itself
  QueryParameters query;
  std::vector<net::Header> headers;
  std::string body;
  std::optional<std::size_t> body_bytes;  // that the answer must have; another number is a broken answer
  std::size_t body_bytes_max = std::size_t{1} << 30U;
  std::string response_buffer;        // as of net::HttpRequest
  std::function<void()> slowed_down;  // S3 asked for fewer requests, or failed; on the HTTP client's thread
};

struct S3Failure {
  int status = 0;    // 0: no answer
  std::string code;  // S3's word: "NoSuchKey"; "" where there is none
  Error error;       // for people, with what to do
};

using S3Outcome = std::expected<net::HttpResponse, S3Failure>;

class S3Client : public std::enable_shared_from_this<S3Client> {
 public:
  // `credentials` nullptr: requests are not signed. REQUIRES: held by a std::shared_ptr. Taken down with requests on
  // their way, also from within an answer, those end as failures.
  S3Client(std::shared_ptr<net::HttpClient> http, std::shared_ptr<CredentialsCache> credentials, S3Options options);

  const S3Options& options() const { return options_; }

  // Where the bucket is, as far as is known.
  std::string region_of(const std::string& bucket);

  // `done` is called once, on the HTTP client's thread, and must not block.
  void start(S3Request request, std::function<void(S3Outcome)> done);
  // Waits. REQUIRES: not the HTTP client's thread.
  S3Outcome send(S3Request request);

 private:
  struct Call;

  void attempt(const std::shared_ptr<Call>& call);
  void answered(const std::shared_ptr<Call>& call, net::HttpOutcome outcome);
  void try_again(const std::shared_ptr<Call>& call);
  bool follow_region(const Call& call, const net::HttpResponse& response, const std::string& region_in_body);

  std::shared_ptr<net::HttpClient> http_;
  std::shared_ptr<CredentialsCache> credentials_;
  const S3Options options_;
  std::mutex mutex_;
  std::map<std::string, std::string> regions_;  // of buckets that told
};

}  // namespace otomo::aws
