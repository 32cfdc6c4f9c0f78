// SPDX-License-Identifier: Apache-2.0
//
// The table of S3's server access logs, whichever way they are delivered: its columns in their order, and what they are
// made of. Pure data.
#pragma once

#include <cstdint>

#include "formats/format.h"

namespace otomo::formats::s3_access {

inline constexpr std::size_t kFieldsKnown = 27;

inline constexpr ColumnSpec kColumns[] = {
    {"bucketowner"},
    {"bucket_name"},
    {"requestdatetime"},
    {"remoteip"},
    {"requester"},
    {"requestid"},
    {"operation"},
    {"key"},
    {"request_uri"},
    {"httpstatus"},
    {"errorcode"},
    {"bytessent", Type::kBigint},
    {"objectsize", Type::kBigint},
    {"totaltime"},
    {"turnaroundtime"},
    {"referrer"},
    {"useragent"},
    {"versionid"},
    {"hostid"},
    {"sigv"},
    {"ciphersuite"},
    {"authtype"},
    {"endpoint"},
    {"tlsversion"},
    {"accesspointarn"},
    {"aclrequired"},
    {"sourceregion"},
    {"key_decoded"},
    {"http_method"},
    {"request_path"},
    {"status", Type::kInteger},
    {"total_time_ms", Type::kBigint},
    {"turn_around_time_ms", Type::kBigint},
    {"referrer_text"},
    {"user_agent"},
    {"extra"},
    {"era", Type::kInteger},
    {"ambiguous", Type::kBoolean},
};

// The fields by their place in a line of text; the first 27 columns are the fields themselves.
enum Field : std::size_t {
  kTime = 2,
  kOperation = 6,
  kKey = 7,
  kRequestUri = 8,
  kStatus = 9,
  kBytesSent = 11,
  kObjectSize = 12,
  kTotalTime = 13,
  kTurnAroundTime = 14,
  kReferer = 15,
  kUserAgent = 16,
  kVersionId = 17,
  kHostId = 18,
  kSignature = 19,
  kHostHeader = 22,
  kAclRequired = 25,
};
enum Derived : std::size_t {
  kKeyDecoded = kFieldsKnown,
  kHttpMethod,
  kRequestPath,
  kStatusNumber,
  kTotalTimeMs,
  kTurnAroundTimeMs,
  kReferrerText,
  kUserAgentText,
  kExtra,
  kEra,
  kAmbiguous,
};

inline constexpr PartitionColumn kPartitions[] = {
    {"timestamp", "Y/M/D"},
    {"year", "Y"},
    {"month", "M"},
    {"day", "D"},
};

}  // namespace otomo::formats::s3_access
