// SPDX-License-Identifier: Apache-2.0
#include "io/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "aws/s3_client.h"

namespace otomo::io {

namespace {

std::string reason(int code) { return std::generic_category().message(code); }

// Files of one folder that are sorted in memory; more are sorted by parts.
constexpr std::size_t kFilesSortedMax = 64 * 1024;

class Lister {
 public:
  Lister(Listing& listing, const ObjectChoice& choice) : listing_(listing), choice_(choice) {}

  // What was named: from here on, choices are made by the paths below it.
  void begin_below(std::size_t bytes) { named_bytes_ = bytes; }

  void add_file(const std::string& path, const struct stat& status) {
    Object object;
    object.path = path;
    set_status(object, status);
    if (is_wanted(object)) listing_.objects.append(object);
  }

  // Everything below `folder`, in the order of names. Symbolic links to files are read, links to folders are not
  // followed: they could lead in a circle.
  void add_folder(const std::string& folder) {
    std::vector<std::string> below;
    DIR* directory = ::opendir(folder.empty() ? "." : folder.c_str());
    if (directory == nullptr) {
      listing_.unread.push_back({ErrorKind::kWorld, "listing " + folder + ": " + reason(errno), "", {}});
      return;
    }
    const int descriptor = ::dirfd(directory);
    std::vector<Object> found;
    std::vector<ObjectList> sorted;
    const auto sort_found = [&] {
      std::sort(found.begin(), found.end(), [](const Object& a, const Object& b) { return a.path < b.path; });
      ObjectList& part = sorted.emplace_back(listing_.objects.store());
      for (const Object& object : found) part.append(object);
      found.clear();
    };
    while (const dirent* entry = ::readdir(directory)) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat status{};
      if (::fstatat(descriptor, name.c_str(), &status, 0) != 0) {
        listing_.unread.push_back({ErrorKind::kWorld, "looking at " + folder + name + ": " + reason(errno), "", {}});
        continue;
      }
      if (S_ISREG(status.st_mode)) {
        found.emplace_back().path = folder + name;
        set_status(found.back(), status);
        if (!is_wanted(found.back())) found.pop_back();
        if (found.size() == kFilesSortedMax) sort_found();
      } else if (S_ISDIR(status.st_mode)) {
        struct stat link{};
        if (::fstatat(descriptor, name.c_str(), &link, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(link.st_mode)) {
          below.push_back(name);
        }
      }
    }
    ::closedir(directory);
    sort_found();
    listing_.objects.append_all(merge_sorted(std::move(sorted), listing_.objects.store()));
    std::sort(below.begin(), below.end());
    for (const std::string& name : below) add_folder(folder + name + "/");
  }

  // Of one URL, sorted.
  void add_s3(const S3Url& url, ObjectList found) {
    if (choice_.wants_all()) return listing_.objects.append_all(std::move(found));
    const std::size_t key = ("s3://" + url.bucket + "/").size();
    ObjectCursor cursor(found);
    while (const Object* object = cursor.next()) {
      if (choice_.asks_names()) begin_below(key + named_bytes(url, std::string_view(object->path).substr(key)));
      if (is_wanted(*object)) listing_.objects.append(*object);
    }
  }

  void add_stdin() {
    Object object;
    object.path = "-";
    object.is_stdin = true;
    listing_.objects.append(object);
  }

 private:
  static void set_status(Object& object, const struct stat& status) {
    // Pipes and devices have no size; they are read to their end.
    if (!S_ISREG(status.st_mode)) return;
    object.size_bytes = static_cast<std::uint64_t>(status.st_size);
    object.modified_us = status.st_mtim.tv_sec * std::int64_t{1'000'000} + status.st_mtim.tv_nsec / 1000;
  }

  bool is_wanted(const Object& object) {
    const std::string_view below = std::string_view(object.path).substr(std::min(named_bytes_, object.path.size()));
    const bool wanted = choice_.wants(choice_.asks_names() ? below : "", object.modified_us);
    if (!wanted) ++listing_.left_out;
    return wanted;
  }

  Listing& listing_;
  const ObjectChoice& choice_;
  std::size_t named_bytes_ = 0;
};

// Which objects of some lists were there before. Files are told by their folder's identity and their name; only folders
// that are met twice cost memory per file. In S3 a list consists of sorted runs, so that it is enough to go through
// those before it side by side.
class Repeats {
 public:
  // The lists, in their order; `endpoint` is that of their S3. They must live as long, and stay where they are.
  void look_at(const ObjectList& list, const std::string& endpoint) {
    ObjectCursor cursor(list);
    std::string folder;
    std::string last;  // of the run
    bool in_folder = false;
    bool in_run = false;
    while (const Object* object = cursor.next()) {
      if (object->is_s3()) {
        if (!in_run || object->path <= last) runs_.push_back({&list, endpoint, cursor.number(), 0, object->path, {}});
        last = object->path;
        runs_.back().end = cursor.number() + 1;
        runs_.back().last = last;
        in_run = true;
        in_folder = false;
      } else if (!object->is_stdin && (!in_folder || object->folder() != folder)) {
        folder = object->folder();
        in_folder = true;
        in_run = false;
        folders_.push_back(number_of(folder));
        if (folders_.back() == times_met_.size()) times_met_.push_back(0);
        ++times_met_[folders_.back()];
      }
    }
  }

