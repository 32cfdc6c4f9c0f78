// SPDX-License-Identifier: Apache-2.0
//
// An HTTP client with many requests in flight: one thread of its own drives all of them, connections are kept and used
// again. It knows nothing of AWS, of retries or of what a status means. Any thread may start requests.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace otomo::net {

struct Header {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // as it goes over the wire: percent-encoded
  std::vector<Header> headers;
  std::string body;
  std::string response_buffer;                         // whose memory the response's body takes: pages that are there
  std::size_t body_bytes_expected = 0;                 // of the response: room that is made at once
  std::size_t body_bytes_max = std::size_t{1} << 30U;  // more is a failure; an error's text may take 64 KiB
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{0};  // of the whole; 0: as long as bytes come
  bool direct = false;                   // past any proxy that the environment names
  std::chrono::steady_clock::time_point not_before{};
};

struct HttpResponse {
  int status = 0;
  std::vector<Header> headers;  // names in lower case
  std::string body;

  // "" where there is no such header. `name` in lower case.
  std::string_view header(std::string_view name) const;
};

enum class HttpFailure : std::uint8_t {
  kNone,
  kResolve,    // no such host
  kConnect,    // nobody answers there
  kTls,        // the certificate is not trusted, or the handshake failed
  kTimeout,    // too slow, or stalled
  kBroken,     // cut, reset, or not HTTP
  kTooLarge,   // more than body_bytes_max
  kCancelled,  // the client is being taken down
};

struct HttpOutcome {
  HttpFailure failure = HttpFailure::kNone;
  std::string message;  // of the failure, without the URL
  HttpResponse response;
};

class HttpClient {
 public:
  struct Options {
    std::size_t connections_max = 128;
    std::chrono::seconds stall_timeout{30};  // a transfer without a byte for so long is cut
    std::string ca_bundle;                   // a file of certificates; "": the system's
    std::string user_agent;
  };

  // Errors: libcurl is missing.
  static Result<std::unique_ptr<HttpClient>> make(Options options);
  virtual ~HttpClient() = default;

  // `done` is called once, on the client's thread: it may start more requests, and must not block.
  virtual void start(HttpRequest request, std::function<void(HttpOutcome)> done) = 0;

  // Waits for the answer. REQUIRES: not the client's thread.
  HttpOutcome send(HttpRequest request);
};

}  // namespace otomo::net
