// SPDX-License-Identifier: Apache-2.0
//
// The places that a question or a copy is about, and the objects there. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "app/inventory.h"
#include "io/listing.h"
#include "io/s3_connection.h"

namespace otomo::app {

// Some paths, and what is said of the objects there.
struct QuestionSource {
  std::string name;  // empty: --from
  std::vector<std::string> paths;
  std::string format;    // a name, or a file that describes one; empty: detected
  std::string messages;  // the same, of CloudWatch Logs' messages
  formats::SourceSettings settings;
  io::MissingPath missing = io::MissingPath::kIsError;
  bool regular_files_only = false;  // pipes and devices are told and left out
  io::S3Settings s3;
  io::ObjectChoice choice;
  std::string inventory;  // s3://: see app/inventory.h; empty: all is listed
};

// The choice that the source says is left to the caller, who knows the zone: narrow().
QuestionSource question_source(const ConfigSource& source, const ConfigFile& file);

// What was found in a source.
struct SourceListed {
  std::string name;
  std::uint64_t objects = 0;
  std::uint64_t repeated = 0;  // objects that an earlier source has: they are asked there
  std::uint64_t left_out = 0;  // by the choice
  std::optional<InventoryUse> inventory;
};

inline bool is_in_s3(std::string_view path) { return io::Object::is_s3_url(path); }

struct SourcesListing {
  io::Listing listing;
  std::vector<SourceListed> sources;  // in the order that was asked for
};

// `temp_folder`: for long listings. `dated`: see io::list_s3(). Errors: those of io::list_objects().
Result<SourcesListing> list_sources(std::span<const QuestionSource> sources, const io::S3Surroundings& surroundings,
                                    const std::string& temp_folder, const io::SourceDated& dated = {},
                                    const std::function<bool()>& interrupted = {});

}  // namespace otomo::app
