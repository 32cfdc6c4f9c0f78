// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

#include "aws/credentials.h"

namespace otomo::aws {

namespace {

constexpr std::int64_t kRenewBeforeSeconds = 600;  // the margin that AWS's SDKs leave is five to fifteen minutes
constexpr std::int64_t kRetrySeconds = 15;
constexpr std::int64_t kRenewAgainSeconds = 2;  // refused ones are not asked for more often

class Cache final : public CredentialsCache {
 public:
  Cache(Find find, Credentials first)
      : find_(std::move(find)), current_(std::make_shared<const Credentials>(std::move(first))) {
    if (current_->expires_s) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  std::shared_ptr<const Credentials> current() const override {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  void renew() override {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
    changed_.notify_all();
  }

  std::optional<Error> trouble() const override {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  // When to look again, in seconds from now.
  std::int64_t pause() const {
    if (trouble_) return kRetrySeconds;
    const std::int64_t left = current_->expires_s.value_or(0) - std::time(nullptr);
    // Short-lived ones are used for half their time.
    return std::max(left - kRenewBeforeSeconds, std::max<std::int64_t>(left / 2, 1));
  }

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

  const Find find_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::shared_ptr<const Credentials> current_;
  std::optional<Error> trouble_;
  bool wanted_ = false;
  std::jthread thread_;  // the last: it uses all others
};

}  // namespace

Result<std::unique_ptr<CredentialsCache>> CredentialsCache::make(Find find) {
  auto first = find();
  if (!first) return std::unexpected(std::move(first.error()));
  return std::make_unique<Cache>(std::move(find), std::move(*first));
}

}  // namespace otomo::aws
