// SPDX-License-Identifier: Apache-2.0
#include "aws/sts.h"

#include <ctime>
#include <pugixml.hpp>

#include <fmt/format.h>

#include "aws/digest.h"
#include "base/time.h"

namespace otomo::aws {

namespace {

constexpr std::size_t kAnswerBytesMax = 1 << 20U;
constexpr std::chrono::seconds kTimeout{30};

Result<Credentials> call(const StsEndpoint& endpoint, const QueryParameters& parameters, const AccessKey* key,
                         net::HttpClient& http) {
  if (auto loaded = load_digests(); !loaded) return std::unexpected(std::move(loaded.error()));
  net::HttpRequest request;
  request.method = "POST";
  std::string url = endpoint.url.empty() ? fmt::format("https://sts.{}.{}", endpoint.region, domain_of(endpoint.region))
                                         : endpoint.url;
  while (url.ends_with('/')) url.pop_back();
  request.url = url + "/";
  request.body = canonical_query(parameters);
  request.body_bytes_max = kAnswerBytesMax;
  request.timeout = kTimeout;
  request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
  if (key != nullptr) {
    const std::size_t scheme = url.find("://");
    const std::string payload = hex(bytes_of(sha256(request.body)));
    SigningInput input;
    input.method = request.method;
    input.host = std::string_view(url).substr(scheme == std::string::npos ? 0 : scheme + 3);
    input.path = "/";
    input.headers = &request.headers;
    input.payload_hash = payload;
    input.region = endpoint.region;
    input.service = "sts";
    input.now_s = std::time(nullptr);
    auto added = signed_headers(input, *key);
    request.headers.insert(request.headers.end(), added.begin(), added.end());
  }
  const net::HttpOutcome answer = http.send(std::move(request));
  if (answer.failure != net::HttpFailure::kNone) {
    return world_error(fmt::format("asking STS at {}: {}", url, answer.message),
                       "check the network, AWS_REGION and AWS_ENDPOINT_URL_STS");
  }
  pugi::xml_document document;
  document.load_buffer(answer.response.body.data(), answer.response.body.size());
  if (answer.response.status != 200) {
    const pugi::xml_node error = document.document_element().child("Error");
    const std::string code = error.child_value("Code");
    std::string hint = "the role's trust policy must allow this identity, and the ARN must be right";
    if (code == "ExpiredToken" || code == "ExpiredTokenException") hint = "sign in anew";
    if (code == "InvalidClientTokenId") hint = "the access key does not exist: check which profile is used";
    if (code == "SignatureDoesNotMatch") hint = "the secret access key is wrong, or this machine's clock is";
    return world_error(fmt::format("STS: {} ({})", error.child_value("Message"),
                                   code.empty() ? fmt::format("status {}", answer.response.status) : code),
                       hint);
  }
  const pugi::xml_node found = document.document_element().first_child().child("Credentials");
  Credentials credentials{
      {found.child_value("AccessKeyId"), found.child_value("SecretAccessKey"), found.child_value("SessionToken")},
      {},
      ""};
  if (credentials.key.access_key_id.empty()) return world_error("STS answered without credentials");
  const auto expires_us = parse_iso_instant(found.child_value("Expiration"));
  if (expires_us) credentials.expires_s = *expires_us / kMicrosecondsPerSecond;
  return credentials;
}

std::string session_or_own(const std::string& name) {
  return name.empty() ? fmt::format("otomo-{}", std::time(nullptr)) : name;
}

}  // namespace

Result<Credentials> assume_role(const StsEndpoint& endpoint, const AssumeRole& role, const AccessKey& key,
                                net::HttpClient& http) {
  QueryParameters parameters = {{"Action", "AssumeRole"},
                                {"Version", "2011-06-15"},
                                {"RoleArn", role.role_arn},
                                {"RoleSessionName", session_or_own(role.session_name)}};
  if (!role.external_id.empty()) parameters.emplace_back("ExternalId", role.external_id);
  if (!role.duration_seconds.empty()) parameters.emplace_back("DurationSeconds", role.duration_seconds);
  if (!role.mfa_serial.empty()) {
    parameters.emplace_back("SerialNumber", role.mfa_serial);
    parameters.emplace_back("TokenCode", role.mfa_code);
  }
  return call(endpoint, parameters, &key, http);
}

Result<Credentials> assume_role_with_web_identity(const StsEndpoint& endpoint, const std::string& role_arn,
                                                  const std::string& session_name, const std::string& token,
                                                  net::HttpClient& http) {
  return call(endpoint,
              {{"Action", "AssumeRoleWithWebIdentity"},
               {"Version", "2011-06-15"},
               {"RoleArn", role_arn},
               {"RoleSessionName", session_or_own(session_name)},
               {"WebIdentityToken", token}},
              nullptr, http);
}

std::string domain_of(const std::string& region) {
  return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

}  // namespace otomo::aws
