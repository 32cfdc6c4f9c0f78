// SPDX-License-Identifier: Apache-2.0
//
// What CloudFront's access logs have in common however they are delivered (as text, as JSON, as Parquet decoded to
// JSON): the table's columns, the names of the fields, the keys of the objects, when a record happened.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "formats/format.h"

namespace otomo::formats::cloudfront {

// Those of AWS's documented table in its order, the two that the standard log has gained since, and what standard
// logging v2 can add: https://docs.aws.amazon.com/athena/latest/ug/create-cloudfront-table-standard-logs.html,
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html,
// standard-logging.html and real-time-logs.html there (read April 2026). The streaming metrics (cmcd-…) of the last
// page go to `extra`.
inline constexpr ColumnSpec kColumns[] = {
    {"date", Type::kDate},
    {"time"},
    {"x_edge_location"},
    {"sc_bytes", Type::kBigint},
    {"c_ip"},
    {"cs_method"},
    {"cs_host"},
    {"cs_uri_stem"},
    {"sc_status", Type::kInteger},
    {"cs_referrer"},
    {"cs_user_agent"},
    {"cs_uri_query"},
    {"cs_cookie"},
    {"x_edge_result_type"},
    {"x_edge_request_id"},
    {"x_host_header"},
    {"cs_protocol"},
    {"cs_bytes", Type::kBigint},
    {"time_taken", Type::kDouble},
    {"x_forwarded_for"},
    {"ssl_protocol"},
    {"ssl_cipher"},
    {"x_edge_response_result_type"},
    {"cs_protocol_version"},
    {"fle_status"},
    {"fle_encrypted_fields", Type::kInteger},
    {"c_port", Type::kInteger},
    {"time_to_first_byte", Type::kDouble},
    {"x_edge_detailed_result_type"},
    {"sc_content_type"},
    {"sc_content_len", Type::kBigint},
    {"sc_range_start", Type::kBigint},
    {"sc_range_end", Type::kBigint},
    {"distribution_tenant_id"},
    {"connection_id"},
    {"timestamp"},  // text: seconds, which some deliveries write with a fraction
    {"timestamp_ms", Type::kBigint},
    {"origin_fbl", Type::kDouble},
    {"origin_lbl", Type::kDouble},
    {"asn", Type::kBigint},
    {"c_country"},
    {"cache_behavior_path_pattern"},
    {"viewer_request_log_data"},
    {"viewer_response_log_data"},
    {"distributionid"},
    {"primary_distribution_id"},
    {"primary_distribution_dns_name"},
    {"s_ip"},
    {"r_host"},
    {"sr_reason"},
    {"x_edge_mqcs"},
    {"c_ip_version"},
    {"cs_accept"},
    {"cs_accept_encoding"},
    {"cs_headers"},
    {"cs_header_names"},
    {"cs_headers_count", Type::kInteger},
    {"extra"},  // JSON: the fields that no column holds
};

// A column's place in kColumns.
consteval std::size_t place_of(std::string_view name) {
  std::size_t place = 0;
  while (kColumns[place].name != name) ++place;
  return place;
}

inline constexpr std::size_t kDateColumn = place_of("date");
inline constexpr std::size_t kTimeColumn = place_of("time");
inline constexpr std::size_t kTimestampColumn = place_of("timestamp");
inline constexpr std::size_t kTimestampMsColumn = place_of("timestamp_ms");
inline constexpr std::size_t kExtraColumn = place_of("extra");
inline constexpr std::size_t kNoColumn = ~std::size_t{0};

// Of AWS's tables over standard logging v2. Its `distributionid` is in no key for sure.
inline constexpr PartitionColumn kPartitions[] = {{"year", "Y"}, {"month", "M"}, {"day", "D"}, {"hour", "H"}};

// The column of a field: "cs(User-Agent)", "cs-user-agent" and "cs_User_Agent" are one. kNoColumn: none holds it.
std::size_t column_of(std::string_view field);

// Does a log with this field come from CloudFront? Other servers, too, write logs of this kind.
bool is_telling(std::string_view field);

// An object's key: `[prefix/]DISTRIBUTION.YYYY-MM-DD-HH.UNIQUE[.gz]`, or anything below
// `AWSLogs/[aws-account-id=]ACCOUNT/CloudFront/`.
std::optional<KeyFacts> read_key(std::string_view key);

// Reads dates. A log repeats them: the last one is known by its text. One per reader.
class Dates {
 public:
  // Days since 1970-01-01; nullopt: it is none.
  std::optional<std::int64_t> days(std::string_view text) {
    if (text.size() != sizeof text_) return {};
    if (!days_ || std::memcmp(text.data(), text_, sizeof text_) != 0) {
      std::memcpy(text_, text.data(), sizeof text_);
      days_ = parse_iso_date(text);
    }
    return days_;
  }

 private:
  char text_[10] = {};  // 2026-03-02
  std::optional<std::int64_t> days_;
};

// When a record happened: by its date and time, where it has both; else by its timestamps. Texts with data() ==
// nullptr are missing. A value that is none is counted in `bad_values`.
std::optional<std::int64_t> event_instant(Dates& dates, std::string_view date, std::string_view time,
                                          std::string_view timestamp_ms, std::string_view timestamp,
                                          std::uint64_t& bad_values);

}  // namespace otomo::formats::cloudfront
