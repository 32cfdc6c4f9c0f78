// SPDX-License-Identifier: Apache-2.0
#include "aws/credentials.h"

#include <simdjson.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "aws/digest.h"
#include "aws/sts.h"
#include "base/time.h"

namespace otomo::aws {

namespace {

using Found = Result<std::optional<Credentials>>;  // nullopt: this place has none

constexpr std::size_t kProcessBytesMax = 1 << 20U;
constexpr std::size_t kAnswerBytesMax = 1 << 20U;
constexpr std::size_t kProfilesMax = 16;  // in a chain of source_profile
constexpr std::string_view kContainerHost = "http://169.254.170.2";
constexpr std::string_view kInstanceEndpoint = "http://169.254.169.254";

std::optional<std::string> file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string without_newline(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

std::optional<std::int64_t> seconds_of(const std::string& instant) {
  const auto us = parse_iso_instant(instant);
  return us ? std::optional(*us / kMicrosecondsPerSecond) : std::nullopt;
}

// The members that each kind of answer has, under names of its own.
struct AnswerNames {
  const char* key_id;
  const char* secret;
  const char* token;
  const char* expires;
};

std::optional<Credentials> credentials_of(std::string_view json, const AnswerNames& names, const char* inside,
                                          std::string origin) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  if (inside != nullptr && root[inside].get(root) != simdjson::SUCCESS) return std::nullopt;
  const auto text = [&](const char* name) {
    std::string_view value;
    return root[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
  };
  Credentials found{{text(names.key_id), text(names.secret), text(names.token)}, {}, std::move(origin)};
  if (found.key.access_key_id.empty() || found.key.secret_access_key.empty()) return std::nullopt;
  std::int64_t epoch_ms = 0;
  if (root[names.expires].get(epoch_ms) == simdjson::SUCCESS) {
    found.expires_s = epoch_ms / 1000;
  } else {
    found.expires_s = seconds_of(text(names.expires));
  }
  return found;
}

class Finder {
 public:
  Finder(const CredentialsOptions& options, net::HttpClient& http, const SharedConfig& config)
      : options_(options), http_(http), config_(config), profile_(profile_name(options)) {}

  Result<Credentials> find() {
    auto found = find_any();
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) return nothing_found();
    if (options_.role_arn.empty()) return std::move(**found);
    AssumeRole role;
    role.role_arn = options_.role_arn;
    role.external_id = options_.external_id;
    return assume(role, **found, "role " + options_.role_arn);
  }

 private:
  std::string env(const char* name) const { return options_.environment(name); }

  Found find_any() {
    // A profile that the user named goes before what the environment happens to hold.
    if (options_.profile.empty()) {
      if (auto found = of_environment(); !found || *found) return found;
    }
    const Settings* settings = config_.profile(profile_);
    if (settings == nullptr && (!options_.profile.empty() || !env("AWS_PROFILE").empty())) {
      return world_error(
          fmt::format("profile {} is neither in {} nor in {}", profile_, config_.config_path, config_.credentials_path),
          "the names of all profiles: aws configure list-profiles");
    }
    if (settings != nullptr) {
      if (auto found = of_profile_role(profile_); !found || *found) return found;
    }
    if (options_.profile.empty()) {
      if (auto found = of_web_identity(env("AWS_WEB_IDENTITY_TOKEN_FILE"), env("AWS_ROLE_ARN"),
                                       env("AWS_ROLE_SESSION_NAME"), "the web identity of AWS_WEB_IDENTITY_TOKEN_FILE");
          !found || *found) {
        return found;
      }
    }
    if (settings != nullptr) {
      if (auto found = of_profile_itself(profile_, *settings); !found || *found) return found;
    }
    if (auto found = of_container(); !found || *found) return found;
    return of_instance();
  }

  std::unexpected<Error> nothing_found() const {
    return world_error("no AWS credentials were found",
                       "say which profile (--profile NAME), sign in (aws sso login), or set AWS_ACCESS_KEY_ID and "
                       "AWS_SECRET_ACCESS_KEY; buckets open to everybody: --no-sign-request");
  }

  Found of_environment() const {
    Credentials found{{env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY"), env("AWS_SESSION_TOKEN")},
                      seconds_of(env("AWS_CREDENTIAL_EXPIRATION")),
                      "the environment"};
    if (found.key.access_key_id.empty() && found.key.secret_access_key.empty()) return std::nullopt;
    if (found.key.access_key_id.empty() || found.key.secret_access_key.empty()) {
      return world_error("of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set", "set both, or none");
    }
    return found;
  }

  // A profile that names a role: assumed with what its source has.
  Found of_profile_role(const std::string& name) {
    const Settings& settings = *config_.profile(name);
    if (!settings.has("role_arn")) return std::nullopt;
    if (settings.has("web_identity_token_file")) {
      return of_web_identity(settings["web_identity_token_file"], settings["role_arn"], settings["role_session_name"],
                             "profile " + name);
    }
    if (!chain_.insert(name).second || chain_.size() > kProfilesMax) {
      return world_error(fmt::format("profile {}: its source_profile leads in a circle", name),
                         "see " + config_.config_path);
    }
    Found source = std::nullopt;
    const std::string& from = settings["source_profile"];
    if (!from.empty()) {
      const Settings* other = config_.profile(from);
      if (other == nullptr) {
        return world_error(fmt::format("profile {}: its source_profile {} does not exist", name, from),
                           "see " + config_.config_path);
      }
      // A profile may be its own source: its keys are meant.
      if (from != name) source = of_profile_role(from);
      if (source && !*source) source = of_profile_itself(from, *other);
    } else if (settings.has("credential_source")) {
      const std::string& place = settings["credential_source"];
      if (place == "Environment") {
        source = of_environment();
      } else if (place == "Ec2InstanceMetadata") {
        source = of_instance();
      } else if (place == "EcsContainer") {
        source = of_container();
      } else {
        return world_error(fmt::format("profile {}: credential_source {} is unknown", name, place),
                           "Environment, Ec2InstanceMetadata or EcsContainer");
      }
    } else {
      return world_error(
          fmt::format("profile {} has a role_arn but neither source_profile nor credential_source", name),
          "say in " + config_.config_path + " whose credentials may assume the role");
    }
    if (!source) return std::unexpected(std::move(source.error()).while_doing("profile " + name));
    if (!*source) return world_error(fmt::format("profile {}: its source has no credentials", name));
    AssumeRole role;
    role.role_arn = settings["role_arn"];
    role.external_id = settings["external_id"];
    role.session_name = settings["role_session_name"];
    role.duration_seconds = settings["duration_seconds"];
    if (settings.has("mfa_serial")) {
      role.mfa_serial = settings["mfa_serial"];
      role.mfa_code = options_.mfa_code ? options_.mfa_code(role.mfa_serial) : "";
      if (role.mfa_code.empty()) {
        return world_error(fmt::format("profile {} wants a code of the device {}", name, role.mfa_serial),
                           "run this in a terminal, which asks for it, or use a profile without mfa_serial");
      }
    }
    auto assumed = assume(role, **source, "profile " + name);
    if (!assumed) return std::unexpected(std::move(assumed.error()));
    return std::move(*assumed);
  }

  Found of_profile_itself(const std::string& name, const Settings& settings) {
    if (settings.has("sso_session") || settings.has("sso_start_url")) return of_sso(name, settings);
    if (const auto in_file = config_.credentials.find(name); in_file != config_.credentials.end()) {
      if (auto found = of_keys(in_file->second, "profile " + name); !found || *found) return found;
    }
    if (settings.has("credential_process")) return of_process(name, settings["credential_process"]);
    return of_keys(settings, "profile " + name);
  }

  static Found of_keys(const Settings& settings, const std::string& origin) {
    Credentials found{
        {settings["aws_access_key_id"], settings["aws_secret_access_key"], settings["aws_session_token"]}, {}, origin};
    if (found.key.access_key_id.empty() && found.key.secret_access_key.empty()) return std::nullopt;
    if (found.key.access_key_id.empty() || found.key.secret_access_key.empty()) {
      return world_error(origin + ": of aws_access_key_id and aws_secret_access_key only one is set", "set both");
    }
    return found;
  }

  Found of_web_identity(const std::string& token_file, const std::string& role_arn, const std::string& session_name,
                        const std::string& origin) {
    if (token_file.empty() || role_arn.empty()) return std::nullopt;
    const auto token = file_text(token_file);
    if (!token) return world_error(fmt::format("{}: the token's file {} cannot be read", origin, token_file));
    auto found = assume_role_with_web_identity(endpoint(), role_arn, session_name, without_newline(*token), http_);
    if (!found) return std::unexpected(std::move(found.error()).while_doing(origin));
    found->origin = origin;
    return std::move(*found);
  }

  Result<Credentials> assume(const AssumeRole& role, const Credentials& source, const std::string& origin) {
    auto found = assume_role(endpoint(), role, source.key, http_);
    if (!found) return std::unexpected(std::move(found.error()).while_doing(origin));
    found->origin = origin;
    return found;
  }

  // https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html (read November 2026).
  Found of_sso(const std::string& name, const Settings& settings) {
    const Settings* session = &settings;
    std::string cached = settings["sso_start_url"];
    if (settings.has("sso_session")) {
      const auto found = config_.sso_sessions.find(settings["sso_session"]);
      if (found == config_.sso_sessions.end()) {
        return world_error(fmt::format("profile {}: there is no [sso-session {}]", name, settings["sso_session"]),
                           "see " + config_.config_path);
      }
      session = &found->second;
      cached = settings["sso_session"];
    }
    const std::string hint = "sign in: aws sso login --profile " + name;
    if (auto loaded = load_digests(); !loaded) return std::unexpected(std::move(loaded.error()));
    const std::string path = fmt::format("{}/.aws/sso/cache/{}.json", env("HOME"), sha1_hex(cached));
    const auto text = file_text(path);
    if (!text) return world_error(fmt::format("profile {}: nobody is signed in to SSO", name), hint);
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    std::string_view token;
    std::string_view expires;
    if (parser.parse(text->data(), text->size()).get(root) != simdjson::SUCCESS ||
        root["accessToken"].get(token) != simdjson::SUCCESS || root["expiresAt"].get(expires) != simdjson::SUCCESS) {
      return world_error(fmt::format("profile {}: {} holds no token", name, path), hint);
    }
    const auto until = seconds_of(std::string(expires));
    if (!until || *until <= std::time(nullptr)) {
      return world_error(fmt::format("profile {}: the SSO session ended at {}", name, expires), hint);
    }
    net::HttpRequest request;
    std::string base = env("AWS_ENDPOINT_URL_SSO");
    if (base.empty())
      base = fmt::format("https://portal.sso.{}.{}", (*session)["sso_region"], domain_of((*session)["sso_region"]));
    request.url = fmt::format("{}/federation/credentials?account_id={}&role_name={}", base,
                              uri_encoded(settings["sso_account_id"], UriPart::kQuery),
                              uri_encoded(settings["sso_role_name"], UriPart::kQuery));
    request.headers = {{"x-amz-sso_bearer_token", std::string(token)}};
    const auto answer = ask(std::move(request), std::chrono::seconds(20));
    if (answer.failure != net::HttpFailure::kNone) {
      return world_error(fmt::format("profile {}: asking SSO: {}", name, answer.message));
    }
    if (answer.response.status == 401)
      return world_error(fmt::format("profile {}: SSO refuses the session", name), hint);
    const AnswerNames names{"accessKeyId", "secretAccessKey", "sessionToken", "expiration"};
    auto found = answer.response.status == 200
                     ? credentials_of(answer.response.body, names, "roleCredentials", "profile " + name)
                     : std::nullopt;
    if (!found) {
      return world_error(
          fmt::format("profile {}: SSO gives no credentials for the role {} in account {} (status {})", name,
                      settings["sso_role_name"], settings["sso_account_id"], answer.response.status),
          "check sso_role_name and sso_account_id in " + config_.config_path);
    }
    return found;
  }

  // https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html (read November 2026).
  static Found of_process(const std::string& name, const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "re");
    if (pipe == nullptr) return world_error(fmt::format("profile {}: credential_process cannot be started", name));
    std::string out;
    std::array<char, 4096> part{};
    while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe)) {
      if (out.size() < kProcessBytesMax) out.append(part.data(), got);
    }
    const int status = ::pclose(pipe);
    if (status != 0) {
      const std::string how = WIFSIGNALED(status) ? fmt::format("by signal {}", WTERMSIG(status))
                                                  : fmt::format("with code {}", WEXITSTATUS(status));
      return world_error(fmt::format("profile {}: credential_process ended {}", name, how),
                         "run its command by hand to see why");
    }
    const AnswerNames names{"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};
    auto found = credentials_of(out, names, nullptr, "profile " + name);
    if (!found) return world_error(fmt::format("profile {}: credential_process printed no credentials", name));
    return found;
  }

