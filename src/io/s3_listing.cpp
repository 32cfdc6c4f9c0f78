// SPDX-License-Identifier: Apache-2.0
#include "io/s3_listing.h"

#include <fnmatch.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>

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
// A server may show a page twice, or an empty one; it does not do so for ever.
constexpr unsigned kIdlePagesMax = 20;
constexpr unsigned kGapKeys = 2;
constexpr auto kInterruptPeriod = std::chrono::milliseconds(100);
// Behind every key that begins with what stands before it.
constexpr std::string_view kLastCharacter = "\xF4\x8F\xBF\xBF";

// A range of keys below a prefix: (after, until].
struct Range {
  std::string prefix = {};
  std::string after = {};
  std::string until = {};  // "": the last
  std::string token = {};  // of the page before, whose last key is `after`
  bool folders = false;    // by the delimiter: what lies directly below, and the folders' names
  bool may_split = true;
  unsigned idle_pages = 0;  // before it, without a key behind `after`
  bool is_gap = false;      // between days that are passed over: most likely empty
};

// A part of all keys, and what was found there. Parts stand in the order of keys; those that are done become one, so
// that there are not many more than requests on their way and ranges that wait.
struct Part {
  enum class State : std::uint8_t { kWaits, kAsked, kDone };
  State state = State::kWaits;
  Range range;
  ObjectList found;
};

using Accept = std::function<bool(std::string_view key)>;

void describe(const std::string& bucket, const aws::ListedObject& listed, Object& object) {
  object.path.assign("s3://").append(bucket).append("/").append(listed.key);
  object.is_archived = listed.is_archived;
  object.size_bytes = listed.size_bytes;
  object.modified_us = listed.modified_us;
  object.etag = listed.etag;
}

class Lister : public std::enable_shared_from_this<Lister> {
 public:
  Lister(std::shared_ptr<aws::S3Client> client, std::string bucket, std::shared_ptr<ObjectStore> store, Dated dated,
         Accept accept)
      : client_(std::move(client)),
        bucket_(std::move(bucket)),
        store_(std::move(store)),
        dated_(std::move(dated)),
        accept_(std::move(accept)) {}

  Result<ObjectList> list(const std::string& prefix, const std::function<bool()>& interrupted) {
    std::unique_lock lock(mutex_);
    wait_for(parts_.end(), {.prefix = prefix});
    issue(lock);
    const auto ended = [&] { return failure_ || (parts_.size() == 1 && parts_.front().state == Part::State::kDone); };
    while (!changed_.wait_for(lock, kInterruptPeriod, ended)) {
      if (interrupted && interrupted()) failure_ = interrupted_error().error();
    }
    if (failure_) return std::unexpected(*failure_);
    ObjectList found = std::move(parts_.front().found);
    if (late_.empty()) return found;
    // A server whose pages overlap gives an object twice.
    std::sort(late_.begin(), late_.end(), [](const Object& a, const Object& b) { return a.path < b.path; });
    std::vector<ObjectList> both;
    both.push_back(std::move(found));
    ObjectList& late = both.emplace_back(store_);
    for (const Object& object : late_) late.append(object);
    return merge_sorted(std::move(both), store_);
  }

 private:
  using Place = std::list<Part>::iterator;

  Place wait_for(Place before, Range range) {
    return parts_.insert(before, {Part::State::kWaits, std::move(range), ObjectList(store_)});
  }

  // Those that stand first are asked for first, so that what is found soon becomes one part.
  void issue(std::unique_lock<std::mutex>& lock) {
    std::vector<Place> started;
    for (Place part = parts_.begin(); part != parts_.end() && !failure_ && in_flight_ < limit_; ++part) {
      if (part->state != Part::State::kWaits) continue;
      part->state = Part::State::kAsked;
      started.push_back(part);
      ++in_flight_;
    }
    std::vector<aws::ListRequest> requests;
    for (const Place part : started) {
      const Range& range = part->range;
      aws::ListRequest& request = requests.emplace_back();
      request.bucket = bucket_;
      request.prefix = range.prefix;
      request.delimiter = range.folders ? "/" : "";
      request.start_after = range.token.empty() ? range.after : "";
      request.token = range.token;
      if (range.is_gap) request.keys_max = kGapKeys;
      request.slowed_down = [self = shared_from_this()] { self->slow_down(); };
    }
    lock.unlock();
    for (std::size_t i = 0; i < started.size(); ++i) {
      aws::start_list(
          *client_, std::move(requests[i]),
          [self = shared_from_this(), part = started[i]](aws::ListOutcome page) { self->take(part, std::move(page)); });
    }
    lock.lock();
  }

