// SPDX-License-Identifier: Apache-2.0
#include "io/s3_listing.h"

#include <fnmatch.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/time.h"

namespace otomo::io {

namespace {

constexpr std::size_t kRequestsMax = 32;  // at once
constexpr std::size_t kBracesMax = 1024;  // patterns that one may stand for
// A page that touches more folders than this shows small ones: then one page after the other costs fewer requests.
constexpr std::size_t kFoldersPerPageMax = 10;
constexpr std::int64_t kDaysMax = 4000;
// Behind every key that begins with what stands before it.
constexpr std::string_view kLastCharacter = "\xF4\x8F\xBF\xBF";

// A range of keys below a prefix: (after, until].
struct Range {
  std::string prefix;
  std::string after;
  std::string until;     // "": the last
  std::string token;     // of the page before
  bool folders = false;  // by the delimiter: what lies directly below, and the folders' names
  bool may_split = true;
};

class Lister : public std::enable_shared_from_this<Lister> {
 public:
  Lister(std::shared_ptr<aws::S3Client> client, std::string bucket)
      : client_(std::move(client)), bucket_(std::move(bucket)) {}

  Result<std::vector<aws::ListedObject>> list(const std::string& prefix) {
    std::unique_lock lock(mutex_);
    waiting_.push_back({prefix, "", "", "", false, true});
    issue(lock);
    changed_.wait(lock, [&] { return failure_ || (in_flight_ == 0 && waiting_.empty()); });
    if (failure_) {
      waiting_.clear();
      return std::unexpected(*failure_);
    }
    std::sort(objects_.begin(), objects_.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    // A server whose pages overlap gives an object twice.
    const auto same = [](const auto& a, const auto& b) { return a.key == b.key; };
    objects_.erase(std::unique(objects_.begin(), objects_.end(), same), objects_.end());
    return std::move(objects_);
  }

 private:
  void issue(std::unique_lock<std::mutex>& lock) {
    std::vector<Range> started;
    while (!failure_ && in_flight_ + started.size() < limit_ && !waiting_.empty()) {
      started.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    in_flight_ += started.size();
    lock.unlock();
    for (Range& range : started) {
      aws::ListRequest request;
      request.bucket = bucket_;
      request.prefix = range.prefix;
      request.delimiter = range.folders ? "/" : "";
      request.start_after = range.token.empty() ? range.after : "";
      request.token = range.token;
      request.slowed_down = [self = shared_from_this()] { self->slow_down(); };
      aws::start_list(*client_, std::move(request), [self = shared_from_this(), range](aws::ListOutcome page) {
        self->take(range, std::move(page));
      });
    }
    lock.lock();
  }

  void slow_down() {
    const std::lock_guard lock(mutex_);
    limit_ = std::max<std::size_t>(1, limit_ / 2);
  }

  void take(const Range& range, aws::ListOutcome page) {
    std::unique_lock lock(mutex_);
    --in_flight_;
    if (!page) {
      failure_ = std::move(page.error().error);
    } else if (!failure_) {
      limit_ = std::min(kRequestsMax, limit_ + 1);
      take_page(range, *page);
    }
    issue(lock);
    changed_.notify_all();
  }

  void take_page(const Range& range, aws::ListPage& page) {
    const bool ends = !range.until.empty();
    bool past = false;
    const std::string last = page.objects.empty() ? std::string() : page.objects.back().key;
    const std::size_t folders = range.folders ? 0 : folders_in(range.prefix, page);
    for (aws::ListedObject& object : page.objects) {
      past = past || (ends && object.key > range.until);
      if (!past) objects_.push_back(std::move(object));
    }
    for (const std::string& folder : page.prefixes) {
      past = past || (ends && folder > range.until);
      // The folder that the page before was cut in is listed on its own.
      if (!past && !range.after.starts_with(folder)) {
        waiting_.push_back({folder, "", "", "", false, true});
      }
    }
    if (page.next_token.empty() || past) return;
    if (page.next_token == range.token) {
      failure_ = Error{ErrorKind::kWorld,
                       fmt::format("s3://{}/{}: the server gives the same page again and again", bucket_, range.prefix),
                       "its listing does not end: ask whoever runs it, or name fewer objects",
                       {}};
      return;
    }
    if (!range.folders && range.may_split && !last.empty() && split(range, last, folders)) return;
    Range rest = range;
    rest.token = page.next_token;
    waiting_.push_back(std::move(rest));
  }

  // How many of the folders directly below the prefix the page touches; an object that lies in none counts as one.
  static std::size_t folders_in(const std::string& prefix, const aws::ListPage& page) {
    std::size_t count = 0;
    std::string_view before;
    for (const aws::ListedObject& object : page.objects) {
      const std::size_t slash = object.key.find('/', prefix.size());
      const std::string_view folder = std::string_view(object.key).substr(0, slash == std::string::npos ? 0 : slash);
      if (count == 0 || folder != before) ++count;
      before = folder;
    }
    return count;
  }

  // Cuts what lies behind `last` into ranges that are asked for side by side. False: there is no telling where.
  bool split(const Range& range, const std::string& last, std::size_t folders) {
    const std::size_t slash = last.find('/', range.prefix.size());
    if (slash != std::string::npos) {
      if (folders > kFoldersPerPageMax) return false;
      const std::string folder = last.substr(0, slash + 1);
      waiting_.push_back({folder, last, range.until, "", false, true});
      waiting_.push_back({range.prefix, folder + std::string(kLastCharacter), range.until, "", true, true});
      return true;
    }
    const auto day = parse_iso_date(std::string_view(last).substr(range.prefix.size(), 10));
    if (!day) return false;
    const std::int64_t today =
        std::chrono::duration_cast<std::chrono::days>(std::chrono::system_clock::now().time_since_epoch()).count();
    if (*day > today || today - *day > kDaysMax) return false;
    std::string after = last;
    for (std::int64_t next = *day + 1; next <= today + 1; ++next) {
      const std::string until =
          range.prefix + fmt::format("{:%Y-%m-%d}", std::chrono::sys_days(std::chrono::days(next)));
      if (!range.until.empty() && until >= range.until) break;
      if (until <= after) continue;
      waiting_.push_back({range.prefix, after, until, "", false, false});
      after = until;
    }
    waiting_.push_back({range.prefix, after, range.until, "", false, false});
    return true;
  }

  const std::shared_ptr<aws::S3Client> client_;
  const std::string bucket_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Range> waiting_;
  std::vector<aws::ListedObject> objects_;
  std::optional<Error> failure_;
  std::size_t in_flight_ = 0;
  std::size_t limit_ = kRequestsMax;
};

Result<aws::ListPage> one_page(aws::S3Client& client, aws::ListRequest request) {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<aws::ListOutcome> outcome;
  aws::start_list(client, std::move(request), [&](aws::ListOutcome got) {
    const std::lock_guard lock(mutex);
    outcome = std::move(got);
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return outcome.has_value(); });
  if (!*outcome) return std::unexpected(std::move(outcome->error().error));
  return std::move(**outcome);
}

bool is_pattern(std::string_view key) { return key.find_first_of("*?[{") != std::string_view::npos; }

}  // namespace

Result<S3Url> parse_s3_url(std::string_view url) {
  const std::string_view whole = url;
  constexpr std::string_view kScheme = "s3://";
  if (url.starts_with(kScheme)) url.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  S3Url found{std::string(url.substr(0, slash)), std::string(url.substr(std::min(slash + 1, url.size())))};
  if (found.bucket.empty() || is_pattern(found.bucket)) {
    return usage_error(fmt::format("{}: a bucket's name is missing", whole),
                       "s3://BUCKET/PREFIX; patterns are for keys");
  }
  return found;
}

std::vector<std::string> without_braces(const std::string& pattern) {
  const std::size_t open = pattern.find('{');
  if (open == std::string::npos) return {pattern};
  std::size_t depth = 0;
  std::vector<std::string> choices(1);
  std::size_t at = open;
  for (; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '}' && --depth == 0) break;
    if (c == ',' && depth == 1) {
      choices.emplace_back();
    } else if (c != '{' || depth++ > 0) {
      choices.back() += c;
    }
  }
  if (at == pattern.size()) return {pattern};  // not closed: a brace like any character
  std::vector<std::string> made;
  for (const std::string& choice : choices) {
    for (std::string& rest : without_braces(choice + pattern.substr(at + 1))) {
      if (made.size() < kBracesMax) made.push_back(pattern.substr(0, open) + rest);
    }
  }
  return made;
}

bool matches_pattern(std::string_view pattern, std::string_view key) {
  while (pattern.ends_with('/')) pattern.remove_suffix(1);
  // The key's beginning with as many parts as the pattern has.
  std::size_t end = 0;
  for (auto parts = std::count(pattern.begin(), pattern.end(), '/') + 1; parts > 0; --parts) {
    end = key.find('/', end == 0 ? 0 : end + 1);
    if (end == std::string_view::npos) {
      if (parts > 1) return false;
      end = key.size();
    }
  }
  return ::fnmatch(std::string(pattern).c_str(), std::string(key.substr(0, end)).c_str(), FNM_PATHNAME) == 0;
}

std::size_t named_bytes(const S3Url& url, std::string_view key) {
  if (url.key.empty() || (url.key.ends_with('/') && key.starts_with(url.key))) return url.key.size();
  if (key.starts_with(url.key + "/")) return url.key.size() + 1;
  std::size_t named = url.key.size();
  if (is_pattern(url.key) && !key.starts_with(url.key)) {
    named = key.size();
    for (const std::string& pattern : without_braces(url.key)) {
      if (!matches_pattern(pattern, key)) continue;
      std::size_t end = 0;
      for (auto parts = std::count(pattern.begin(), pattern.end(), '/') + 1; parts > 0 && end < key.size(); --parts) {
        end = std::min(key.find('/', end), key.size()) + 1;
      }
      if (end <= key.size()) return end;
    }
  }
  return key.substr(0, named).rfind('/') + 1;
}

Result<std::vector<aws::ListedObject>> list_s3(const std::shared_ptr<aws::S3Client>& client, const S3Url& url) {
  const auto below = [&](const std::string& prefix) {
    return std::make_shared<Lister>(client, url.bucket)->list(prefix);
  };
  if (url.key.empty() || url.key.ends_with('/')) {
    if (!is_pattern(url.key)) return below(url.key);
  }
  const auto first_below = [&](const std::string& prefix) -> Result<std::optional<aws::ListedObject>> {
    aws::ListRequest request;
    request.bucket = url.bucket;
    request.prefix = prefix;
    request.keys_max = 1;
    auto page = one_page(*client, std::move(request));
    if (!page) return std::unexpected(std::move(page.error()));
    if (page->objects.empty()) return std::nullopt;
    return std::move(page->objects.front());
  };
  if (!url.key.ends_with('/')) {
    auto first = first_below(url.key);
    if (!first) return std::unexpected(std::move(first.error()));
    if (*first && (*first)->key == url.key) return std::vector{std::move(**first)};
    if (!is_pattern(url.key)) {
      if (!*first) return std::vector<aws::ListedObject>();
      auto folder = first_below(url.key + "/");
      if (!folder) return std::unexpected(std::move(folder.error()));
      return below(*folder ? url.key + "/" : url.key);
    }
  }
  std::vector<aws::ListedObject> found;
  std::set<std::string> met;
  for (const std::string& pattern : without_braces(url.key)) {
    auto all = below(pattern.substr(0, pattern.find_first_of("*?[\\")));
    if (!all) return std::unexpected(std::move(all.error()));
    for (aws::ListedObject& object : *all) {
      if (matches_pattern(pattern, object.key) && met.insert(object.key).second) found.push_back(std::move(object));
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return found;
}

}  // namespace otomo::io
