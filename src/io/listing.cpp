// SPDX-License-Identifier: Apache-2.0
#include "io/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "aws/s3_client.h"
#include "io/s3_listing.h"

namespace otomo::io {

namespace {

std::string reason(int code) { return std::generic_category().message(code); }

class Lister {
 public:
  Lister(Listing& listing, const ObjectChoice& choice) : listing_(listing), choice_(choice) {}

  // What was named: from here on, choices are made by the paths below it.
  void begin_below(std::size_t bytes) { named_bytes_ = bytes; }

  void add_file(const std::string& path, const struct stat& status) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    if (listing_.folders.empty() || listing_.folders.back() != folder) listing_.folders.push_back(folder);
    add(slash == std::string::npos ? path : path.substr(slash + 1), status);
  }

  // Everything below `folder`, in the order of names. Symbolic links to files are read, links to folders are not
  // followed: they could lead in a circle.
  void add_folder(const std::string& folder) {
    std::vector<std::string> files;
    std::vector<std::string> below;
    DIR* directory = ::opendir(folder.empty() ? "." : folder.c_str());
    if (directory == nullptr) {
      listing_.unread.push_back({ErrorKind::kWorld, "listing " + folder + ": " + reason(errno), "", {}});
      return;
    }
    const int descriptor = ::dirfd(directory);
    std::vector<std::pair<std::string, struct stat>> found;
    while (const dirent* entry = ::readdir(directory)) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat status{};
      if (::fstatat(descriptor, name.c_str(), &status, 0) != 0) {
        listing_.unread.push_back({ErrorKind::kWorld, "looking at " + folder + name + ": " + reason(errno), "", {}});
        continue;
      }
      if (S_ISREG(status.st_mode)) {
        found.emplace_back(name, status);
      } else if (S_ISDIR(status.st_mode)) {
        struct stat link{};
        if (::fstatat(descriptor, name.c_str(), &link, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(link.st_mode)) {
          below.push_back(name);
        }
      }
    }
    ::closedir(directory);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::sort(below.begin(), below.end());
    if (!found.empty()) {
      listing_.folders.push_back(folder);
      for (auto& [name, status] : found) add(std::move(name), status);
    }
    for (const std::string& name : below) add_folder(folder + name + "/");
  }

  // Of one bucket, sorted. What ends in "/" and is empty is a folder that somebody made by hand.
  void add_s3(const S3Url& url, std::vector<aws::ListedObject> objects) {
    std::string before;
    for (aws::ListedObject& found : objects) {
      if (found.key.ends_with('/') && found.size_bytes == 0) continue;
      const std::size_t named = choice_.asks_names() ? named_bytes(url, found.key) : found.key.size();
      if (!choice_.wants(std::string_view(found.key).substr(named), found.modified_us)) {
        ++listing_.left_out;
        continue;
      }
      const std::size_t slash = found.key.rfind('/');
      const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
      std::string folder = "s3://" + url.bucket + "/" + found.key.substr(0, name);
      if (listing_.folders.empty() || folder != before) {
        before = folder;
        listing_.folders.push_back(std::move(folder));
      }
      Object object;
      object.folder = static_cast<std::uint32_t>(listing_.folders.size() - 1);
      object.is_archived = found.is_archived;
      object.size_bytes = found.size_bytes;
      object.modified_us = found.modified_us;
      object.name = found.key.substr(name);
      object.etag = std::move(found.etag);
      listing_.size_bytes += object.size_bytes;
      listing_.objects.push_back(std::move(object));
    }
  }

  void add_stdin() {
    listing_.folders.emplace_back();
    Object object;
    object.folder = static_cast<std::uint32_t>(listing_.folders.size() - 1);
    object.is_stdin = true;
    object.name = "-";
    listing_.objects.push_back(std::move(object));
  }

 private:
  void add(std::string name, const struct stat& status) {
    Object object;
    object.folder = static_cast<std::uint32_t>(listing_.folders.size() - 1);
    // Pipes and devices have no size; they are read to their end.
    if (S_ISREG(status.st_mode)) {
      object.size_bytes = static_cast<std::uint64_t>(status.st_size);
      object.modified_us = status.st_mtim.tv_sec * std::int64_t{1'000'000} + status.st_mtim.tv_nsec / 1000;
    }
    object.name = std::move(name);
    const std::string path = choice_.asks_names() ? listing_.path(object) : "";
    if (!choice_.wants(std::string_view(path).substr(std::min(named_bytes_, path.size())), object.modified_us)) {
      ++listing_.left_out;
      return;
    }
    listing_.size_bytes += object.size_bytes;
    listing_.objects.push_back(std::move(object));
  }

