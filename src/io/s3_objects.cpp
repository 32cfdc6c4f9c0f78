// SPDX-License-Identifier: Apache-2.0
#include "io/s3_objects.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "aws/s3_client.h"
#include "io/s3_listing.h"

namespace otomo::io {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRequestsFirst = 16;  // at once; grows while S3 bears it
constexpr std::size_t kRequestsMax = 64;
constexpr std::size_t kPartsAhead = 4;                           // of an object that is being read
constexpr std::size_t kSpareBytesMin = 512 * 1024;               // smaller ones are cheap to allocate
constexpr auto kSlowDownPause = std::chrono::milliseconds(500);  // one storm halves the number once

struct Range {
  std::uint64_t offset = 0;
  std::size_t size_bytes = 0;
  bool whole = false;  // it is the whole object: no range is said
};

aws::S3Request request_of(const Object& object, const Range& range) {
  const S3Url url = *parse_s3_url(object.path);
  aws::S3Request request;
  request.bucket = url.bucket;
  request.key = url.key;
  request.body_bytes = range.size_bytes;
  request.body_bytes_max = range.size_bytes + 1;
  if (range.whole) {
    request.headers.push_back({"x-amz-checksum-mode", "ENABLED"});
  } else {
    request.headers.push_back({"range", fmt::format("bytes={}-{}", range.offset, range.offset + range.size_bytes - 1)});
  }
  if (!object.etag.empty()) request.headers.push_back({"if-match", object.etag});
  return request;
}

ObjectFacts facts_of(const std::vector<net::Header>& headers) {
  constexpr std::string_view kMeta = "x-amz-meta-";
  constexpr std::string_view kChecksum = "x-amz-checksum-";
  ObjectFacts facts;
  for (const auto& [name, value] : headers) {
    if (name == "etag") facts.etag = value;
    if (name == "x-amz-version-id") facts.version_id = value;
    if (name == "content-type") facts.content_type = value;
    if (name == "content-encoding") facts.content_encoding = value;
    if (name == "x-amz-storage-class") facts.storage_class = value;
    if (name == "x-amz-server-side-encryption") facts.encryption = value;
    if (name == "x-amz-server-side-encryption-aws-kms-key-id") facts.kms_key_id = value;
    if (name == "x-amz-checksum-type") {
      facts.checksum_type = value;
    } else if (name.starts_with(kChecksum)) {
      std::string algorithm = name.substr(kChecksum.size());
      std::transform(algorithm.begin(), algorithm.end(), algorithm.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
      facts.checksums.push_back({std::move(algorithm), value, value.contains('-')});
    }
    if (name.starts_with(kMeta)) facts.user_data.emplace_back(name.substr(kMeta.size()), value);
  }
  for (StatedChecksum& checksum : facts.checksums) {
    checksum.of_parts = checksum.of_parts || facts.checksum_type == "COMPOSITE";
  }
  return facts;
}

std::optional<Error> closed_to_reading(const Object& object) {
  if (!object.is_archived) return std::nullopt;
  return Error{ErrorKind::kWorld,
               object.path + ": it lies in Glacier",
               "restore it first (aws s3api restore-object), or leave it out",
               {}};
}

class NoBytes final : public S3Bytes {
 public:
  Result<std::size_t> read(std::span<char> /*out*/) override { return 0; }
  ObjectFacts facts() const override { return {}; }
};

struct Part {
  Range range;
  bool begun = false;
  bool ended = false;
  bool checked = false;
  std::string bytes;
  std::vector<net::Header> headers;
  std::optional<Error> failure;
};

struct Fetch {
  Object object;
  std::deque<Part> parts;     // those before are used up
  std::uint64_t planned = 0;  // bytes that parts were made for
  bool opened = false;
  std::vector<net::Header> headers;  // of the first part; of its reader alone
};

class ReadAhead final : public S3ReadAhead, public std::enable_shared_from_this<ReadAhead> {
 public:
  ReadAhead(const Listing& listing, ObjectSet objects, std::size_t bytes_max, std::function<bool()> interrupted)
      : listing_(listing),
        bytes_max_(bytes_max),
        interrupted_(std::move(interrupted)),
        planned_(std::move(objects)),
        cursor_(listing.objects) {}

  Result<std::unique_ptr<S3Bytes>> open(std::uint32_t number, const Object& object) override;

  Result<std::size_t> read(const std::shared_ptr<Fetch>& holder, std::size_t& used, std::span<char> out) {
    Fetch& fetch = *holder;
    std::unique_lock lock(mutex_);
    if (fetch.parts.empty()) add_part(fetch);
    if (fetch.parts.empty()) return 0;
    Part& part = fetch.parts.front();
    if (!part.begun) begin(holder, part, lock);  // whatever is kept: somebody waits for it
    while (!part.ended) {
      changed_.wait_for(lock, std::chrono::milliseconds(100));
      if (!part.ended && interrupted_ && interrupted_()) return interrupted_error();
    }
    if (part.failure) return std::unexpected(*part.failure);
    const std::size_t count = std::min(out.size(), part.bytes.size() - used);
    lock.unlock();
    if (!part.checked) {
      part.checked = true;
      if (part.range.offset == 0) fetch.headers = std::move(part.headers);
      if (auto fine = check(fetch, part); !fine) {
        part.failure = fine.error();
        return std::unexpected(std::move(fine.error()));
      }
    }
    std::memcpy(out.data(), part.bytes.data() + used, count);
    used += count;
    if (used == part.bytes.size()) {
      lock.lock();
      kept_bytes_ -= part.range.size_bytes;
      if (part.bytes.size() >= kSpareBytesMin && spare_.size() < kPartsAhead) spare_.push_back(std::move(part.bytes));
      fetch.parts.pop_front();
      used = 0;
      issue(lock);
    }
    return count;
  }

  void close(std::uint32_t number, Fetch& fetch) {
    std::unique_lock lock(mutex_);
    for (const Part& part : fetch.parts) {
      if (part.begun) kept_bytes_ -= part.range.size_bytes;
    }
    fetch.parts.clear();
    fetches_.erase(number);
    issue(lock);
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    planned_ = {};
    fetches_.clear();
  }

 private:
  static Result<void> check(const Fetch& fetch, const Part& part) {
    if (!part.range.whole) return {};
    ChecksumCheck sums(facts_of(fetch.headers).checksums);
    sums.add(part.bytes);
    return sums.finish(fetch.object.path);
  }

  static bool add_part(Fetch& fetch) {
    const std::uint64_t size = fetch.object.size_bytes;
    if (fetch.planned >= size) return false;
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(kS3PartBytes, size - fetch.planned));
    Part& part = fetch.parts.emplace_back();
    part.range = {fetch.planned, bytes, bytes == size};
    fetch.planned += bytes;
    return true;
  }

  // Starts what there is room for: first what is being read, then what comes next.
  void issue(std::unique_lock<std::mutex>& lock) {
    for (auto& [object, fetch] : fetches_) {
      if (!fetch->opened) continue;
      while (fetch->parts.size() < kPartsAhead && has_room(kS3PartBytes) && add_part(*fetch)) {
      }
      for (Part& part : fetch->parts) {
        if (part.begun) continue;
        if (!has_room(part.range.size_bytes)) return;
        begin(fetch, part, lock);
        return issue(lock);  // the lock was free meanwhile
      }
    }
    while ((next_ = planned_.next(next_)) != planned_.end()) {
      const Object& object = cursor_.at(next_);
      if (!object.is_s3() || object.size_bytes == 0 || object.is_archived) {
        planned_.remove(next_);
        continue;
      }
      if (!has_room(static_cast<std::size_t>(std::min<std::uint64_t>(object.size_bytes, kS3PartBytes)))) return;
      const auto fetch = std::make_shared<Fetch>();
      fetch->object = object;
      planned_.remove(next_);
      fetches_.emplace(static_cast<std::uint32_t>(next_), fetch);
      add_part(*fetch);
      begin(fetch, fetch->parts.front(), lock);
    }
  }

  bool has_room(std::size_t bytes) const {
    return !stopped_ && in_flight_ < limit_ && (kept_bytes_ + bytes <= bytes_max_ || kept_bytes_ == 0);
  }

  // The lock is free while the request is signed.
  void begin(const std::shared_ptr<Fetch>& holder, Part& part, std::unique_lock<std::mutex>& lock) {
    part.begun = true;
    ++in_flight_;
    kept_bytes_ += part.range.size_bytes;
    const auto client = listing_.s3_of(holder->object);
    const std::uint64_t offset = part.range.offset;
    const Range range = part.range;
    std::string buffer;
    if (range.size_bytes >= kSpareBytesMin && !spare_.empty()) {
      buffer = std::move(spare_.back());
      spare_.pop_back();
    }
    lock.unlock();
    aws::S3Request request = request_of(holder->object, range);
    request.response_buffer = std::move(buffer);
    request.slowed_down = [self = weak_from_this()] {
      if (const auto alive = self.lock()) alive->slow_down();
    };
    client->start(std::move(request), [self = weak_from_this(), holder, offset](aws::S3Outcome outcome) {
      if (const auto alive = self.lock()) alive->take(*holder, offset, std::move(outcome));
    });
    lock.lock();
  }

  void slow_down() {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (now - slowed_at_ < kSlowDownPause) return;
    slowed_at_ = now;
    limit_ = std::max<std::size_t>(1, limit_ / 2);
  }

  void take(Fetch& fetch, std::uint64_t offset, aws::S3Outcome outcome) {
    std::unique_lock lock(mutex_);
    --in_flight_;
    if (outcome && ++answered_ % limit_ == 0) limit_ = std::min(kRequestsMax, limit_ + 1);
    const auto part =
        std::find_if(fetch.parts.begin(), fetch.parts.end(), [&](const Part& p) { return p.range.offset == offset; });
    if (part != fetch.parts.end()) {  // else it was closed meanwhile
      part->ended = true;
      if (outcome) {
        part->bytes = std::move(outcome->body);
        part->headers = std::move(outcome->headers);
      } else {
        part->failure = std::move(outcome.error().error);
      }
    }
    issue(lock);
    changed_.notify_all();
  }

  const Listing& listing_;
  const std::size_t bytes_max_;
  const std::function<bool()> interrupted_;
  std::mutex mutex_;
  std::condition_variable changed_;
  ObjectSet planned_;  // that nobody has begun to fetch
  ObjectCursor cursor_;
  std::size_t next_ = 0;                                     // no number in planned_ is smaller
  std::map<std::uint32_t, std::shared_ptr<Fetch>> fetches_;  // in the order of objects
  std::size_t kept_bytes_ = 0;                               // of parts that were begun and are not used up
  std::vector<std::string> spare_;                           // memory of parts that are used up, for the next
  std::size_t in_flight_ = 0;
  std::size_t limit_ = kRequestsFirst;
  std::size_t answered_ = 0;
  Clock::time_point slowed_at_{};
  bool stopped_ = false;
};

class S3Source final : public S3Bytes {
 public:
  S3Source(std::shared_ptr<ReadAhead> ahead, std::uint32_t number, std::shared_ptr<Fetch> fetch)
      : ahead_(std::move(ahead)), number_(number), fetch_(std::move(fetch)) {}
  ~S3Source() override { ahead_->close(number_, *fetch_); }

