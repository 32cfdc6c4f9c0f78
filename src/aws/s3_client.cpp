// SPDX-License-Identifier: Apache-2.0
#include "aws/s3_client.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <ctime>
#include <pugixml.hpp>
#include <random>

#include <fmt/format.h>

#include "aws/digest.h"
#include "aws/sts.h"

namespace otomo::aws {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kPauseMax{20'000};
constexpr unsigned kRedirectsMax = 3;
constexpr unsigned kRenewalsMax = 3;

// "Full jitter": from nothing to twice as long as before.
milliseconds pause_before(unsigned attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const milliseconds most = std::min(kPauseMax, kFirstPause * (1 << std::min(attempt, 10U)));
  return milliseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random));
}

// Buckets whose name is no host's label: over TLS a name with dots fits no certificate.
bool fits_host(const std::string& bucket) {
  return bucket.size() >= 3 && bucket.size() <= 63 && std::all_of(bucket.begin(), bucket.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

struct Target {
  std::string origin;  // "https://host:port"
  std::string host;
  std::string path;  // encoded
};

Target target_of(const S3Options& options, const std::string& region, const S3Request& request) {
  std::string scheme = "https://";
  std::string host = fmt::format("s3.{}.{}", region, domain_of(region));
  std::string before;
  if (!options.endpoint_url.empty()) {
    const std::size_t end = options.endpoint_url.find("://");
    scheme = options.endpoint_url.substr(0, end + 3);
    host = options.endpoint_url.substr(end + 3);
    if (const std::size_t slash = host.find('/'); slash != std::string::npos) {
      before = host.substr(slash);
      host.resize(slash);
      while (before.ends_with('/')) before.pop_back();
    }
  }
  const bool in_host =
      !request.bucket.empty() &&
      (options.addressing == Addressing::kVirtual ||
       (options.addressing == Addressing::kAuto && options.endpoint_url.empty() && fits_host(request.bucket)));
  Target target;
  target.host = in_host ? request.bucket + "." + host : host;
  target.origin = scheme + target.host;
  target.path = before + "/";
  if (!in_host && !request.bucket.empty()) {
    target.path += uri_encoded(request.bucket, UriPart::kPath);
    if (!request.key.empty()) target.path += '/';
  }
  target.path += uri_encoded(request.key, UriPart::kPath);
  return target;
}

struct Told {
  std::string code;
  std::string message;
  std::string region;
  std::string server_time;
};

Told told_by(const std::string& body) {
  pugi::xml_document document;
  document.load_buffer(body.data(), body.size());
  const pugi::xml_node error = document.child("Error");
  return {error.child_value("Code"), error.child_value("Message"), error.child_value("Region"),
          error.child_value("ServerTime")};
}

bool is_worth_another_try(int status, const std::string& code) {
  constexpr std::array<std::string_view, 7> kPassing = {
      "SlowDown",         "InternalError", "ServiceUnavailable",        "RequestTimeout",
      "OperationAborted", "Throttling",    "ConditionalRequestConflict"};
  if (status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504)) return true;
  return std::find(kPassing.begin(), kPassing.end(), code) != kPassing.end();
}

struct Advice {
  const char* code;
  const char* hint;
};

constexpr Advice kAdvice[] = {
    {"AccessDenied",
     "the identity needs s3:GetObject and s3:ListBucket there (and kms:Decrypt for KMS keys); which one "
     "is used: otomo config show, aws sts get-caller-identity"},
    {"InvalidAccessKeyId",
     "the access key does not exist there: check --profile and AWS_ACCESS_KEY_ID, and --endpoint-url"},
    {"XAdminUserNotFound",  // versitygw's word
     "the access key does not exist there: check --profile and AWS_ACCESS_KEY_ID, and --endpoint-url"},
    {"SignatureDoesNotMatch", "the secret access key is wrong: check --profile and AWS_SECRET_ACCESS_KEY"},
    {"ExpiredToken", "the credentials have expired: sign in anew (aws sso login), or get new ones"},
    {"InvalidToken", "the session token is wrong: check AWS_SESSION_TOKEN, or unset it"},
    {"NoSuchBucket", "check the bucket's name, and --endpoint-url; all buckets: aws s3 ls"},
    {"RequestTimeTooSkewed", "this machine's clock is wrong: set it (timedatectl set-ntp true)"},
    {"InvalidObjectState", "it lies in Glacier: restore it first (aws s3api restore-object)"},
    {"NoSuchKey", "it is gone since it was listed: ask again"},
    {"PermanentRedirect", "the bucket is in another Region, and the endpoint does not say which: --region"},
    {"AllAccessDisabled", "the bucket is closed to everybody"},
};

constexpr const char* kWriteAdvice =
    "the identity needs s3:PutObject and s3:AbortMultipartUpload there (and kms:GenerateDataKey for KMS keys); which "
    "one "
    "is used: otomo config show, aws sts get-caller-identity";

std::string hint_of(const std::string& code, int status, const std::string& method) {
  const bool writes = method != "GET" && method != "HEAD";
  if (writes && (code == "AccessDenied" || (code.empty() && status == 403))) return kWriteAdvice;
  for (const Advice& advice : kAdvice) {
    if (code == advice.code) return advice.hint;
  }
  if (status == 403) return kAdvice[0].hint;
  return {};
}

std::string place_of(const S3Request& request) {
  return "s3://" + request.bucket + (request.key.empty() ? "" : "/" + request.key);
}

S3Failure changed(const S3Request& request, int status) {
  return {status, "",
          Error{ErrorKind::kWorld, place_of(request) + ": it was changed after it was listed", "ask again", {}}};
}

// Another number of bytes than was listed.
S3Failure not_as_listed(const S3Request& request, int status) {
  const bool wants_part = std::ranges::any_of(request.headers, [](const auto& h) { return h.name == "range"; });
  if (!wants_part || status != 200) return changed(request, status);
  return {status, "",
          Error{ErrorKind::kWorld,
                place_of(request) + ": the server sends the whole object where a part of it was asked for",
                "large objects can be read only from a server that knows the header Range",
                {}}};
}

S3Failure failure_of(const S3Request& request, int status, const Told& told) {
  if (status == 412 && (request.method == "GET" || request.method == "HEAD")) return changed(request, status);
  const std::string place = place_of(request);
  std::string said = told.message;
  if (said.empty() && status == 404) said = request.key.empty() ? "no such bucket" : "no such object";
  if (said.empty() && status == 403) said = "access denied";
  if (said.empty()) said = fmt::format("status {}", status);
  std::string text = fmt::format("{}: {}", place, said);
  if (!told.code.empty()) text += fmt::format(" ({})", told.code);
  if (told.code == "RequestTimeTooSkewed" && !told.server_time.empty()) text += ", S3's time is " + told.server_time;
  return {status, told.code, Error{ErrorKind::kWorld, std::move(text), hint_of(told.code, status, request.method), {}}};
}

}  // namespace

