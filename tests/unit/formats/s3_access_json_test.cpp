// SPDX-License-Identifier: Apache-2.0
//
// The same requests as text and as JSON give the same rows: the samples of the text, spelled as CloudWatch Logs would.
#include <gtest/gtest.h>

#include "base/time.h"
#include "formats/json_walk.h"
#include "formats/s3_access/columns.h"
#include "formats/s3_access/s3_access.h"
#include "unit/formats/read_all.h"
#include "unit/formats/samples.h"

namespace otomo::formats {

namespace s3_access {
extern const Format kFormat;
}
namespace s3_access_json {
extern const Format kFormat;
}

namespace {

using namespace s3_access;

constexpr std::string_view kMembers[] = {
    "bucket_owner_id", "bucket_name",         "request_time", "remote_ip",      "requester",
    "request_id",      "operation",           "key_name",     "request_uri",    "http_status",
    "error_code",      "bytes_sent_size",     "object_size",  "total_duration", "turn_around_duration",
    "referer",         "user_agent",          "version_id",   "host_id",        "signature_version",
    "cipher_suite",    "authentication_type", "host_header",  "tls_version",    "access_point_arn",
    "acl_required",    "source_region"};

// "06/Feb/2019:00:00:38 +0000" as "2019-02-06T00:00:38.000Z".
std::string iso_of(std::string_view time) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t month = kMonths.find(time.substr(3, 3)) / 3 + 1;
  return std::string(time.substr(7, 4)) + (month < 10 ? "-0" : "-") + std::to_string(month) + "-" +
         std::string(time.substr(0, 2)) + "T" + std::string(time.substr(12, 8)) + ".000Z";
}

std::string json_of(const Line& line) {
  std::string object;
  for (std::size_t field = 0; field < kFieldsKnown; ++field) {
    const std::string_view text = line.fields[field];
    if (text.data() == nullptr) continue;
    object += object.empty() ? "{" : ",";
    object += '"' + std::string(kMembers[field]) + "\":";
    const bool is_number = field == kStatus || (field >= kBytesSent && field <= kTurnAroundTime);
    if (text == "-") {
      object += "null";
    } else if (is_number) {
      object += text;
    } else if (field == kAclRequired) {
      object += "true";
    } else if (field == kTime) {
      object += '"' + iso_of(text) + '"';
    } else if (field == kRequestUri || field == kReferer || field == kUserAgent) {
      append_json_string(object, text.substr(1, text.size() - 2));
    } else {
      append_json_string(object, text);
    }
  }
  return object + "}\n";
}

TEST(S3AccessJson, TheSameRowsAsTheText) {
  std::size_t rows = 0;
  for (const SampleFile& sample : sample_files()) {
    if (sample.format != &s3_access::kFormat) continue;
    // Lines that can be split one by one, and say what JSON can say, too.
    std::string text;
    std::string json;
    std::size_t begin = 0;
    while (begin < sample.text.size()) {
      const std::size_t end = std::min(sample.text.find('\n', begin), sample.text.size());
      std::string_view one(sample.text.data() + begin, end - begin);
      begin = end + 1;
      if (one.ends_with('\r')) one.remove_suffix(1);
      Line line;
      RejectReason reason{};
      if (!split_exactly(one, line, reason) || !parse_clf_instant(line.fields[kTime])) continue;
      if (!line.rest.empty() || !line.extra_token.empty() || line.ambiguous) continue;
      if (one.find("\xE9") != std::string_view::npos || one.starts_with("\xEF\xBB\xBF")) continue;
      text += std::string(one) + '\n';
      json += json_of(line);
    }
    const auto expected = WholeReader(s3_access::kFormat).read(text);
    const auto actual = WholeReader(s3_access_json::kFormat).read(json);
    ASSERT_EQ(actual.items.size(), expected.items.size()) << sample.name;
    EXPECT_EQ(actual.counts.bad_values, expected.counts.bad_values);
    for (std::size_t i = 0; i < expected.items.size(); ++i) {
      ASSERT_TRUE(actual.items[i].is_record) << actual.items[i];
      ASSERT_EQ(actual.items[i].values, expected.items[i].values) << sample.name << ": " << expected.items[i].raw;
      ++rows;
    }
  }
  EXPECT_GT(rows, 15U);
}

}  // namespace
}  // namespace otomo::formats