  Listing& listing_;
  const ObjectChoice& choice_;
  std::size_t named_bytes_ = 0;
};

bool is_glob(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

}  // namespace

Result<Listing> list_objects(std::span<const std::string> paths, MissingPath missing, const S3Connect& s3,
                             const ObjectChoice& choice) {
  Listing listing;
  Lister lister(listing, choice);
  const auto add_s3 = [&](const std::string& path) -> Result<void> {
    const auto url = parse_s3_url(path);
    if (!url) return std::unexpected(url.error());
    if (listing.s3.empty()) {
      auto client = s3();
      if (!client) return std::unexpected(std::move(client.error()));
      listing.s3.push_back(std::move(*client));
    }
    auto found = list_s3(listing.s3.front(), *url);
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
    if (Listing::is_s3(path)) return add_s3(path);
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
    std::unordered_set<std::string> once;
    std::erase_if(listing.objects, [&](const Object& object) {
      // In S3 a key is what it is: "a//b" is not "a/b".
      const std::string path = listing.path(object);
      const bool again =
          !object.is_stdin &&
          !once.insert(Listing::is_s3(path) ? path : std::filesystem::path(path).lexically_normal().string()).second;
      if (again) listing.size_bytes -= object.size_bytes;
      return again;
    });
  }
  return listing;
}

MergedListing merge_listings(std::vector<Listing> sources) {
  MergedListing merged;
  merged.repeated.resize(sources.size());
  if (sources.size() == 1) {
    merged.listing = std::move(sources.front());
    return merged;
  }
  // Folders that are one get one number; only objects in folders that were met twice can be there already.
  std::map<std::pair<dev_t, ino_t>, std::size_t> numbers;
  std::map<std::pair<std::string, std::string>, std::size_t> s3_numbers;  // by endpoint and name
  std::vector<std::size_t> times_met;
  std::vector<std::vector<std::size_t>> number_of(sources.size());
  for (std::size_t source = 0; source < sources.size(); ++source) {
    for (const std::string& folder : sources[source].folders) {
      struct stat status{};
      std::size_t number = times_met.size();
      if (Listing::is_s3(folder)) {
        const std::pair place(sources[source].s3.front()->options().endpoint_url, folder);
        number = s3_numbers.emplace(place, number).first->second;
      } else if (::stat(folder.empty() ? "." : folder.c_str(), &status) == 0) {
        number = numbers.emplace(std::pair(status.st_dev, status.st_ino), number).first->second;
      }
      if (number == times_met.size()) times_met.push_back(0);
      ++times_met[number];
      number_of[source].push_back(number);
    }
  }
  std::set<std::pair<std::size_t, std::string>> met;
  Listing& listing = merged.listing;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    Listing& more = sources[source];
    listing.left_out += more.left_out;
    const auto first_folder = static_cast<std::uint32_t>(listing.folders.size());
    for (Object& object : more.objects) {
      const std::size_t number = number_of[source][object.folder];
      if (times_met[number] > 1 && !object.is_stdin && !met.emplace(number, object.name).second) {
        ++merged.repeated[source];
        continue;
      }
      object.folder += first_folder;
      object.source = static_cast<std::uint16_t>(source);
      listing.size_bytes += object.size_bytes;
      listing.objects.push_back(std::move(object));
    }
    listing.s3.push_back(more.s3.empty() ? nullptr : std::move(more.s3.front()));
    std::move(more.folders.begin(), more.folders.end(), std::back_inserter(listing.folders));
    std::move(more.unread.begin(), more.unread.end(), std::back_inserter(listing.unread));
  }
  return merged;
}

std::string path_below(const std::string& folder, const std::string& path) {
  if (path.starts_with('/') || Listing::is_s3(path)) return path;
  if (!is_glob(path)) return folder + path;
  std::string escaped;
  for (const char c : folder) {
    if (std::string_view("*?[]{}\\~").contains(c)) escaped += '\\';
    escaped += c;
  }
  return escaped + path;
}

}  // namespace otomo::io