  // Once all were looked at: can there be any at all?
  bool possible() const {
    if (std::any_of(times_met_.begin(), times_met_.end(), [](std::size_t times) { return times > 1; })) return true;
    for (std::size_t i = 1; i < runs_.size(); ++i) {
      if (std::any_of(runs_.begin(), runs_.begin() + static_cast<std::ptrdiff_t>(i),
                      [&](const Run& run) { return overlap(run, runs_[i]); })) {
        return true;
      }
    }
    return false;
  }

  // Calls `keep` with each object of the next list that was not there before; returns the number of the others.
  template <class Keep>
  std::uint64_t pass(const ObjectList& list, const Keep& keep) {
    std::uint64_t again = 0;
    ObjectCursor cursor(list);
    std::string folder;
    bool in_folder = false;
    while (const Object* object = cursor.next()) {
      bool met = false;
      if (object->is_s3()) {
        in_folder = false;
        met = was_in_runs(list, cursor.number(), *object);
      } else if (!object->is_stdin) {
        if (!in_folder || object->folder() != folder) {
          folder = object->folder();
          in_folder = true;
          ++next_folder_;
        }
        const std::size_t number = folders_[next_folder_ - 1];
        met = times_met_[number] > 1 && !names_.emplace(number, object->name()).second;
      }
      if (met) {
        ++again;
      } else {
        keep(*object);
      }
    }
    return again;
  }

 private:
  struct Run {
    const ObjectList* list;
    std::string endpoint;
    std::size_t begin;
    std::size_t end;
    std::string first;
    std::string last;
  };
  // A run before the one that is passed, and where in it that one is.
  struct Before {
    explicit Before(const Run& earlier) : run(&earlier), at(earlier.begin), cursor(*earlier.list) {}
    const Run* run;
    std::size_t at;
    ObjectCursor cursor;
  };

  static bool overlap(const Run& a, const Run& b) {
    return a.endpoint == b.endpoint && a.first <= b.last && b.first <= a.last;
  }

  std::size_t number_of(const std::string& folder) {
    struct stat status{};
    // What cannot be looked at is met once, wherever that is.
    if (::stat(folder.empty() ? "." : folder.c_str(), &status) != 0) return times_met_.size();
    return numbers_.emplace(std::pair(status.st_dev, status.st_ino), times_met_.size()).first->second;
  }

  bool was_in_runs(const ObjectList& list, std::size_t number, const Object& object) {
    if (next_run_ == 0 || runs_[next_run_ - 1].list != &list || runs_[next_run_ - 1].end == number) {
      const Run& run = runs_[next_run_++];
      before_.clear();
      for (std::size_t i = 0; i + 1 < next_run_; ++i) {
        if (overlap(runs_[i], run)) before_.emplace_back(runs_[i]);
      }
    }
    bool met = false;
    for (Before& before : before_) {
      while (before.at < before.run->end && before.cursor.at(before.at).path < object.path) ++before.at;
      met = met || (before.at < before.run->end && before.cursor.at(before.at).path == object.path);
    }
    return met;
  }

