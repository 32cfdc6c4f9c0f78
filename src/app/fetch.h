// SPDX-License-Identifier: Apache-2.0
//
// The verb behind `fetch`: copies objects from S3 to a folder, byte for byte, and writes down what S3 says of each. A
// copy appears under its name only when it is whole, and its line is in the record before that. What the record says
// was copied, and lies there with the object's size and time, is not copied again.
//
//   record = *( line LF )                 ; FOLDER/_otomo_fetch.jsonl, only added to: the last line of a URL counts
//   line   = {"otomo_fetch":1,"id":"…","place":"…","url":"s3://…","path":"…",…,"sha256":"…"}
//          / {"otomo_fetch":1,"url":"s3://…","error":"…","at":"…"}
//   id     = which object this is a copy of: of its URL, ETag, size and last change
//   place  = of the path; both the first 32 digits of a SHA-256
//
// open() and run() on one thread; interrupt() and progress() from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/copy_place.h"
#include "app/s3_price.h"
#include "app/source_listing.h"
#include "app/temp_folder.h"
#include "engine/database.h"
#include "io/s3_objects.h"

namespace otomo::app {

inline constexpr const char* kFetchRecordName = "_otomo_fetch.jsonl";
inline constexpr const char* kFetchPartialName = "_otomo_partial";  // what is not whole yet; goes with the run

struct FetchOptions {
  std::vector<QuestionSource> sources;
  std::string folder;
  bool dry_run = false;  // nothing is copied or written
  io::S3Surroundings s3;
};

struct FetchCounts {
  std::uint64_t objects = 0;  // that are to be copied, or were
  std::uint64_t bytes = 0;
  std::uint64_t already_there = 0;
  std::uint64_t odd_keys = 0;  // kept under another name than their key's
  std::uint64_t left_out = 0;  // by the choice
  std::uint64_t failed = 0;
};

class Fetch {
 public:
  // Lists, and finds out what is missing. Errors: a path that is not in S3; the folder cannot be written, or another
  // fetch is at work there.
  static Result<std::unique_ptr<Fetch>> open(const FetchOptions& options);
  ~Fetch();
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  const FetchCounts& planned() const { return planned_; }
  const S3Price& price() const { return price_; }
  const io::Listing& listing() const { return listed_.listing; }
  const std::vector<SourceListed>& sources() const { return listed_.sources; }
  // Each object that will be copied, and the path of its copy.
  void for_each(const std::function<void(const std::string& url, const std::string& path)>& take) const;

  // Copies. Errors: interrupted; the folder cannot be written any more. What is wrong with one object is a failure.
  Result<void> run();
  void interrupt() { interrupted_ = true; }
  engine::Progress progress() const;

  FetchCounts counts() const;                                       // of what was done
  const std::vector<Error>& failures() const { return failures_; }  // the first kFailuresKept of them
  static constexpr std::size_t kFailuresKept = 10;
  void remove_partial_files() const;

 private:
  struct Item {
    std::uint32_t object = 0;
    bool odd = false;
    CopyPlace::Replaced replaced = CopyPlace::Replaced::kNothing;
  };
  class Record;

  Fetch() = default;
  Result<void> plan(const FetchOptions& options);
  void work(unsigned worker);
  Result<void> copy(const Item& item, unsigned worker, std::vector<char>& buffer);
  static std::string path_of(const io::Object& object, bool odd);  // below the folder
  void fail(const io::Object& object, Error error);
  std::unexpected<Error> stop(Error error);  // the others need not be tried

  std::string folder_;  // ends with "/"
  std::unique_ptr<TempFolder> temp_folder_;
  SourcesListing listed_;
  std::vector<Item> items_;
  FetchCounts planned_;
  S3Price price_;
  std::unique_ptr<Record> record_;
  std::unique_ptr<io::S3ReadAhead> ahead_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::uint64_t> objects_done_ = 0;
  std::atomic<std::uint64_t> bytes_done_ = 0;    // of all that came
  std::atomic<std::uint64_t> bytes_copied_ = 0;  // of whole copies
  std::atomic<bool> interrupted_ = false;
  std::mutex place_mutex_;    // held while a copy gets its name
  mutable std::mutex mutex_;  // guards what follows
  std::uint64_t failed_ = 0;
  std::vector<Error> failures_;
  std::optional<Error> broken_;  // nothing can be written any more
};

}  // namespace otomo::app
