// SPDX-License-Identifier: Apache-2.0
//
// One page of ListObjectsV2.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html (read November 2026).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/s3_client.h"

namespace otomo::aws {

struct ListRequest {
  std::string bucket;
  std::string prefix;
  std::string delimiter;    // "": none
  std::string start_after;  // keys up to it are left out
  std::string token;        // of the page before
  unsigned keys_max = 1000;
  std::function<void()> slowed_down;
};

struct ListedObject {
  std::string key;
  std::uint64_t size_bytes = 0;
  std::optional<std::int64_t> modified_us;
  std::string etag;          // with its quotes; "" where the server knows none
  bool is_archived = false;  // Glacier or Deep Archive, not restored
};

struct ListPage {
  std::vector<ListedObject> objects;  // in the order of their keys' bytes
  std::vector<std::string> prefixes;  // up to and with the delimiter
  std::string next_token;             // "": this is the last page
};

using ListOutcome = std::expected<ListPage, S3Failure>;

// `done` is called once, on the HTTP client's thread.
void start_list(S3Client& client, ListRequest request, std::function<void(ListOutcome)> done);

// Must what is of this storage class be restored before it can be read?
bool is_archive(std::string_view storage_class);

// nullopt: not a listing. `xml` is changed.
std::optional<ListPage> parse_list_page(std::string& xml);

}  // namespace otomo::aws
