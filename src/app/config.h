// SPDX-License-Identifier: Apache-2.0
//
// What otomo.toml says, what the environment says instead, and where each value is from: named sources, accounts,
// defaults. Whatever is wrong is an error with its place. Knows no option and no terminal, and reads no log. Any
// thread.
//
//   [defaults]                                 # what the options are where they are not given
//   timezone = "Asia/Tokyo"
//
//   [sources.shop]                             # a query without --from asks all sources
//   url = ["AWSLogs", "access-logs/2026-*"]    # relative to the file's folder
//   account = "111122223333"
//
//   [accounts]                                 # the table `accounts`
//   111122223333 = "production"
//
// A variable of the environment overrides one value: OTOMO_DEFAULTS_TIMEZONE, OTOMO_SOURCES_SHOP_URL,
// OTOMO_ACCOUNTS_111122223333. One that is empty is as one that is not set.
//
// A file that was merely found in a folder may be anybody's: it says what is read and how it is shown, and may not set
// endpoints, credentials or commands.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_file.h"
#include "app/setting_values.h"
#include "base/result.h"
#include "engine/database.h"
#include "formats/format.h"
#include "io/object_writer.h"
#include "io/s3_connection.h"

namespace otomo::app {

inline constexpr std::size_t kSourcesMax = 1000;  // io::Object::source has room for 65,536
inline constexpr std::size_t kSourceNameBytesMax = 64;

struct ConfigSource {
  std::string name;
  std::vector<std::string> paths;  // as they are opened; patterns allowed
  std::string format;              // empty: detected
  std::string messages;            // the format of CloudWatch Logs' messages; empty: detected
  formats::SourceSettings settings;
  ChoiceSettings choice;
  io::S3Settings s3;
  std::string inventory;  // empty: what lies in S3 is listed
};

// Empty: nothing was said.
struct ConfigDefaults {
  std::string time_zone;
  std::string memory;
  std::string threads;
  std::string output;
  std::string rows;
  std::optional<bool> strict;
  std::optional<bool> csv_safe;
  std::string sse;  // of what is written to S3
  std::string sse_kms_key_id;
  std::string ask_above;
  std::string ask_above_objects;
};

// An effective value, for `otomo config show`.
struct Setting {
  std::string key;    // "sources.shop.url"
  std::string value;  // of a secret: kMasked
  std::string from;   // "otomo.toml:6:7", "OTOMO_DEFAULTS_MEMORY", "built in"
};
inline constexpr const char* kMasked = "********";

struct Config {
  ConfigFile file;
  ConfigDefaults defaults;
  std::vector<ConfigSource> sources;      // in the file's order
  std::vector<engine::Account> accounts;  // in the order of their ids
  std::vector<Setting> settings;          // what could be understood, whatever errors there are
  std::vector<Error> errors;              // in the file's order, their messages beginning with the place
  std::vector<std::string> warnings;      // what was said and has no effect
};

// A key that otomo.toml may hold. Parsing, variables, `config show` and the manual come from this list.
struct ConfigKey {
  std::string_view section;
  std::string_view name;   // of accounts: "ACCOUNT_ID", which stands for each
  std::string_view value;  // what kind of thing it is: "ZONE"
  std::string_view meaning;
  std::string_view built_in = {};  // what holds where nothing is said; empty: nothing
};
std::vector<ConfigKey> config_keys();
std::string dotted_name(const ConfigKey& key);    // "sources.NAME.url"
std::string variable_name(const ConfigKey& key);  // "OTOMO_SOURCES_NAME_URL"

struct ConfigRequest {
  std::string path;                       // --config; empty: not given
  std::vector<std::string> output_forms;  // what defaults.output may be
};

Config load_config(const ConfigRequest& request, const Environment& environment);

// The same of the text of `file`, which is not opened.
Config parse_config(std::string_view text, ConfigFile file, const ConfigRequest& request,
                    const Environment& environment);

}  // namespace otomo::app