  void slow_down() {
    const std::lock_guard lock(mutex_);
    limit_ = std::max<std::size_t>(1, limit_ / 2);
  }

  void take(Place part, aws::ListOutcome page) {
    std::unique_lock lock(mutex_);
    --in_flight_;
    if (!page) {
      failure_ = std::move(page.error().error);
    } else if (!failure_) {
      limit_ = std::min(kRequestsMax, limit_ + 1);
      take_page(part, *page);
    }
    issue(lock);
    changed_.notify_all();
  }

  // Puts what the page shows into the part, and what is still to be asked for behind it.
  void take_page(Place part, aws::ListPage& page) {
    const Range range = part->range;
    const Place behind = std::next(part);
    const auto is_past = [&](const std::string& key) { return !range.until.empty() && key > range.until; };
    bool past = false;
    std::string last = range.after;
    Place into = part;
    auto folder = page.prefixes.begin();
    const auto take_folders = [&](const std::string* before) {
      for (; folder != page.prefixes.end() && (before == nullptr || *folder < *before); ++folder) {
        past = past || is_past(*folder);
        // The folder that the page before was cut in is listed on its own.
        if (past || range.after.starts_with(*folder)) continue;
        last = *folder;
        wait_for(behind, {.prefix = *folder});
        into = parts_.end();
      }
    };
    for (const aws::ListedObject& object : page.objects) {
      take_folders(&object.key);
      past = past || is_past(object.key);
      if (past) break;
      if (into == parts_.end()) {
        into = wait_for(behind, {});
        into->state = Part::State::kDone;
      }
      add(object, last, into->found);
      last = std::max(last, object.key);
    }
    take_folders(nullptr);
    if (!page.next_token.empty() && !past) {
      const unsigned idle_pages = last == range.after ? range.idle_pages + 1 : 0;
      if (page.next_token == range.token || idle_pages > kIdlePagesMax) {
        failure_ =
            Error{ErrorKind::kWorld,
                  fmt::format("s3://{}/{}: the server gives the same page again and again", bucket_, range.prefix),
                  "its listing does not end: ask whoever runs it, or name fewer objects",
                  {}};
        return;
      }
      const bool splits = !range.folders && range.may_split && last != range.after && !page.objects.empty();
      if (!splits || (!pass_over_days(range, page, behind) &&
                      !split(range, page.objects.back().key, folders_in(range.prefix, page), behind))) {
        Range rest = range;
        rest.is_gap = false;
        rest.token = page.next_token;
        rest.after = last;
        rest.idle_pages = idle_pages;
        wait_for(behind, std::move(rest));
      }
    }
    part->state = Part::State::kDone;
    join(part, behind);
  }

  // What does not stand behind `last` is sorted in at the end.
  void add(const aws::ListedObject& listed, const std::string& last, ObjectList& found) {
    if (listed.key.ends_with('/') && listed.size_bytes == 0) return;
    if (accept_ && !accept_(listed.key)) return;
    describe(bucket_, listed, object_);
    if (listed.key > last) {
      found.append(object_);
    } else {
      late_.push_back(object_);
    }
  }

