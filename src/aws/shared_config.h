// SPDX-License-Identifier: Apache-2.0
//
// The files that AWS's own tools read: ~/.aws/config and ~/.aws/credentials.
//
//   file     = *( section / comment / blank )
//   section  = "[" name "]" LF *( setting / comment / blank )
//   name     = in config "default", "profile NAME", "sso-session NAME", "services NAME"; in credentials NAME
//   setting  = key "=" value LF *( 1*SP key "=" value LF )           ; indented lines belong to the key above
//   comment  = ( "#" / ";" ) text LF                                 ; behind a value, only after a space
//
//   [profile prod]
//   role_arn = arn:aws:iam::111122223333:role/reader
//   source_profile = default
//   s3 =
//     addressing_style = path
//
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html (read November 2026). Any thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace otomo::aws {

// The value of an environment variable; "" where it is not set.
using Environment = std::function<std::string(const std::string& name)>;

class Settings {
 public:
  // "" where it is not set. An indented key is "key.inner".
  const std::string& operator[](const std::string& key) const;
  bool has(const std::string& key) const { return !(*this)[key].empty(); }

  std::map<std::string, std::string> values;  // keys in lower case
};

struct SharedConfig {
  std::map<std::string, Settings> profiles;     // of both files
  std::map<std::string, Settings> credentials;  // those of the credentials file alone
  std::map<std::string, Settings> sso_sessions;
  std::map<std::string, Settings> services;
  std::string config_path;
  std::string credentials_path;

  const Settings* profile(const std::string& name) const;
};

enum class SharedFile : std::uint8_t { kConfig, kCredentials };

// Errors: a line that is neither, with its number, never with its text: it may be a secret.
Result<void> parse_shared_file(std::string_view text, SharedFile file, const std::string& path, SharedConfig& into);

// Reads both, where they are (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, else ~/.aws). A file that is missing is
// empty.
Result<SharedConfig> read_shared_config(const Environment& environment);

}  // namespace otomo::aws