  Result<std::size_t> read(std::span<char> out) override { return ahead_->read(fetch_, used_, out); }
  ObjectFacts facts() const override { return facts_of(fetch_->headers); }

 private:
  std::shared_ptr<ReadAhead> ahead_;
  std::uint32_t number_;
  std::shared_ptr<Fetch> fetch_;
  std::size_t used_ = 0;  // of the first part
};

Result<std::unique_ptr<S3Bytes>> ReadAhead::open(std::uint32_t number, const Object& object) {
  if (auto closed = closed_to_reading(object)) return std::unexpected(std::move(*closed));
  if (object.size_bytes == 0) return std::make_unique<NoBytes>();
  std::unique_lock lock(mutex_);
  auto& fetch = fetches_[number];
  if (fetch == nullptr) {
    fetch = std::make_shared<Fetch>();
    fetch->object = object;
    planned_.remove(number);
  }
  fetch->opened = true;
  auto source = std::make_unique<S3Source>(shared_from_this(), number, fetch);
  issue(lock);
  return source;
}

class S3At final : public RandomAccess {
 public:
  S3At(std::shared_ptr<aws::S3Client> client, Object object) : client_(std::move(client)), object_(std::move(object)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
    if (offset >= object_.size_bytes || out.empty()) return 0;
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), object_.size_bytes - offset));
    auto answer = client_->send(request_of(object_, {offset, bytes, false}));
    if (!answer) return std::unexpected(std::move(answer.error().error));
    std::memcpy(out.data(), answer->body.data(), bytes);
    return bytes;
  }

 private:
  const std::shared_ptr<aws::S3Client> client_;
  const Object object_;
};

