// SPDX-License-Identifier: Apache-2.0
#include "aws/sigv4.h"

#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "aws/digest.h"
#include "base/ascii.h"

namespace otomo::aws {

namespace {

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// Space at the ends goes, and within becomes one blank.
std::string without_extra_space(std::string_view value) {
  std::string text;
  bool between = false;
  for (const char c : value) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      between = !text.empty();
      continue;
    }
    if (between) text += ' ';
    between = false;
    text += c;
  }
  return text;
}

// Without empty, "." and ".." segments (RFC 3986, 5.2.4); a slash at the end stays.
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  std::size_t at = 0;
  while (at <= path.size()) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, slash - at);
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
    at = slash + 1;
  }
  std::string text;
  for (const std::string_view segment : kept) text.append("/").append(segment);
  if (text.empty() || path.ends_with('/')) text += '/';
  return text;
}

std::string canonical_path(const SigningInput& input) {
  if (input.service == "s3") return std::string(input.path.empty() ? std::string_view("/") : input.path);
  return uri_encoded(normalized(input.path), UriPart::kPath);
}

}  // namespace

std::string uri_encoded(std::string_view text, UriPart part) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    if (is_unreserved(c) || (c == '/' && part == UriPart::kPath)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4U];
    encoded += kDigits[byte & 15U];
  }
  return encoded;
}

std::string canonical_query(const QueryParameters& query) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(query.size());
  for (const auto& [name, value] : query) {
    encoded.emplace_back(uri_encoded(name, UriPart::kQuery), uri_encoded(value, UriPart::kQuery));
  }
  std::sort(encoded.begin(), encoded.end());
  std::string text;
  for (const auto& [name, value] : encoded) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }
  return text;
}

std::vector<net::Header> signed_headers(const SigningInput& input, const AccessKey& key) {
  const std::chrono::sys_seconds now{std::chrono::seconds(input.now_s)};
  const std::string time = fmt::format("{:%Y%m%dT%H%M%SZ}", now);
  std::vector<net::Header> added = {{"host", std::string(input.host)}, {"x-amz-date", time}};
  if (input.service == "s3") added.push_back({"x-amz-content-sha256", std::string(input.payload_hash)});
  if (!key.session_token.empty()) added.push_back({"x-amz-security-token", key.session_token});

  std::vector<net::Header> canonical;
  for (const std::vector<net::Header>* headers :
       {static_cast<const std::vector<net::Header>*>(&added), input.headers}) {
    if (headers == nullptr) continue;
    for (const net::Header& header : *headers) {
      canonical.push_back({lower_ascii(header.name), without_extra_space(header.value)});
    }
  }
  std::stable_sort(canonical.begin(), canonical.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::string lines;
  std::string names;
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    if (!names.empty()) names += ';';
    names += canonical[i].name;
    lines.append(canonical[i].name).append(":").append(canonical[i].value);
    // The values of one name stand behind one another.
    for (; i + 1 < canonical.size() && canonical[i + 1].name == canonical[i].name; ++i) {
      lines.append(",").append(canonical[i + 1].value);
    }
    lines += '\n';
  }

  const std::string query = input.query == nullptr ? "" : canonical_query(*input.query);
  const std::string request = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", input.method, canonical_path(input), query, lines,
                                          names, input.payload_hash);
  const std::string_view day = std::string_view(time).substr(0, 8);
  const std::string scope = fmt::format("{}/{}/{}/aws4_request", day, input.region, input.service);
  const std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, hex(bytes_of(sha256(request))));

  Sha256 signing = hmac_sha256("AWS4" + key.secret_access_key, day);
  for (const std::string_view step : {input.region, input.service, std::string_view("aws4_request")}) {
    signing = hmac_sha256(bytes_of(signing), step);
  }
  added.push_back({"authorization",
                   fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}", key.access_key_id,
                               scope, names, hex(bytes_of(hmac_sha256(bytes_of(signing), to_sign))))});
  return added;
}

}  // namespace otomo::aws
