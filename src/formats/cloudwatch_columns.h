// SPDX-License-Identifier: Apache-2.0
//
// The table of CloudWatch Logs' events, whichever way they left CloudWatch: its columns, and which of them the messages
// of other logs are made of.
#pragma once

#include <cstddef>
#include <iterator>

#include "formats/format.h"

namespace otomo::formats::cloudwatch {

enum ColumnIndex : std::size_t {
  kLogGroup,
  kLogStream,
  kTimestamp,  // milliseconds since 1970-01-01 UTC, as AWS has it
  kMessage,
  kIngestionTime,  // the same
  kId,
  kOwner,  // the account that the log group belongs to
  kOther,  // what has no column, as one JSON object
  kColumnCount,
};

inline constexpr ColumnSpec kColumns[] = {
    {"log_group"}, {"log_stream"}, {"timestamp", Type::kBigint}, {"message"}, {"ingestion_time", Type::kBigint}, {"id"},
    {"owner"},     {"other"},
};
static_assert(std::size(kColumns) == kColumnCount);

inline constexpr MessageColumns kMessageColumns{
    .message = kMessage, .log_group = kLogGroup, .log_stream = kLogStream, .owner = kOwner};

}  // namespace otomo::formats::cloudwatch
