// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <stop_token>
#include <thread>

#include "aws/credentials.h"

namespace otomo::aws {

namespace {

constexpr std::int64_t kRenewBeforeSeconds = 600;  // the margin that AWS's SDKs leave is five to fifteen minutes
constexpr std::int64_t kRetrySeconds = 15;
constexpr std::int64_t kRenewAgainSeconds = 2;  // refused ones are not asked for more often

// What the thread works on. It outlives the cache: a look may be on its way, and the cache be taken down on the very
// thread that brings its answer.
class Lookout {
 public:
  Lookout(CredentialsCache::Find find, Credentials first)
      : find_(std::move(find)), current_(std::make_shared<const Credentials>(std::move(first))) {}

  std::shared_ptr<const Credentials> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  void renew(const std::shared_ptr<const Credentials>& refused) {
    const std::lock_guard lock(mutex_);
    if (refused != current_) return;
    wanted_ = true;
    changed_.notify_all();
  }

  std::optional<Error> trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

  // The thread's work, until it is told to stop.
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      changed_.wait_for(lock, stop, std::chrono::seconds(pause()), [this] { return wanted_; });
      if (stop.stop_requested()) return;
      lock.unlock();
      auto found = find_();
      lock.lock();
      wanted_ = false;
      if (found) {
        current_ = std::make_shared<const Credentials>(std::move(*found));
        trouble_.reset();
        if (!current_->expires_s) return;
      } else {
        trouble_ = std::move(found.error());
      }
      changed_.wait_for(lock, stop, std::chrono::seconds(kRenewAgainSeconds), [] { return false; });
    }
  }

 private:
  // When to look again, in seconds from now.
  std::int64_t pause() const {
    if (trouble_) return kRetrySeconds;
    const std::int64_t left = current_->expires_s.value_or(0) - std::time(nullptr);
    // Short-lived ones are used for half their time.
    return std::max(left - kRenewBeforeSeconds, std::max<std::int64_t>(left / 2, 1));
  }

  const CredentialsCache::Find find_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::shared_ptr<const Credentials> current_;
  std::optional<Error> trouble_;
  bool wanted_ = false;
};

class Cache final : public CredentialsCache {
 public:
  Cache(Find find, Credentials first) {
    const bool expires = first.expires_s.has_value();
    lookout_ = std::make_shared<Lookout>(std::move(find), std::move(first));
    if (!expires) return;
    std::thread([lookout = lookout_, stop = stop_.get_token()] { lookout->run(stop); }).detach();
  }
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;
  ~Cache() override { stop_.request_stop(); }

  std::shared_ptr<const Credentials> current() const override { return lookout_->current(); }
  void renew(const std::shared_ptr<const Credentials>& refused) override { lookout_->renew(refused); }
  std::optional<Error> trouble() const override { return lookout_->trouble(); }

 private:
  std::stop_source stop_;
  std::shared_ptr<Lookout> lookout_;
};

}  // namespace

Result<std::unique_ptr<CredentialsCache>> CredentialsCache::make(Find find) {
  auto first = find();
  if (!first) return std::unexpected(std::move(first.error()));
  return std::make_unique<Cache>(std::move(find), std::move(*first));
}

}  // namespace otomo::aws
