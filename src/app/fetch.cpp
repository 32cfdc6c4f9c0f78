// SPDX-License-Identifier: Apache-2.0
#include "app/fetch.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>
#include <unordered_set>

#include "app/fetch_paths.h"
#include "base/time.h"
#include "base/utf8.h"
#include "base/write_all.h"
#include "formats/json_walk.h"
#include "io/checksums.h"
#include "io/s3_listing.h"

namespace otomo::app {

namespace {

namespace fs = std::filesystem;

constexpr unsigned kWritersMax = 8;
constexpr std::size_t kAheadBytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
constexpr std::size_t kIdDigits = 32;

Error writing_error(const std::string& path, int code = errno) {
  return {ErrorKind::kWorld, "writing " + path + ": " + std::generic_category().message(code), "", {}};
}

std::string instant(std::int64_t us) {
  const auto seconds = std::chrono::sys_seconds(std::chrono::seconds(us / kMicrosecondsPerSecond));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", seconds, us % kMicrosecondsPerSecond);
}

// Members of a JSON object, in the order in which they are put.
class JsonLine {
 public:
  JsonLine() { text_ = "{\"otomo_fetch\":1"; }
  void put(std::string_view name, std::string_view value) {
    put_name(name);
    formats::append_json_string(text_, utf8::repaired(value));
  }
  void put_if(std::string_view name, std::string_view value) {
    if (!value.empty()) put(name, value);
  }
  void put(std::string_view name, std::uint64_t value) {
    put_name(name);
    text_ += std::to_string(value);
  }
  void open(std::string_view name) {
    put_name(name);
    text_ += '{';
  }
  void close() { text_ += '}'; }
  std::string finish() && { return std::move(text_) + "}\n"; }

 private:
  void put_name(std::string_view name) {
    if (!text_.ends_with('{')) text_ += ',';
    formats::append_json_string(text_, utf8::repaired(name));
    text_ += ':';
  }

  std::string text_;
};

using Id = std::array<char, kIdDigits>;

Id id_of(std::string_view text) {
  const std::string digits = io::sha256_hex(text);
  Id id;
  std::copy_n(digits.begin(), kIdDigits, id.begin());
  return id;
}

std::string_view text_of(const Id& id) { return {id.data(), id.size()}; }

// One answer says all of a small object; parts come without the checksums of the whole, an empty one not at all.
bool asks_first(const io::Object& object) { return object.size_bytes == 0 || object.size_bytes > io::kS3PartBytes; }

Id object_id(const io::Object& object) {
  std::string text = object.path;
  text += '\0' + object.etag + '\0' + std::to_string(object.size_bytes);
  text += '\0' + std::to_string(object.modified_us.value_or(0));
  return id_of(text);
}

}  // namespace

class Fetch::Record {
 public:
  ~Record() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  // What was copied before, and the right to add to it.
  Result<void> open(const std::string& path, bool read_only) {
    path_ = path;
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
      return world_error(path + " is no file", "the record of copies belongs there: move it away");
    }
    if (!read_only) {
      descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (descriptor_ < 0) return std::unexpected(writing_error(path));
      if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        return world_error(path + ": another fetch is writing there", "wait for it, or give another folder");
      }
    }
    constexpr std::string_view kId = R"({"otomo_fetch":1,"id":")";
    constexpr std::string_view kPlace = R"(","place":")";
    std::ifstream file(path, std::ios::binary);
    off_t whole_bytes = 0;
    bool is_torn = false;  // the last line is not whole: a run before ended inside it
    for (std::string line; std::getline(file, line); whole_bytes += static_cast<off_t>(line.size()) + 1) {
      is_torn = file.eof();
      if (line.size() < kId.size() + kPlace.size() + 2 * kIdDigits || !line.starts_with(kId)) continue;
      places_.push_back(read_id(line, kId.size() + kIdDigits + kPlace.size()));
      if (!is_torn) copied_.push_back(read_id(line, kId.size()));
      if (is_torn) break;
    }
    std::sort(copied_.begin(), copied_.end());
    std::sort(places_.begin(), places_.end());
    if (is_torn && !read_only && ::ftruncate(descriptor_, whole_bytes) != 0)
      return std::unexpected(writing_error(path));
    return {};
  }

  bool has_copied(const Id& id) const { return std::binary_search(copied_.begin(), copied_.end(), id); }
  bool has_place(const Id& id) const { return std::binary_search(places_.begin(), places_.end(), id); }

  // Any thread.
  Result<void> add(std::string_view line) {
    const std::lock_guard lock(mutex_);
    const off_t before = ::lseek(descriptor_, 0, SEEK_END);
    const int code = write_all(descriptor_, line);
    if (code == 0) return {};
    (void)!::ftruncate(descriptor_, before);  // the next line would go on where this one broke
    return std::unexpected(writing_error(path_, code));
  }

  // Everything that was written to the folder's file system is on the disk.
  Result<void> settle() {
    if (::syncfs(descriptor_) != 0) return std::unexpected(writing_error(path_));
    return {};
  }

 private:
  static Id read_id(const std::string& line, std::size_t at) {
    Id id;
    std::copy_n(line.begin() + static_cast<std::ptrdiff_t>(at), kIdDigits, id.begin());
    return id;
  }

  std::string path_;
  int descriptor_ = -1;
  std::vector<Id> copied_;
  std::vector<Id> places_;
  std::mutex mutex_;
};

