// SPDX-License-Identifier: Apache-2.0
#include "app/inventory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <limits>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>

#include "base/ascii.h"
#include "base/time.h"
#include "base/write_all.h"
#include "engine/database.h"
#include "formats/lines.h"
#include "formats/object_key.h"
#include "io/checksums.h"
#include "io/s3_objects.h"

namespace otomo::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifestName = "manifest.json";
constexpr std::string_view kChecksumName = "manifest.checksum";
constexpr std::size_t kManifestBytesMax = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kCopyBytes = std::size_t{1024} * 1024;
// A key's day is that of its delivery, give or take the time that it takes; and an inventory may lack what was written
// while, or shortly before, it was made.
constexpr std::int64_t kDaysListedAgain = 2;
// Of the database that reads the files: it goes before the question's own has work to do.
constexpr std::uint64_t kReadingBytes = std::uint64_t{300} * 1024 * 1024;
constexpr unsigned kReadingThreads = 2;
constexpr auto kInterruptPeriod = std::chrono::milliseconds(100);

std::int64_t day_of_us(std::int64_t us) { return us / kMicrosecondsPerDay; }

std::string_view key_of(const io::Object& object, const std::string& bucket) {
  return std::string_view(object.path).substr(std::string_view("s3:///").size() + bucket.size());
}

// Columns that the configuration did not choose are NULL. What is hidden by a delete marker or a newer version is no
// object.
std::string rows_query(const std::vector<std::string>& beginnings) {
  std::string wanted;
  for (const std::string& beginning : beginnings) {
    wanted += fmt::format("{}starts_with(key, {})", wanted.empty() ? "" : " OR ", engine::text_literal(beginning));
  }
  return fmt::format(R"(
SELECT key, size, epoch_us(last_modified_date), e_tag, storage_class
FROM (SELECT * FROM s3_inventory UNION ALL BY NAME
      SELECT NULL::VARCHAR AS key, NULL::BIGINT AS size, NULL::TIMESTAMP AS last_modified_date, NULL::VARCHAR AS e_tag,
             NULL::VARCHAR AS storage_class, NULL::BOOLEAN AS is_latest, NULL::BOOLEAN AS is_delete_marker WHERE false)
WHERE is_latest IS DISTINCT FROM false AND is_delete_marker IS DISTINCT FROM true AND ({})
ORDER BY key)",
                     wanted);
}

// Takes the rows of rows_query().
class Rows final : public engine::ResultSink {
 public:
  Rows(const std::string& bucket, io::ObjectList& list) : folder_("s3://" + bucket + "/"), list_(list) {}

  Result<void> begin(const std::vector<engine::ResultColumn>& /*columns*/) override { return {}; }

  Result<void> rows(const engine::TextRows& rows) override {
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const std::string_view key = rows.cell(row, 0);
      const auto size_bytes = formats::parse_integer(rows.cell(row, 1));
      object_.modified_us = formats::parse_integer(rows.cell(row, 2));
      if (!size_bytes || *size_bytes < 0 || !object_.modified_us) {
        return world_error(fmt::format("it does not say the size and the last change of {}", key),
                           "add Size and LastModifiedDate to the inventory's configuration");
      }
      const bool is_folder = key.ends_with('/') && *size_bytes == 0;
      if (is_folder || (!list_.empty() && key == std::string_view(object_.path).substr(folder_.size()))) continue;
      object_.path.assign(folder_).append(key);
      object_.size_bytes = static_cast<std::uint64_t>(*size_bytes);
      const std::string_view etag = rows.cell(row, 3);
      object_.etag.clear();
      if (!etag.empty()) object_.etag = etag.front() == '"' ? std::string(etag) : fmt::format("\"{}\"", etag);
      object_.is_archived = io::is_archive(rows.cell(row, 4));
      list_.append(object_);
    }
    return {};
  }

 private:
  const std::string folder_;
  io::ObjectList& list_;
  io::Object object_;
};

// Which keys a URL means, where `first` is the first of those that a listing found.
class Meant {
 public:
  Meant(const io::S3Url& url, std::string_view first) : beginning_(url.key) {
    if (io::is_pattern(url.key)) {
      patterns_ = io::without_braces(url.key);
    } else if (first.starts_with(url.key + "/")) {
      beginning_ += '/';
    }
  }