  net::HttpOutcome ask(net::HttpRequest request, std::chrono::milliseconds timeout) {
    request.timeout = timeout;
    request.connect_timeout = timeout;
    request.body_bytes_max = kAnswerBytesMax;
    return http_.send(std::move(request));
  }

  // https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html (read November 2026).
  Found of_container() {
    std::string url = env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (!url.empty()) {
      url.insert(0, kContainerHost);
    } else {
      url = env("AWS_CONTAINER_CREDENTIALS_FULL_URI");
      if (url.empty()) return std::nullopt;
      constexpr std::array<std::string_view, 6> kLocal = {"http://169.254.170.2",  "http://169.254.170.23",
                                                          "http://[fd00:ec2::23]", "http://localhost",
                                                          "http://127.0.0.1",      "http://[::1]"};
      // The token goes there: over TLS, or to this machine.
      const bool is_local = std::any_of(kLocal.begin(), kLocal.end(), [&](std::string_view host) {
        return url.starts_with(host) &&
               (url.size() == host.size() || url[host.size()] == ':' || url[host.size()] == '/');
      });
      if (!is_local && !url.starts_with("https://")) {
        return world_error("AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https:// nor a host that is allowed");
      }
    }
    net::HttpRequest request;
    request.url = url;
    request.direct = true;
    std::string token = env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (const std::string path = env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !path.empty()) {
      const auto text = file_text(path);
      if (!text) return world_error("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: " + path + " cannot be read");
      token = without_newline(*text);
    }
    if (!token.empty()) request.headers = {{"Authorization", token}};
    const auto answer = ask(std::move(request), std::chrono::seconds(5));
    const AnswerNames names{"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};
    auto found = answer.failure == net::HttpFailure::kNone && answer.response.status == 200
                     ? credentials_of(answer.response.body, names, nullptr, "the container's role")
                     : std::nullopt;
    if (found) return found;
    return world_error("the container's endpoint for credentials gives none: " +
                       (answer.failure == net::HttpFailure::kNone ? fmt::format("status {}", answer.response.status)
                                                                  : answer.message));
  }

  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (read November 2026).
  Found of_instance() {
    if (env("AWS_EC2_METADATA_DISABLED") == "true") return std::nullopt;
    std::string base = env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (base.empty()) base = kInstanceEndpoint;
    if (base.ends_with('/')) base.pop_back();
    net::HttpRequest request;
    request.method = "PUT";
    request.url = base + "/latest/api/token";
    request.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}};
    request.direct = true;
    // Outside EC2 nobody answers: a second is what AWS's own tools wait.
    const auto token = ask(std::move(request), std::chrono::seconds(1));
    if (token.failure != net::HttpFailure::kNone || token.response.status != 200) return std::nullopt;
    const auto get = [&](const std::string& path) {
      net::HttpRequest next;
      next.url = base + path;
      next.headers = {{"X-aws-ec2-metadata-token", token.response.body}};
      next.direct = true;
      return ask(std::move(next), std::chrono::seconds(5));
    };
    const std::string folder = "/latest/meta-data/iam/security-credentials/";
    const auto roles = get(folder);
    if (roles.failure != net::HttpFailure::kNone || roles.response.status != 200) return std::nullopt;
    const std::string role = roles.response.body.substr(0, roles.response.body.find('\n'));
    if (role.empty()) return std::nullopt;
    const auto answer = get(folder + role);
    const AnswerNames names{"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};
    auto found = answer.failure == net::HttpFailure::kNone && answer.response.status == 200
                     ? credentials_of(answer.response.body, names, nullptr, "the instance's role " + role)
                     : std::nullopt;
    if (!found) return world_error("the instance's metadata gives no credentials for its role " + role);
    return found;
  }

  StsEndpoint endpoint() const {
    StsEndpoint sts;
    const Settings* settings = config_.profile(profile_);
    sts.region = options_.region;
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
      if (sts.region.empty()) sts.region = env(name);
    }
    if (sts.region.empty() && settings != nullptr) sts.region = (*settings)["region"];
    if (sts.region.empty()) sts.region = "us-east-1";
    for (const char* name : {"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"}) {
      if (sts.url.empty()) sts.url = env(name);
    }
    return sts;
  }

  const CredentialsOptions& options_;
  net::HttpClient& http_;
  const SharedConfig& config_;
  const std::string profile_;
  std::set<std::string> chain_;  // of profiles whose roles are being assumed
};

}  // namespace

std::string profile_name(const CredentialsOptions& options) {
  if (!options.profile.empty()) return options.profile;
  std::string name = options.environment("AWS_PROFILE");
  return name.empty() ? "default" : name;
}

Result<Credentials> find_credentials(const CredentialsOptions& options, net::HttpClient& http) {
  const auto config = read_shared_config(options.environment);
  if (!config) return std::unexpected(config.error());
  return Finder(options, http, *config).find();
}

}  // namespace otomo::aws
