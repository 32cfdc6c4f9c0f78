// SPDX-License-Identifier: Apache-2.0
#include "io/s3_connection.h"

#include <algorithm>
#include <charconv>

#include "aws/digest.h"

namespace otomo::io {

namespace {

struct Decided {
  aws::S3Options s3;
  std::string ca_bundle;
};

std::string first_of(std::initializer_list<std::string> values) {
  for (const std::string& value : values) {
    if (!value.empty()) return value;
  }
  return {};
}

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html (read November 2026).
Result<Decided> decide(const S3Settings& settings, const aws::CredentialsOptions& who) {
  const auto config = aws::read_shared_config(who.environment);
  if (!config) return std::unexpected(config.error());
  const aws::Settings none;
  const aws::Settings* found = config->profile(aws::profile_name(who));
  const aws::Settings& profile = found == nullptr ? none : *found;
  const auto services = config->services.find(profile["services"]);
  const std::string of_service = services == config->services.end() ? "" : services->second["s3.endpoint_url"];
  const auto env = [&](const char* name) { return who.environment(name); };
  const bool ignored =
      first_of({env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), profile["ignore_configured_endpoint_urls"]}) == "true";

  Decided decided;
  decided.s3.endpoint_url = settings.endpoint_url;
  if (decided.s3.endpoint_url.empty() && !ignored) {
    decided.s3.endpoint_url =
        first_of({env("AWS_ENDPOINT_URL_S3"), env("AWS_ENDPOINT_URL"), of_service, profile["endpoint_url"]});
  }
  // Not shown: it may hold a password.
  if (decided.s3.endpoint_url.contains('@')) {
    return world_error("the endpoint's URL holds a user's name (--endpoint-url, AWS_ENDPOINT_URL, the profile)",
                       "credentials stand in ~/.aws or the environment");
  }
  if (!decided.s3.endpoint_url.empty() && !decided.s3.endpoint_url.starts_with("http://") &&
      !decided.s3.endpoint_url.starts_with("https://")) {
    return world_error(decided.s3.endpoint_url + ": no endpoint",
                       "a URL such as https://s3.example.com or http://127.0.0.1:9000");
  }
  decided.s3.region = first_of({settings.region, env("AWS_REGION"), env("AWS_DEFAULT_REGION"), profile["region"]});
  if (profile["s3.addressing_style"] == "path") decided.s3.addressing = aws::Addressing::kPath;
  if (profile["s3.addressing_style"] == "virtual") decided.s3.addressing = aws::Addressing::kVirtual;
  const std::string attempts = first_of({env("AWS_MAX_ATTEMPTS"), profile["max_attempts"]});
  if (!attempts.empty()) {
    unsigned count = 0;
    const auto [end, wrong] = std::from_chars(attempts.data(), attempts.data() + attempts.size(), count);
    if (wrong != std::errc() || end != attempts.data() + attempts.size() || count == 0) {
      return world_error("AWS_MAX_ATTEMPTS (max_attempts of the profile) '" + attempts + "' is no number above 0");
    }
    decided.s3.attempts_max = count;
    decided.s3.silent_attempts_max = std::min(count, decided.s3.silent_attempts_max);
  }
  decided.s3.requester_pays = settings.requester_pays;
  decided.ca_bundle = first_of({env("AWS_CA_BUNDLE"), profile["ca_bundle"]});
  return decided;
}

}  // namespace

Result<std::shared_ptr<aws::S3Client>> connect_s3(const S3Settings& settings, const S3Surroundings& surroundings) {
  if (auto loaded = aws::load_digests(); !loaded) return std::unexpected(std::move(loaded.error()));
  aws::CredentialsOptions who;
  who.environment = surroundings.environment;
  who.profile = settings.profile;
  who.role_arn = settings.role_arn;
  who.external_id = settings.external_id;
  who.region = settings.region;
  who.mfa_code = surroundings.mfa_code;
  auto decided = decide(settings, who);
  if (!decided) return std::unexpected(std::move(decided.error()));
  net::HttpClient::Options options;
  options.ca_bundle = decided->ca_bundle;
  options.user_agent = "otomo";
  auto made = net::HttpClient::make(options);
  if (!made) return std::unexpected(std::move(made.error()));
  const std::shared_ptr<net::HttpClient> http = std::move(*made);
  std::shared_ptr<aws::CredentialsCache> credentials;
  if (!settings.anonymous) {
    auto cache = aws::CredentialsCache::make([who, http] { return aws::find_credentials(who, *http); });
    if (!cache) return std::unexpected(std::move(cache.error()));
    credentials = std::move(*cache);
  }
  return std::make_shared<aws::S3Client>(http, std::move(credentials), std::move(decided->s3));
}

}  // namespace otomo::io
