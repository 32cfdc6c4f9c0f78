// SPDX-License-Identifier: Apache-2.0
#include "aws/s3_list.h"

#include <charconv>
#include <cstring>
#include <pugixml.hpp>

#include <fmt/format.h>

#include "base/time.h"

namespace otomo::aws {

namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// What encoding-type=url has made of a key: '+' is a space there.
std::string decoded(std::string_view text) {
  std::string key;
  key.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit_of(text[i + 1]) >= 0 && digit_of(text[i + 2]) >= 0) {
      key += static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
      i += 2;
    } else {
      key += text[i] == '+' ? ' ' : text[i];
    }
  }
  return key;
}

}  // namespace

bool is_archive(std::string_view storage_class) {
  return storage_class == "GLACIER" || storage_class == "DEEP_ARCHIVE";
}

std::optional<ListPage> parse_list_page(std::string& xml) {
  pugi::xml_document document;
  if (!document.load_buffer_inplace(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8)) {
    return std::nullopt;
  }
  const pugi::xml_node root = document.child("ListBucketResult");
  if (!root) return std::nullopt;
  const bool encoded = std::strcmp(root.child_value("EncodingType"), "url") == 0;
  const auto key_of = [&](const char* text) { return encoded ? decoded(text) : std::string(text); };
  ListPage page;
  for (const pugi::xml_node node : root.children()) {
    if (std::strcmp(node.name(), "Contents") == 0) {
      ListedObject object;
      for (const pugi::xml_node child : node.children()) {
        const std::string_view name = child.name();
        const char* value = child.child_value();
        if (name == "Key") {
          object.key = key_of(value);
        } else if (name == "Size") {
          std::from_chars(value, value + std::strlen(value), object.size_bytes);
        } else if (name == "LastModified") {
          object.modified_us = parse_iso_instant(value);
        } else if (name == "ETag") {
          object.etag = value;
        } else if (name == "StorageClass") {
          object.is_archived = is_archive(value);
        }
      }
      page.objects.push_back(std::move(object));
    } else if (std::strcmp(node.name(), "CommonPrefixes") == 0) {
      page.prefixes.push_back(key_of(node.child_value("Prefix")));
    }
  }
  if (std::strcmp(root.child_value("IsTruncated"), "true") == 0)
    page.next_token = root.child_value("NextContinuationToken");
  return page;
}

void start_list(S3Client& client, ListRequest request, std::function<void(ListOutcome)> done) {
  S3Request out;
  out.bucket = request.bucket;
  out.slowed_down = std::move(request.slowed_down);
  out.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"max-keys", fmt::format("{}", request.keys_max)}};
  if (!request.prefix.empty()) out.query.emplace_back("prefix", request.prefix);
  if (!request.delimiter.empty()) out.query.emplace_back("delimiter", request.delimiter);
  if (!request.start_after.empty()) out.query.emplace_back("start-after", request.start_after);
  if (!request.token.empty()) out.query.emplace_back("continuation-token", request.token);
  client.start(std::move(out), [done = std::move(done), bucket = request.bucket](S3Outcome outcome) {
    if (!outcome) return done(std::unexpected(std::move(outcome.error())));
    auto page = parse_list_page(outcome->body);
    if (!page) {
      return done(std::unexpected(S3Failure{outcome->status, "",
                                            Error{ErrorKind::kWorld,
                                                  "s3://" + bucket + ": the answer to listing it is no listing",
                                                  "check that the endpoint speaks S3 (--endpoint-url)",
                                                  {}}}));
    }
    done(std::move(*page));
  });
}

}  // namespace otomo::aws