  bool has(std::string_view key) const {
    if (patterns_.empty()) return key.starts_with(beginning_);
    return std::any_of(patterns_.begin(), patterns_.end(),
                       [&](const std::string& pattern) { return io::matches_pattern(pattern, key); });
  }

 private:
  std::string beginning_;
  std::vector<std::string> patterns_;
};

// Are the days of keys wanted? Keys that come one after the other and begin with the same day are asked about once.
class WantedDays {
 public:
  explicit WantedDays(const io::Dated& dated) : dated_(dated) {}

  bool have(std::string_view key) {
    if (!dated_) return true;
    if (!last_.empty() && key.starts_with(last_)) return wanted_;
    last_.clear();
    const auto day = dated_(key);
    if (!day) return true;
    constexpr std::size_t kDigits = 8;
    last_ = key.substr(0, day->base_bytes + kDigits + day->after_year.size() + day->after_month.size());
    wanted_ = day->day >= day->first_day && day->day <= day->last_day;
    return wanted_;
  }

 private:
  const io::Dated& dated_;
  std::string last_;  // the key's beginning up to its day
  bool wanted_ = true;
};

// Interrupts the database's query once that is wished, until it goes.
class Watch {
 public:
  Watch(engine::Database& database, const std::function<bool()>& interrupted) {
    if (!interrupted) return;
    thread_ = std::jthread([&database, &interrupted](const std::stop_token& stop) {
      std::mutex mutex;
      std::condition_variable_any changed;
      std::unique_lock lock(mutex);
      while (!changed.wait_for(lock, stop, kInterruptPeriod, [] { return false; }) && !stop.stop_requested()) {
        if (interrupted()) database.interrupt();
      }
    });
  }

 private:
  std::jthread thread_;
};

struct RemovedAtEnd {
  std::string folder;
  ~RemovedAtEnd() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

// Makes a new file; `fill` gives its bytes, "" at the end.
Result<void> make_file(const std::string& path, const std::function<Result<std::string_view>()>& fill) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return world_error("making " + path + ": " + std::generic_category().message(errno));
  Result<void> done;
  while (done) {
    const auto bytes = fill();
    if (!bytes) done = std::unexpected(bytes.error());
    if (!bytes || bytes->empty()) break;
    if (const int code = write_all(file, *bytes); code != 0) {
      done = world_error("writing " + path + ": " + std::generic_category().message(code));
    }
  }
  ::close(file);
  return done;
}

std::unexpected<Error> wrong_md5(const std::string& url, std::string_view stated_by) {
  return world_error(
      fmt::format("{}: its bytes do not fit the MD5 that {} states", url, stated_by),
      "it is damaged, or still being written: name an older manifest.json, or list without an inventory");
}

std::string as_hex(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return lower_ascii(text);
}

std::string md5_of(std::string_view text) {
  io::HexDigest sum(io::HexDigest::Kind::kMd5);
  sum.add(text);
  return sum.hex();
}

}  // namespace

