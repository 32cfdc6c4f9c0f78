// SPDX-License-Identifier: Apache-2.0
#include "aws/s3_upload.h"

#include <fmt/format.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <pugixml.hpp>
#include <random>
#include <utility>

namespace otomo::aws {

namespace {

constexpr const char* kMarkHeader = "x-amz-meta-otomo-upload";
constexpr unsigned kCompleteAttemptsMax = 5;
constexpr auto kAbortPatience = std::chrono::seconds(10);  // for parts that are on their way

std::string random_mark() {
  std::random_device random;
  std::string mark;
  for (int i = 0; i < 4; ++i) mark += fmt::format("{:08x}", random());
  return mark;
}

// The root's name, and a child's text. `xml` is an answer of S3.
struct Told {
  std::string root;
  std::string text;
};

Told told_by(const std::string& xml, const char* child) {
  pugi::xml_document document;
  document.load_buffer(xml.data(), xml.size());
  const pugi::xml_node root = document.document_element();
  return {root.name(), root.child_value(child)};
}

}  // namespace

struct S3Upload::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::string upload_id;  // "": no parts were begun
  std::size_t in_flight = 0;
  std::map<std::size_t, std::string> etags;  // by the parts' numbers
  std::optional<Error> failure;
  bool ended = false;  // finished, or being aborted
  bool aborted = false;
};

S3Upload::S3Upload(std::shared_ptr<S3Client> client, std::string bucket, std::string key, UploadOptions options)
    : client_(std::move(client)),
      bucket_(std::move(bucket)),
      key_(std::move(key)),
      options_(std::move(options)),
      mark_(random_mark()),
      shared_(std::make_shared<Shared>()) {}

S3Upload::~S3Upload() { abort(); }

S3Request S3Upload::request(std::string method) const {
  S3Request request;
  request.method = std::move(method);
  request.bucket = bucket_;
  request.key = key_;
  return request;
}

void S3Upload::add_settings(S3Request& request) const {
  request.headers.push_back({kMarkHeader, mark_});
  if (!options_.content_type.empty()) request.headers.push_back({"content-type", options_.content_type});
  if (!options_.sse.empty()) request.headers.push_back({"x-amz-server-side-encryption", options_.sse});
  if (!options_.sse_kms_key_id.empty()) {
    request.headers.push_back({"x-amz-server-side-encryption-aws-kms-key-id", options_.sse_kms_key_id});
  }
}

void S3Upload::add_conditions(S3Request& request) const {
  if (!options_.if_none_match.empty()) request.headers.push_back({"if-none-match", options_.if_none_match});
  if (!options_.if_match.empty()) request.headers.push_back({"if-match", options_.if_match});
}

Result<void> S3Upload::check() {
  if (options_.if_none_match != "*") return {};
  const auto answer = client_->send(request("HEAD"));
  if (!answer && answer.error().status == 0) return std::unexpected(answer.error().error);
  // Whoever may write need not be allowed to look: then the condition alone decides.
  if (!answer) return {};
  return condition_failed();
}

Result<void> S3Upload::write(std::string_view bytes) {
  buffer_ += bytes;
  while (true) {
    const std::size_t size = kUploadPartBytes << (parts_ / kUploadPartsOfOneSize);
    if (buffer_.size() <= size) return {};  // the last part is never empty
    if (auto sent = send_part(size); !sent) return sent;
  }
}

Result<void> S3Upload::begin_parts() {
  S3Request begin = request("POST");
  begin.query = {{"uploads", ""}};
  add_settings(begin);
  const auto answer = client_->send(std::move(begin));
  if (!answer) return std::unexpected(answer.error().error);
  const std::string id = told_by(answer->body, "UploadId").text;
  if (id.empty()) {
    return world_error("s3://" + bucket_ + "/" + key_ + ": the answer to beginning an upload names none",
                       "check that the endpoint speaks S3 (--endpoint-url)");
  }
  const std::lock_guard lock(shared_->mutex);
  shared_->upload_id = id;
  return {};
}