struct S3Client::Call {
  S3Request request;
  std::function<void(S3Outcome)> done;
  std::string region;                              // that was tried last
  std::shared_ptr<const Credentials> credentials;  // the same
  unsigned attempts = 0;
  unsigned silent = 0;  // attempts without an answer
  unsigned redirects = 0;
  unsigned renewals = 0;
};

S3Client::S3Client(std::shared_ptr<net::HttpClient> http, std::shared_ptr<CredentialsCache> credentials,
                   S3Options options)
    : http_(std::move(http)), credentials_(std::move(credentials)), options_(std::move(options)) {}

std::string S3Client::region_of(const std::string& bucket) {
  const std::lock_guard lock(mutex_);
  const auto found = regions_.find(bucket);
  if (found != regions_.end()) return found->second;
  return options_.region.empty() ? "us-east-1" : options_.region;
}

void S3Client::start(S3Request request, std::function<void(S3Outcome)> done) {
  auto call = std::make_shared<Call>();
  call->request = std::move(request);
  call->done = std::move(done);
  attempt(call);
}

S3Outcome S3Client::send(S3Request request) {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<S3Outcome> outcome;
  start(std::move(request), [&](S3Outcome got) {
    const std::lock_guard lock(mutex);
    outcome = std::move(got);
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return outcome.has_value(); });
  return std::move(*outcome);
}