Fetch::~Fetch() = default;

Result<std::unique_ptr<Fetch>> Fetch::open(const FetchOptions& options) {
  std::unique_ptr<Fetch> fetch(new Fetch);
  for (const QuestionSource& source : options.sources) {
    for (const std::string& path : source.paths) {
      if (!io::Object::is_s3_url(path)) {
        return usage_error(path + " is not in S3", "otomo fetch s3://BUCKET/PREFIX FOLDER; the folder comes last");
      }
      const auto url = io::parse_s3_url(path);
      if (!url) return std::unexpected(url.error());
      if (!is_plain_bucket(url->bucket)) {
        return usage_error(path + ": a bucket of that name is not copied",
                           "its name begins with . or _, or is longer than a folder's may be");
      }
    }
  }
  auto temp_folder = TempFolder::make();
  if (!temp_folder) return std::unexpected(std::move(temp_folder.error()));
  fetch->temp_folder_ = std::move(*temp_folder);
  auto listed = list_sources(options.sources, options.s3, fetch->temp_folder_->path());
  if (!listed) return std::unexpected(std::move(listed.error()));
  fetch->listed_ = std::move(*listed);
  if (auto planned = fetch->plan(options); !planned) return std::unexpected(std::move(planned.error()));
  return fetch;
}

Result<void> Fetch::plan(const FetchOptions& options) {
  const io::Listing& listing = listed_.listing;
  folder_ = options.folder.ends_with('/') ? options.folder : options.folder + "/";
  if (!options.dry_run) {
    std::error_code failed;
    fs::create_directories(folder_, failed);
    if (failed) return world_error("making " + folder_ + ": " + failed.message());
  }
  record_ = std::make_unique<Record>();
  if (auto opened = record_->open(folder_ + kFetchRecordName, options.dry_run); !opened) return opened;

  std::vector<std::string> folders;
  io::ObjectCursor all(listing.objects);
  while (const io::Object* object = all.next()) {
    if (folders.empty() || folders.back() != object->folder()) folders.emplace_back(object->folder());
  }
  std::sort(folders.begin(), folders.end());
  const auto is_folder = [&](const std::string& url) {
    const auto next = std::lower_bound(folders.begin(), folders.end(), url + "/");
    return next != folders.end() && next->starts_with(url + "/");
  };
  // Two endpoints may have a bucket of one name each.
  const bool may_meet = std::count_if(listing.s3.begin(), listing.s3.end(), [](const auto& s3) { return s3; }) > 1;
  std::unordered_set<std::string> met;
  io::ObjectCursor cursor(listing.objects);
  while (const io::Object* next = cursor.next()) {
    const io::Object& object = *next;
    const std::string& url = object.path;
    const io::S3Url parsed = *io::parse_s3_url(url);
    Item item{static_cast<std::uint32_t>(cursor.number()), !is_plain_key(parsed.key) || is_folder(url)};
    const std::string path = path_of(object, item.odd);
    if (item.odd) ++planned_.odd_keys;
    if (may_meet && !met.insert(path).second) {
      return usage_error(url + ": two sources have a bucket of that name, at different endpoints",
                         "fetch one after the other (--source), each into a folder of its own");
    }
    struct stat status{};
    const bool exists = ::lstat((folder_ + path).c_str(), &status) == 0;
    if (exists && record_->has_copied(object_id(object)) && S_ISREG(status.st_mode) &&
        static_cast<std::uint64_t>(status.st_size) == object.size_bytes &&
        status.st_mtim.tv_sec == object.modified_us.value_or(0) / kMicrosecondsPerSecond) {
      ++planned_.already_there;
      continue;
    }
    if (exists && !record_->has_place(id_of(path))) {
      fail(object, {ErrorKind::kWorld,
                    folder_ + path + " is there already, and no copy of a fetch",
                    "move it away, or give another folder",
                    {}});
      continue;
    }
    if (exists) item.replaced = CopyPlace::Replaced::kEarlierCopy;
    ++planned_.objects;
    planned_.bytes += object.size_bytes;
    price_.add(listing, object, asks_first(object) ? 1 : 0);
    items_.push_back(item);
  }
  for (const SourceListed& source : listed_.sources) planned_.left_out += source.left_out;
  return {};
}