Result<void> S3Upload::send_part(std::size_t bytes) {
  if (parts_ == 0) {
    if (auto begun = begin_parts(); !begun) return begun;
  }
  S3Request part = request("PUT");
  {
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait(
        lock, [&] { return shared_->in_flight < kUploadPartsInFlight || shared_->failure || shared_->ended; });
    if (shared_->failure) return std::unexpected(*shared_->failure);
    if (shared_->ended) return interrupted_error();
    ++shared_->in_flight;
    part.query = {{"partNumber", std::to_string(++parts_)}, {"uploadId", shared_->upload_id}};
  }
  part.body = buffer_.substr(0, bytes);
  buffer_.erase(0, bytes);
  client_->start(std::move(part), [shared = shared_, number = parts_](S3Outcome outcome) {
    const std::lock_guard lock(shared->mutex);
    --shared->in_flight;
    if (outcome) {
      shared->etags[number] = outcome->header("etag");
    } else if (!shared->failure) {
      shared->failure = std::move(outcome.error().error);
    }
    shared->changed.notify_all();
  });
  return {};
}

Result<void> S3Upload::finish() {
  if (parts_ == 0) {
    S3Request put = request("PUT");
    put.body = std::move(buffer_);
    add_settings(put);
    add_conditions(put);
    const auto answer = client_->send(std::move(put));
    end();
    if (!answer) return settled(answer.error());
    return {};
  }
  if (auto sent = send_part(buffer_.size()); !sent) return sent;
  {
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait(lock, [&] { return shared_->in_flight == 0 || shared_->failure || shared_->ended; });
    if (shared_->failure) return std::unexpected(*shared_->failure);
    if (shared_->ended) return interrupted_error();
  }
  return complete();
}

Result<void> S3Upload::complete() {
  S3Request request = this->request("POST");
  request.query = {{"uploadId", shared_->upload_id}};
  add_conditions(request);
  request.body = "<CompleteMultipartUpload>";
  for (const auto& [number, etag] : shared_->etags) {
    request.body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", number, etag);
  }
  request.body += "</CompleteMultipartUpload>";
  S3Failure failure;
  for (unsigned attempt = 0; attempt < kCompleteAttemptsMax; ++attempt) {
    const auto answer = client_->send(request);
    if (answer) {
      // The status comes before the work is done: what went wrong then is in the body.
      const auto [root, code] = told_by(answer->body, "Code");
      if (root != "Error") {
        end();
        return {};
      }
      failure = {answer->status, code,
                 Error{ErrorKind::kWorld,
                       fmt::format("s3://{}/{}: {} ({})", bucket_, key_, told_by(answer->body, "Message").text, code),
                       "try again",
                       {}}};
      if (code != "InternalError" && code != "SlowDown" && code != "ServiceUnavailable") break;
      continue;
    }
    failure = answer.error();
    break;
  }
  if (auto done = settled(failure); !done) return done;
  end();
  return {};
}

void S3Upload::end() {
  const std::lock_guard lock(shared_->mutex);
  shared_->ended = true;
  shared_->aborted = true;
}

bool S3Upload::is_mine() {
  const auto answer = client_->send(request("HEAD"));
  return answer && answer->header(kMarkHeader) == mark_;
}

// A request may have been carried out before the one whose failure is told: libcurl, too, sends one again where a
// connection that was kept turns out to be closed.
Result<void> S3Upload::settled(const S3Failure& failure) {
  if (is_mine()) return {};
  return failure.status == 412 ? condition_failed() : std::unexpected(failure.error);
}

Result<void> S3Upload::condition_failed() const {
  const std::string url = "s3://" + bucket_ + "/" + key_;
  if (options_.if_none_match.empty()) {
    return world_error(url + ": the object there is another one than was expected", "look at it, and try again");
  }
  return world_error(url + ": there is such an object already", "--overwrite replaces it, or write to another key");
}

void S3Upload::abort() {
  std::unique_lock lock(shared_->mutex);
  const auto has_ended = [&] { return shared_->aborted; };
  if (shared_->ended) {
    shared_->changed.wait_for(lock, kAbortPatience, has_ended);
    return;
  }
  shared_->ended = true;
  shared_->changed.notify_all();
  if (!shared_->upload_id.empty()) {
    // A part that arrives behind the abort would be kept, and paid for.
    shared_->changed.wait_for(lock, kAbortPatience, [&] { return shared_->in_flight == 0; });
    S3Request request = this->request("DELETE");
    request.query = {{"uploadId", shared_->upload_id}};
    lock.unlock();
    (void)client_->send(std::move(request));
    lock.lock();
  }
  shared_->aborted = true;
  shared_->changed.notify_all();
}

}  // namespace otomo::aws
