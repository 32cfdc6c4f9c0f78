// SPDX-License-Identifier: Apache-2.0
//
// An S3 Inventory that stands in for listing: what a bucket held when the inventory was made, and of what is newer a
// listing. Where keys are dated as AWS dates them, nothing older than two days before the inventory is listed; all
// other keys are. What is listed counts before what the inventory says. One thread.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html (read November 2026).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/format.h"
#include "formats/object_facts.h"
#include "formats/registry.h"
#include "io/listing.h"
#include "io/s3_listing.h"

namespace otomo::app {

// What an inventory was good for.
struct InventoryUse {
  std::int64_t created_us = 0;
  std::uint64_t objects = 0;  // that were found in it, and not listed
  std::string lacks;          // not empty: an older object that it lacks, so that it does not count
};

class Inventory {
 public:
  // `url`: of a manifest.json, or of the folder above the dated ones; then the newest counts. `paths`: what will be
  // listed. Files are kept in `temp_folder` while they are read. Errors: there is none, it is of another form than CSV
  // and Parquet, it is damaged.
  static Result<std::unique_ptr<Inventory>> open(const std::string& url, std::span<const std::string> paths,
                                                 const io::S3Connect& connect,
                                                 const std::shared_ptr<io::ObjectStore>& store,
                                                 const std::string& temp_folder);

  // As io::list_s3() does it. Errors: its; the inventory is of another bucket, or damaged.
  Result<io::ObjectList> list(const std::shared_ptr<aws::S3Client>& client, const io::S3Url& url,
                              const io::Dated& dated, const std::function<bool()>& interrupted);

  const InventoryUse& use() const { return use_; }

 private:
  Inventory() = default;

  Result<std::string> read_small(const std::string& url, const io::S3Connect& connect) const;
  Result<void> copy(const formats::Manifest::File& file, const std::string& folder,
                    const std::function<bool()>& interrupted) const;
  Result<void> read_rows(const std::function<bool()>& interrupted);
  std::optional<io::ObjectList> joined(const io::ObjectList& listed, const io::S3Url& url, const io::Dated& dated);

  const formats::Registry registry_;
  std::string manifest_url_;
  std::string manifest_text_;
  formats::Manifest manifest_;
  std::vector<std::string> beginnings_;  // of the keys that are asked for
  io::Listing place_;                    // of the manifest, for its client
  std::shared_ptr<io::ObjectStore> store_;
  std::string temp_folder_;
  std::optional<io::ObjectList> rows_;  // sorted; once they were needed
  InventoryUse use_;
};

}  // namespace otomo::app