Result<std::unique_ptr<Inventory>> Inventory::open(const std::string& url, std::span<const std::string> paths,
                                                   const io::S3Connect& connect,
                                                   const std::shared_ptr<io::ObjectStore>& store,
                                                   const std::string& temp_folder) {
  std::unique_ptr<Inventory> inventory(new Inventory);
  inventory->store_ = store;
  inventory->temp_folder_ = temp_folder;
  for (const std::string& path : paths) {
    if (!io::Object::is_s3_url(path)) continue;
    const auto named = io::parse_s3_url(path);
    if (!named) return std::unexpected(named.error());
    inventory->beginnings_.push_back(named->key.substr(0, named->key.find_first_of("*?[{\\")));
  }
  // The dated folders begin with their year; beside them lie many files.
  const bool is_manifest = formats::key_name(url) == kManifestName;
  const std::string pattern =
      is_manifest ? url : fmt::format("{}{}20*/{}", url, url.ends_with('/') ? "" : "/", kManifestName);
  auto found = io::list_objects(std::vector<std::string>{pattern}, io::MissingPath::kIsError, connect, {}, store);
  if (!found) return std::unexpected(std::move(found.error()));
  inventory->place_ = std::move(*found);
  const io::ObjectList& manifests = inventory->place_.objects;
  const io::Object newest = manifests.at(manifests.size() - 1);
  inventory->manifest_url_ = newest.path;
  auto text = inventory->read_small(newest.path, connect);
  if (!text) return std::unexpected(std::move(text.error()));
  inventory->manifest_text_ = std::move(*text);
  const std::string beside(newest.folder());
  const auto checksum = inventory->read_small(beside + std::string(kChecksumName), connect);
  if (!checksum) return std::unexpected(checksum.error());
  if (as_hex(*checksum) != md5_of(inventory->manifest_text_)) return wrong_md5(newest.path, kChecksumName);
  auto manifest = inventory->registry_.find("s3_inventory")->read_manifest(inventory->manifest_text_);
  if (!manifest || manifest->of_bucket.empty() || manifest->created_us == 0) {
    return world_error(newest.path + " is no manifest of an inventory");
  }
  if (manifest->file_format != "CSV" && manifest->file_format != "Parquet") {
    return world_error(
        fmt::format("{}: files in {} are not read, only CSV and Parquet", newest.path, manifest->file_format),
        "choose one of them in the inventory's configuration, or list without an inventory");
  }
  inventory->manifest_ = std::move(*manifest);
  inventory->use_.created_us = inventory->manifest_.created_us;
  return inventory;
}

Result<std::string> Inventory::read_small(const std::string& url, const io::S3Connect& connect) const {
  const auto found = io::list_objects(std::vector<std::string>{url}, io::MissingPath::kIsError, connect, {}, store_);
  if (!found) return std::unexpected(found.error());
  const io::Object object = found->objects.at(0);
  if (object.size_bytes > kManifestBytesMax) return world_error(url + " is too long for a manifest");
  auto source = io::open_object(*found, object);
  if (!source) return std::unexpected(std::move(source.error()));
  std::string text(object.size_bytes, '\0');
  if (text.empty()) return text;
  const auto size = io::read_fully(**source, text);
  if (!size) return std::unexpected(size.error());
  text.resize(*size);
  return text;
}

// Files lie in the manifest's bucket; they are copied under the names that the table s3_inventory looks for.
Result<void> Inventory::copy(const formats::Manifest::File& file, const std::string& folder,
                             const std::function<bool()>& interrupted) const {
  io::Object object;
  object.path = fmt::format("s3://{}/{}", io::parse_s3_url(manifest_url_)->bucket, file.key);
  object.size_bytes = file.size_bytes;
  const std::string name(formats::key_name(file.key));
  if (name.empty() || name.starts_with('.') || name == kManifestName || name.contains('\0')) {
    return world_error(manifest_url_ + " names a file that cannot be one of an inventory: " + file.key);
  }
  auto source = io::open_object(place_, object);
  if (!source) return std::unexpected(std::move(source.error()));
  io::HexDigest sum(io::HexDigest::Kind::kMd5);
  std::vector<char> buffer(kCopyBytes);
  auto copied = make_file(folder + name, [&]() -> Result<std::string_view> {
    if (interrupted && interrupted()) return interrupted_error();
    const auto count = (*source)->read(buffer);
    if (!count) return std::unexpected(count.error());
    const std::string_view bytes(buffer.data(), *count);
    sum.add(bytes);
    return bytes;
  });
  if (!copied) return copied;
  if (!file.md5.empty() && as_hex(file.md5) != sum.hex()) return wrong_md5(object.path, manifest_url_);
  return {};
}