  std::map<std::pair<dev_t, ino_t>, std::size_t> numbers_;  // of folders
  std::vector<std::size_t> times_met_;                      // per number
  std::vector<std::size_t> folders_;                        // the numbers, in the order in which folders are met
  std::set<std::pair<std::size_t, std::string>> names_;
  std::vector<Run> runs_;
  std::size_t next_folder_ = 0;
  std::size_t next_run_ = 0;
  std::deque<Before> before_;
};

bool is_glob(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

}  // namespace

Result<Listing> list_objects(std::span<const std::string> paths, MissingPath missing, const S3Connect& s3,
                             const ObjectChoice& choice, const std::shared_ptr<ObjectStore>& store,
                             const S3List& list) {
  Listing listing{.objects = ObjectList(store), .left_out = 0, .unread = {}, .s3 = {}};
  Lister lister(listing, choice);
  const auto add_s3 = [&](const std::string& path) -> Result<void> {
    const auto url = parse_s3_url(path);
    if (!url) return std::unexpected(url.error());
    if (listing.s3.empty()) {
      auto client = s3();
      if (!client) return std::unexpected(std::move(client.error()));
      listing.s3.push_back(std::move(*client));
    }
    const std::shared_ptr<aws::S3Client>& client = listing.s3.front();
    auto found = list ? list(client, *url) : list_s3(client, *url, store);
    if (!found) return std::unexpected(std::move(found.error()).while_doing("listing " + path));
    if (found->empty()) {
      return world_error(path + ": no object there", "what there is: aws s3 ls s3://" + url->bucket + "/");
    }
    lister.add_s3(*url, std::move(*found));
    return {};
  };
  const auto add_path = [&](const std::string& path) -> Result<void> {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
      return world_error(path + ": " + reason(errno),
                         "check the path; folders, files, globs, s3:// and - (standard input) are accepted");
    }
    if (S_ISDIR(status.st_mode)) {
      const std::string folder = path.ends_with('/') ? path : path + "/";
      lister.begin_below(folder.size());
      lister.add_folder(folder);
    } else {
      lister.begin_below(path.rfind('/') + 1);
      lister.add_file(path, status);
    }
    return {};
  };
  const auto add = [&](const std::string& path) -> Result<void> {
    if (Object::is_s3_url(path)) return add_s3(path);
    struct stat status{};
    if (!is_glob(path) || ::stat(path.c_str(), &status) == 0) return add_path(path);
    glob_t matches{};
    const int code = ::glob(path.c_str(), GLOB_BRACE | GLOB_TILDE, nullptr, &matches);
    const std::vector<std::string> found(matches.gl_pathv, matches.gl_pathv + (code == 0 ? matches.gl_pathc : 0));
    ::globfree(&matches);
    if (found.empty())
      return world_error(path + ": no file matches",
                         path.contains("**") ? "** is no pattern here: a folder is read with everything below it"
                                             : "quote the pattern so that the shell leaves it alone");
    for (const std::string& match : found) {
      if (auto added = add_path(match); !added) return added;
    }
    return {};
  };
  std::unordered_set<std::string> seen;
  for (const std::string& path : paths) {
    if (!seen.insert(path).second) continue;
    if (path == "-") {
      lister.add_stdin();
      continue;
    }
    if (auto added = add(path); !added) {
      if (missing == MissingPath::kIsError) return std::unexpected(added.error());
      listing.unread.push_back(std::move(added.error()));
    }
  }
  if (paths.size() > 1 || std::any_of(paths.begin(), paths.end(), is_glob)) {
    // Paths may overlap ("logs" and "logs/2026", "{a,a*}"): the first mention counts.
    Repeats repeats;
    repeats.look_at(listing.objects, "");
    if (repeats.possible()) {
      ObjectList once(store);
      repeats.pass(listing.objects, [&](const Object& object) { once.append(object); });
      listing.objects = std::move(once);
    }
  }
  if (store != nullptr) {
    if (auto failure = store->failure(); !failure) return std::unexpected(std::move(failure.error()));
  }
  return listing;
}

MergedListing merge_listings(std::vector<Listing> sources) {
  MergedListing merged;
  merged.repeated.resize(sources.size());
  for (const Listing& source : sources) merged.objects.push_back(source.objects.size());
  if (sources.size() == 1) {
    merged.listing = std::move(sources.front());
    return merged;
  }
  Repeats repeats;
  for (const Listing& source : sources) {
    repeats.look_at(source.objects, source.s3.empty() ? "" : source.s3.front()->options().endpoint_url);
  }
  Listing& listing = merged.listing;
  if (!sources.empty()) listing.objects = ObjectList(sources.front().objects.store());
  const bool possible = repeats.possible();
  for (std::size_t source = 0; source < sources.size(); ++source) {
    Listing& more = sources[source];
    listing.left_out += more.left_out;
    const auto number = static_cast<std::uint16_t>(source);
    if (possible) {
      merged.repeated[source] = repeats.pass(more.objects, [&](Object object) {
        object.source = number;
        listing.objects.append(object);
      });
      merged.objects[source] -= merged.repeated[source];
    } else {
      listing.objects.append_all(std::move(more.objects), number);
    }
    listing.s3.push_back(more.s3.empty() ? nullptr : std::move(more.s3.front()));
    std::move(more.unread.begin(), more.unread.end(), std::back_inserter(listing.unread));
  }
  return merged;
}

std::string path_below(const std::string& folder, const std::string& path) {
  if (path.starts_with('/') || Object::is_s3_url(path)) return path;
  if (!is_glob(path)) return folder + path;
  std::string escaped;
  for (const char c : folder) {
    if (std::string_view("*?[]{}\\~").contains(c)) escaped += '\\';
    escaped += c;
  }
  return escaped + path;
}

}  // namespace otomo::io