std::string Fetch::path_of(const io::Object& object, bool odd) {
  const io::S3Url url = *io::parse_s3_url(object.path);
  return odd ? odd_path(url.bucket, url.key) : plain_path(url.bucket, url.key);
}

void Fetch::for_each(const std::function<void(const std::string& url, const std::string& path)>& take) const {
  io::ObjectCursor cursor(listed_.listing.objects);
  for (const Item& item : items_) {
    const io::Object& object = cursor.at(item.object);
    take(object.path, folder_ + path_of(object, item.odd));
  }
}

Result<void> Fetch::run() {
  remove_partial_files();  // of a run that was killed
  std::error_code failed;
  fs::create_directories(folder_ + kFetchPartialName, failed);
  if (failed) return world_error("making " + folder_ + kFetchPartialName + ": " + failed.message());
  io::ObjectSet objects;
  for (const Item& item : items_) objects.add(item.object);
  ahead_ = io::S3ReadAhead::make(listed_.listing, objects, kAheadBytes, [this] { return interrupted_.load(); });
  {
    std::vector<std::jthread> workers;
    const auto count = static_cast<unsigned>(std::min<std::size_t>(kWritersMax, items_.size()));
    for (unsigned i = 0; i < count; ++i) workers.emplace_back([this, i] { work(i); });
  }
  remove_partial_files();
  if (interrupted_) return interrupted_error();
  if (broken_) return std::unexpected(*broken_);
  return record_->settle();
}

void Fetch::work(unsigned worker) {
  std::vector<char> buffer(kBufferBytes);
  while (!interrupted_) {
    const std::size_t next = next_++;
    if (next >= items_.size()) return;
    if (auto copied = copy(items_[next], worker, buffer); !copied && !interrupted_) {
      fail(listed_.listing.objects.at(items_[next].object), std::move(copied.error()));
    }
  }
}