Result<void> Inventory::read_rows(const std::function<bool()>& interrupted) {
  const RemovedAtEnd files{temp_folder_ + "/inventory/"};
  std::error_code failed;
  fs::create_directory(files.folder, failed);
  if (failed) return world_error("making " + files.folder + ": " + failed.message());
  for (const formats::Manifest::File& file : manifest_.files) {
    if (auto copied = copy(file, files.folder, interrupted); !copied) return copied;
  }
  std::string_view left = manifest_text_;
  const auto text = [&]() -> Result<std::string_view> { return std::exchange(left, {}); };
  if (auto made = make_file(files.folder + std::string(kManifestName), text); !made) return made;
  auto listing = io::list_objects(std::vector<std::string>{files.folder});
  if (!listing) return std::unexpected(std::move(listing.error()));
  auto database = engine::Database::create();
  if (!database) return std::unexpected(std::move(database.error()));
  engine::DatabaseOptions options;
  options.memory_bytes = kReadingBytes;
  options.threads = kReadingThreads;
  options.temp_folder = temp_folder_;
  engine::Inputs inputs;
  inputs.listing = std::move(*listing);
  if (auto started = (*database)->start(options, std::move(inputs)); !started) return started;
  io::ObjectList rows(store_);
  Rows sink(manifest_.of_bucket, rows);
  const Watch watch(**database, interrupted);
  auto read = (*database)->query(rows_query(beginnings_), engine::CellForm::kText, sink);
  if (!read) return std::unexpected(std::move(read.error()).while_doing(manifest_url_));
  rows_ = std::move(rows);
  return {};
}

// Both, sorted, each key once. nullopt: something that was listed is old enough to be in the inventory, and is not, so
// that older objects may be missing there: it may be of another prefix.
std::optional<io::ObjectList> Inventory::joined(const io::ObjectList& listed, const io::S3Url& url,
                                                const io::Dated& dated) {
  const std::int64_t old_us = use_.created_us - kDaysListedAgain * kMicrosecondsPerDay;
  const Meant meant(url, key_of(listed.at(0), url.bucket));
  WantedDays days(dated);
  io::ObjectList both(store_);
  io::ObjectCursor listed_cursor(listed);
  io::ObjectCursor rows_cursor(*rows_);
  std::uint64_t only_there = 0;
  const io::Object* here = listed_cursor.next();
  const io::Object* there = rows_cursor.next();
  while (here != nullptr || there != nullptr) {
    const int order = here == nullptr ? 1 : there == nullptr ? -1 : here->path.compare(there->path);
    if (order < 0 && here->modified_us.value_or(use_.created_us) < old_us) {
      use_.lacks = here->path;
      return {};
    }
    if (order <= 0) {
      both.append(*here);
      here = listed_cursor.next();
    } else if (const auto key = key_of(*there, url.bucket); meant.has(key) && days.have(key)) {
      both.append(*there);
      ++only_there;
    }
    if (order >= 0) there = rows_cursor.next();
  }
  use_.objects += only_there;
  return both;
}

Result<io::ObjectList> Inventory::list(const std::shared_ptr<aws::S3Client>& client, const io::S3Url& url,
                                       const io::Dated& dated, const std::function<bool()>& interrupted) {
  if (url.bucket != manifest_.of_bucket) {
    return usage_error(
        fmt::format("{} is an inventory of s3://{}/, not of s3://{}/", manifest_url_, manifest_.of_bucket, url.bucket),
        "a source for each bucket, with the inventory of it");
  }
  const std::int64_t first_day = day_of_us(use_.created_us) - kDaysListedAgain;
  bool passes_over = false;
  const io::Dated newer = [&](std::string_view key) -> std::optional<io::DatedKey> {
    std::optional<io::DatedKey> found;
    if (dated) {
      found = dated(key);
    } else if (const auto day = formats::key_day(registry_.all(), key)) {
      found = {day->base_bytes,
               day->after_year,
               day->after_month,
               day->day,
               std::numeric_limits<std::int64_t>::min(),
               std::numeric_limits<std::int64_t>::max()};
    }
    if (found && found->day < first_day && found->first_day < first_day) passes_over = true;
    if (found) found->first_day = std::max(found->first_day, first_day);
    return found;
  };
  auto listed = io::list_s3(client, url, store_, newer, interrupted);
  if (!listed || !passes_over || listed->empty()) return listed;
  if (!rows_) {
    if (auto read = read_rows(interrupted); !read) return std::unexpected(std::move(read.error()));
  }
  if (auto both = joined(*listed, url, dated)) return std::move(*both);
  return io::list_s3(client, url, store_, dated, interrupted);
}

}  // namespace otomo::app