  // Makes neighbours that are done one: from the one before `part` to the one before `behind`, and `behind`.
  void join(Place part, Place behind) {
    const Place stop = behind == parts_.end() ? behind : std::next(behind);
    Place kept = part == parts_.begin() ? part : std::prev(part);
    while (std::next(kept) != stop) {
      const Place next = std::next(kept);
      if (kept->state == Part::State::kDone && next->state == Part::State::kDone) {
        kept->found.append_all(std::move(next->found));
        parts_.erase(next);
      } else {
        kept = next;
      }
    }
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
  bool split(const Range& range, const std::string& last, std::size_t folders, Place behind) {
    const std::size_t slash = last.find('/', range.prefix.size());
    if (slash != std::string::npos) {
      if (folders > kFoldersPerPageMax) return false;
      const std::string folder = last.substr(0, slash + 1);
      wait_for(behind, {.prefix = folder, .after = last, .until = range.until});
      wait_for(behind, {.prefix = range.prefix, .after = behind_all(folder), .until = range.until, .folders = true});
      return true;
    }
    const auto day = parse_iso_date(std::string_view(last).substr(range.prefix.size(), 10));
    if (!day) return false;
    const std::int64_t today = days_since_1970();
    if (*day > today || today - *day > kDaysMax) return false;
    std::string after = last;
    for (std::int64_t next = *day + 1; next <= today + 1; ++next) {
      const std::string until =
          range.prefix + fmt::format("{:%Y-%m-%d}", std::chrono::sys_days(std::chrono::days(next)));
      if (!range.until.empty() && until >= range.until) break;
      if (until <= after) continue;
      wait_for(behind, {.prefix = range.prefix, .after = after, .until = until, .may_split = false});
      after = until;
    }
    wait_for(behind, {.prefix = range.prefix, .after = after, .until = range.until, .may_split = false});
    return true;
  }

  // Where the page ends at a key whose like are wanted of some days only: cuts what lies behind into ranges without the
  // other days. What is not dated may lie between two years, and is looked for there; inside a year, between its days,
  // all counts as dated. False: there is nothing to pass over, or so few keys are alike that it would not pay.
  bool pass_over_days(const Range& range, const aws::ListPage& page, Place behind) {
    const std::string& last = page.objects.back().key;
    const auto dated = dated_ ? dated_(last) : std::nullopt;
    if (!dated) return false;
    const std::string base = last.substr(0, dated->base_bytes);
    const auto alike = std::count_if(page.objects.begin(), page.objects.end(),
                                     [&](const aws::ListedObject& object) { return object.key.starts_with(base); });
    if (static_cast<std::size_t>(alike) * kFoldersPerPageMax < page.objects.size()) return false;
    const auto spelled = [&](std::chrono::year_month_day day) {
      return fmt::format("{}{:04}{}{:02}{}{:02}", base, static_cast<int>(day.year()), dated->after_year,
                         static_cast<unsigned>(day.month()), dated->after_month, static_cast<unsigned>(day.day()));
    };
    const auto day_of = [](std::int64_t day) {
      return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day)));
    };
    const auto is_within = [&](const std::string& key) { return range.until.empty() || key < range.until; };
    const std::int64_t today = days_since_1970();
    const bool passes_first = dated->day < dated->first_day;
    const std::string end = dated->last_day > today ? "" : behind_all(spelled(day_of(dated->last_day)));
    const bool passes_last = !end.empty() && is_within(end);
    if (!passes_first && !passes_last) return false;

    const std::string& prefix = base.starts_with(range.prefix) ? base : range.prefix;
    const auto ask = [&](const std::string& after, const std::string& until, bool is_gap) {
      if (!is_within(after) || (!until.empty() && until <= after)) return;
      wait_for(behind, {.prefix = prefix,
                        .after = after,
                        .until = until.empty() || !is_within(until) ? range.until : until,
                        .is_gap = is_gap});
    };
    // Passes over the days from `from` on, up to `to` and with it; returns what they end at.
    const auto pass = [&](std::int64_t from, std::int64_t to) {
      using namespace std::chrono;
      for (year y = day_of(from).year(); y < day_of(to).year(); ++y) {
        ask(behind_all(spelled(y / December / 31)), spelled((y + years(1)) / January / 1), true);
      }
      return behind_all(spelled(day_of(to)));
    };
    std::string after = last;
    std::int64_t passed = dated->day;
    if (passes_first) {
      passed = std::min(dated->first_day, today + 1) - 1;
      after = pass(dated->day, passed);
    }
    if (!passes_last) {
      ask(after, "", false);
    } else {
      ask(after, end, false);
      using namespace std::chrono;
      const auto last_day = sys_days(day_of(today).year() / December / 31).time_since_epoch().count();
      ask(pass(std::max(passed, dated->last_day), last_day), "", false);
    }
    // And what lies behind all that begin alike: in the same folder, and in the folders that it lies in.
    std::string folder = base;
    for (bool is_first = true; folder.size() > range.prefix.size(); is_first = false) {
      const std::size_t slash = folder.size() < 2 ? std::string::npos : folder.rfind('/', folder.size() - 2);
      const std::size_t parent = std::max(slash == std::string::npos ? 0 : slash + 1, range.prefix.size());
      const std::string after_all = behind_all(folder);
      if (is_within(after_all)) {
        wait_for(behind, {.prefix = folder.substr(0, parent),
                          .after = after_all,
                          .until = range.until,
                          .folders = !is_first || folder.ends_with('/')});
      }
      folder.resize(parent);
    }
    return true;
  }

  static std::string behind_all(std::string beginning) { return beginning.append(kLastCharacter); }

  static std::int64_t days_since_1970() { return now_us() / kMicrosecondsPerDay; }

  const std::shared_ptr<aws::S3Client> client_;
  const std::string bucket_;
  const std::shared_ptr<ObjectStore> store_;
  const Dated dated_;    // nullptr: all days are wanted
  const Accept accept_;  // nullptr: every key
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Part> parts_;
  std::vector<Object> late_;
  Object object_;
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

}  // namespace

