// SPDX-License-Identifier: Apache-2.0
//
// Access keys, found as AWS's own tools find them, in their order: the environment; the profile's role (source_profile,
// credential_source, external_id, mfa_serial, web_identity_token_file); the web identity that the environment names;
// SSO; the credentials file; credential_process; keys in the config file; the container's endpoint; the instance's
// (IMDSv2). https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html (read November 2026).
//
// Nothing here puts a secret into an error.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/shared_config.h"
#include "aws/sigv4.h"
#include "base/result.h"
#include "net/http.h"

namespace otomo::aws {

struct Credentials {
  AccessKey key;
  std::optional<std::int64_t> expires_s;  // nullopt: a long-lived key
  std::string origin;                     // where they are from, for people: "the environment", "profile prod"
};

struct CredentialsOptions {
  Environment environment;
  std::string profile;      // that the user named; "": AWS_PROFILE, else "default"
  std::string role_arn;     // assumed with what was found; "": none
  std::string external_id;  // of that role
  std::string region;       // of STS, where nothing says another
  // Asks the user for a code of the device; "" where nobody can be asked.
  std::function<std::string(const std::string& device)> mfa_code;
};

// Looks anew each time. Errors: nothing was found, or what was found does not work; the hint says what to do.
Result<Credentials> find_credentials(const CredentialsOptions& options, net::HttpClient& http);

// The profile that is meant: the user's, AWS_PROFILE, "default".
std::string profile_name(const CredentialsOptions& options);

// Holds credentials and looks for new ones in the background before they expire. Any thread.
class CredentialsCache {
 public:
  using Find = std::function<Result<Credentials>()>;

  // Looks once, and waits for it.
  static Result<std::unique_ptr<CredentialsCache>> make(Find find);
  virtual ~CredentialsCache() = default;

  // The last ones that were found. They may have expired where no newer ones could be had.
  virtual std::shared_ptr<const Credentials> current() const = 0;
  // These were refused as expired: unless there are newer ones already, look for some now, in the background.
  virtual void renew(const std::shared_ptr<const Credentials>& refused) = 0;
  // Why the last look found none; nullopt: it did.
  virtual std::optional<Error> trouble() const = 0;
};

}  // namespace otomo::aws