Result<void> Fetch::copy(const Item& item, unsigned worker, std::vector<char>& buffer) {
  const io::Listing& listing = listed_.listing;
  const io::Object object = listing.objects.at(item.object);
  const std::string path = path_of(object, item.odd);
  const std::string partial = fmt::format("{}{}/{}", folder_, kFetchPartialName, worker);

  io::ObjectFacts facts;
  if (asks_first(object)) {
    auto asked = io::ask_facts(listing, object);
    if (!asked) return std::unexpected(std::move(asked.error()));
    facts = std::move(*asked);
  }
  auto source = ahead_->open(item.object, object);
  if (!source) return std::unexpected(std::move(source.error()));
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file < 0) return stop(writing_error(partial));
  const struct Closing {
    int file;
    ~Closing() { ::close(file); }
  } closing{file};

  io::HexDigest sum(io::HexDigest::Kind::kSha256);
  io::ChecksumCheck check(facts.checksums);
  std::uint64_t size = 0;
  while (true) {
    const auto count = (*source)->read(buffer);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) break;
    const std::string_view bytes(buffer.data(), *count);
    sum.add(bytes);
    check.add(bytes);
    size += *count;
    bytes_done_ += *count;
    if (const int code = write_all(file, bytes); code != 0) return stop(writing_error(partial, code));
  }
  if (interrupted_) return interrupted_error();
  if (!asks_first(object)) facts = (*source)->facts();
  if (auto fine = check.finish(object.path); !fine) return fine;

  const std::int64_t modified_us = object.modified_us.value_or(now_us());
  const timespec modified{modified_us / kMicrosecondsPerSecond, modified_us % kMicrosecondsPerSecond * 1000};
  const timespec times[2] = {modified, modified};
  if (::futimens(file, times) != 0) return std::unexpected(writing_error(partial));

  const io::S3Url url = *io::parse_s3_url(object.path);
  JsonLine line;
  line.put("id", text_of(object_id(object)));
  line.put("place", text_of(id_of(path)));
  line.put("url", object.path);
  line.put("bucket", url.bucket);
  line.put("key", url.key);
  line.put("path", path);
  line.put_if("version_id", facts.version_id);
  line.put_if("etag", facts.etag.empty() ? object.etag : facts.etag);
  line.put("size_bytes", size);
  if (object.modified_us) line.put("last_modified", instant(*object.modified_us));
  line.put("storage_class", facts.storage_class.empty() ? "STANDARD" : facts.storage_class);
  line.put_if("server_side_encryption", facts.encryption);
  line.put_if("sse_kms_key_id", facts.kms_key_id);
  line.put_if("content_type", facts.content_type);
  line.put_if("content_encoding", facts.content_encoding);
  line.open("metadata");
  for (const auto& [name, value] : facts.user_data) line.put(name, value);
  line.close();
  line.put_if("checksum_type", facts.checksum_type);
  line.open("checksums");
  for (const io::StatedChecksum& checksum : facts.checksums) line.put(checksum.algorithm, checksum.value);
  line.close();
  line.put("fetched_at", instant(now_us()));
  line.put("sha256", sum.hex());
  const auto place = CopyPlace::make(folder_, path);
  if (!place) return std::unexpected(place.error());
  {
    // One at a time: names may be the same to the file system that are two to S3.
    const std::lock_guard lock(place_mutex_);
    if (item.replaced == CopyPlace::Replaced::kNothing && place->is_taken()) {
      return std::unexpected(place->taken_error());
    }
    if (auto added = record_->add(std::move(line).finish()); !added) return stop(std::move(added.error()));
    if (auto taken = place->take(partial, item.replaced); !taken) return taken;
  }
  bytes_copied_ += size;
  ++objects_done_;
  return {};
}

std::unexpected<Error> Fetch::stop(Error error) {
  const std::lock_guard lock(mutex_);
  broken_ = error;
  next_ = items_.size();
  return std::unexpected(std::move(error));
}

void Fetch::fail(const io::Object& object, Error error) {
  const std::string& url = object.path;
  if (!error.message.contains(url)) error = std::move(error).while_doing(url);
  JsonLine line;
  line.put("url", url);
  line.put("error", error.message);
  line.put("at", instant(now_us()));
  (void)record_->add(std::move(line).finish());
  const std::lock_guard lock(mutex_);
  ++failed_;
  if (failures_.size() < kFailuresKept) failures_.push_back(std::move(error));
}

engine::Progress Fetch::progress() const {
  engine::Progress progress;
  progress.stored_bytes = bytes_done_;
  progress.stored_bytes_total = planned_.bytes;
  return progress;
}

FetchCounts Fetch::counts() const {
  const std::lock_guard lock(mutex_);
  FetchCounts counts = planned_;
  counts.objects = objects_done_;
  counts.bytes = bytes_copied_;
  counts.failed = failed_ + listed_.listing.unread.size();
  return counts;
}

void Fetch::remove_partial_files() const {
  std::error_code ignored;
  fs::remove_all(folder_ + kFetchPartialName, ignored);
}

}  // namespace otomo::app