// What Scan holds: taking it down leaves requests on their way without anybody to tell.
class Holder final : public S3ReadAhead {
 public:
  explicit Holder(std::shared_ptr<ReadAhead> ahead) : ahead_(std::move(ahead)) {}
  ~Holder() override { ahead_->stop(); }
  Result<std::unique_ptr<S3Bytes>> open(std::uint32_t number, const Object& object) override {
    return ahead_->open(number, object);
  }

 private:
  std::shared_ptr<ReadAhead> ahead_;
};

}  // namespace

std::unique_ptr<S3ReadAhead> S3ReadAhead::make(const Listing& listing, ObjectSet objects, std::size_t bytes_max,
                                               std::function<bool()> interrupted) {
  return std::make_unique<Holder>(
      std::make_shared<ReadAhead>(listing, std::move(objects), bytes_max, std::move(interrupted)));
}

std::uint64_t requests_to_read(const Object& object) { return (object.size_bytes + kS3PartBytes - 1) / kS3PartBytes; }

std::optional<std::string> aws_region_of(const Listing& listing, const Object& object) {
  const auto client = listing.s3_of(object);
  if (client == nullptr || !client->options().endpoint_url.empty()) return std::nullopt;
  return client->region_of(parse_s3_url(object.path)->bucket);
}

Result<ObjectFacts> ask_facts(const Listing& listing, const Object& object) {
  if (auto closed = closed_to_reading(object)) return std::unexpected(std::move(*closed));
  aws::S3Request request = request_of(object, {0, 0, true});
  request.method = "HEAD";
  auto answer = listing.s3_of(object)->send(std::move(request));
  if (!answer) return std::unexpected(std::move(answer.error().error));
  return facts_of(answer->headers);
}

Result<std::unique_ptr<ByteSource>> open_object(const Listing& listing, const Object& object) {
  if (!object.is_s3()) return FileOpener().open(object.path, object.size_bytes);
  return std::make_shared<ReadAhead>(listing, ObjectSet(), kPartsAhead * kS3PartBytes, nullptr)->open(0, object);
}

Result<std::unique_ptr<RandomAccess>> open_object_at(const Listing& listing, const Object& object) {
  if (!object.is_s3()) return open_file_at(object.path);
  if (auto closed = closed_to_reading(object)) return std::unexpected(std::move(*closed));
  return std::make_unique<S3At>(listing.s3_of(object), object);
}

}  // namespace otomo::io