void S3Client::attempt(const std::shared_ptr<Call>& call) {
  const S3Request& request = call->request;
  ++call->attempts;
  call->region = region_of(request.bucket);
  const Target target = target_of(options_, call->region, request);
  net::HttpRequest out;
  out.method = request.method;
  out.url = target.origin + target.path;
  if (const std::string query = canonical_query(request.query); !query.empty()) out.url += "?" + query;
  out.headers = request.headers;
  if (options_.requester_pays) out.headers.push_back({"x-amz-request-payer", "requester"});
  out.body = request.body;
  out.body_bytes_expected = request.body_bytes.value_or(0);
  out.body_bytes_max = request.body_bytes_max;
  out.response_buffer = std::exchange(call->request.response_buffer, {});
  if (call->attempts > 1 && call->redirects + call->renewals + 1 != call->attempts) {
    out.not_before = std::chrono::steady_clock::now() + pause_before(call->attempts - 1);
  } else if (call->renewals > 0) {
    out.not_before = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  }
  if (credentials_ != nullptr) {
    call->credentials = credentials_->current();
    const std::string payload = request.body.empty() ? std::string(kEmptyPayload) : hex(bytes_of(sha256(request.body)));
    SigningInput input;
    input.method = out.method;
    input.host = target.host;
    input.path = target.path;
    input.query = &request.query;
    input.headers = &out.headers;
    input.payload_hash = payload;
    input.region = call->region;
    input.service = "s3";
    input.now_s = std::time(nullptr);
    auto added = signed_headers(input, call->credentials->key);
    out.headers.insert(out.headers.end(), added.begin(), added.end());
  }
  http_->start(std::move(out), [self = weak_from_this(), call](net::HttpOutcome outcome) {
    if (const auto alive = self.lock()) return alive->answered(call, std::move(outcome));
    call->done(std::unexpected(S3Failure{0, "", Error{ErrorKind::kWorld, "cancelled", "", {}}}));
  });
}

void S3Client::try_again(const std::shared_ptr<Call>& call) {
  if (call->request.slowed_down) call->request.slowed_down();
  attempt(call);
}

// True: the bucket is in another Region than was thought.
bool S3Client::follow_region(const Call& call, const net::HttpResponse& response, const std::string& region_in_body) {
  std::string region(response.header("x-amz-bucket-region"));
  if (region.empty()) region = region_in_body;
  if (region.empty() || region == call.region || call.redirects >= kRedirectsMax) return false;
  const std::lock_guard lock(mutex_);
  regions_[call.request.bucket] = std::move(region);
  return true;
}

void S3Client::answered(const std::shared_ptr<Call>& call, net::HttpOutcome outcome) {
  const S3Request& request = call->request;
  net::HttpResponse& response = outcome.response;
  if (outcome.failure == net::HttpFailure::kNone && response.status >= 200 && response.status < 300) {
    const bool whole = !request.body_bytes || response.body.size() == *request.body_bytes;
    if (whole) return call->done(std::move(response));
    // All that the server wanted to send came; a body that was cut is kBroken.
    if (!response.header("content-length").empty()) {
      return call->done(std::unexpected(not_as_listed(request, response.status)));
    }
    outcome.failure = net::HttpFailure::kBroken;
    outcome.message = fmt::format("{} bytes came instead of {}", response.body.size(), *request.body_bytes);
  }
  if (outcome.failure == net::HttpFailure::kNone) {
    const Told told = told_by(response.body);
    if (follow_region(*call, response, told.region)) {
      ++call->redirects;
      return attempt(call);
    }
    if (told.code == "ExpiredToken" && credentials_ != nullptr && call->renewals < kRenewalsMax &&
        call->credentials->expires_s) {
      ++call->renewals;
      credentials_->renew(call->credentials);
      return attempt(call);
    }
    if (is_worth_another_try(response.status, told.code) && call->attempts < options_.attempts_max)
      return try_again(call);
    S3Failure failure = failure_of(request, response.status, told);
    const auto trouble = credentials_ == nullptr ? std::nullopt : credentials_->trouble();
    if (told.code == "ExpiredToken" && trouble) {
      failure.error.message += "; looking for new credentials: " + trouble->message;
      failure.error.hint = trouble->hint;
    }
    return call->done(std::unexpected(std::move(failure)));
  }
  switch (outcome.failure) {
    case net::HttpFailure::kBroken:
      if (call->attempts < options_.attempts_max) return try_again(call);
      break;
    case net::HttpFailure::kConnect:
    case net::HttpFailure::kResolve:
    case net::HttpFailure::kTimeout:
      if (++call->silent < options_.silent_attempts_max && call->attempts < options_.attempts_max)
        return try_again(call);
      break;
    case net::HttpFailure::kTooLarge:
      if (request.body_bytes && response.status < 300)
        return call->done(std::unexpected(not_as_listed(request, response.status)));
      break;
    default: break;
  }
  const Target target = target_of(options_, call->region, request);
  std::string hint = "check the network, and that the endpoint is right (--endpoint-url, AWS_ENDPOINT_URL, --region)";
  if (outcome.failure == net::HttpFailure::kTls)
    hint = "a proxy with certificates of its own: set AWS_CA_BUNDLE to its file";
  call->done(std::unexpected(
      S3Failure{0, "",
                Error{ErrorKind::kWorld,
                      fmt::format("{}: {}: {}{}", place_of(request), target.origin, outcome.message,
                                  call->attempts > 1 ? fmt::format(" (tried {} times)", call->attempts) : ""),
                      hint,
                      {}}}));
}

}  // namespace otomo::aws