bool is_pattern(std::string_view key) { return key.find_first_of("*?[{") != std::string_view::npos; }

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

bool is_archive(std::string_view storage_class) { return aws::is_archive(storage_class); }

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
      made.push_back(pattern.substr(0, open) + rest);
      if (made.size() > kBracesMax) return made;
    }
  }
  return made;
}

Result<void> check_braces(const std::string& pattern) {
  const auto braces = static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '{'));
  if (braces <= kBracesMax && without_braces(pattern).size() <= kBracesMax) return {};
  return usage_error(fmt::format("a pattern's braces stand for more than {} patterns", kBracesMax),
                     "give several patterns, or one with * in place of the longest list");
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

Result<ObjectList> list_s3(const std::shared_ptr<aws::S3Client>& client, const S3Url& url,
                           const std::shared_ptr<ObjectStore>& store, const Dated& dated,
                           const std::function<bool()>& interrupted) {
  const auto below = [&](const std::string& prefix, Accept accept) {
    return std::make_shared<Lister>(client, url.bucket, store, dated, std::move(accept))->list(prefix, interrupted);
  };
  if (url.key.empty() || url.key.ends_with('/')) {
    if (!is_pattern(url.key)) return below(url.key, nullptr);
  }
  const auto first_below = [&](const std::string& prefix) -> Result<aws::ListedObject> {
    aws::ListRequest request;
    request.bucket = url.bucket;
    request.prefix = prefix;
    request.keys_max = 1;
    auto page = one_page(*client, std::move(request));
    if (!page) return std::unexpected(std::move(page.error()));
    return page->objects.empty() ? aws::ListedObject() : std::move(page->objects.front());
  };
  if (!url.key.ends_with('/')) {
    const auto first = first_below(url.key);
    if (!first) return std::unexpected(first.error());
    if (first->key == url.key) {
      Object object;
      describe(url.bucket, *first, object);
      ObjectList alone(store);
      alone.append(object);
      return alone;
    }
    if (!is_pattern(url.key)) {
      if (first->key.empty()) return ObjectList(store);
      const auto folder = first_below(url.key + "/");
      if (!folder) return std::unexpected(folder.error());
      return below(folder->key.empty() ? url.key : url.key + "/", nullptr);
    }
  }
  if (auto checked = check_braces(url.key); !checked) return std::unexpected(std::move(checked.error()));
  std::vector<ObjectList> found;
  for (const std::string& pattern : without_braces(url.key)) {
    auto all = below(pattern.substr(0, pattern.find_first_of("*?[\\")),
                     [&](std::string_view key) { return matches_pattern(pattern, key); });
    if (!all) return std::unexpected(std::move(all.error()));
    found.push_back(std::move(*all));
  }
  return merge_sorted(std::move(found), store);
}

}  // namespace otomo::io
