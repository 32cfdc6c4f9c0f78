// SPDX-License-Identifier: Apache-2.0
//
// The table of what Lambda itself writes to a function's log: text lines, or JSON objects where the function's log
// format is JSON. Both fill the same columns with the same words.
#pragma once

#include <cstddef>
#include <iterator>

#include "formats/schema.h"

namespace otomo::formats::lambda {

enum ColumnIndex : std::size_t {
  kRecordType,  // START, END, REPORT, INIT_START …: the word that the text lines begin with
  kRequestId,
  kVersion,  // of the function: "$LATEST", "7"
  kStatus,   // success, failure, error, timeout
  kErrorType,
  kPhase,               // of an initialisation: init, invoke, snap-start
  kInitializationType,  // on-demand, provisioned-concurrency, snap-start
  kDurationMs,
  kBilledDurationMs,
  kInitDurationMs,
  kRestoreDurationMs,
  kBilledRestoreDurationMs,
  kMemorySizeMb,
  kMaxMemoryUsedMb,
  kXrayTraceId,
  kXraySegmentId,
  kSampled,
  kRuntimeVersion,
  kRuntimeVersionArn,
  kFunctionName,
  kOther,  // what has no column, as one JSON object
  kColumnCount,
};

inline constexpr ColumnSpec kColumns[] = {
    {"record_type"},
    {"request_id"},
    {"version"},
    {"status"},
    {"error_type"},
    {"phase"},
    {"initialization_type"},
    {"duration_ms", Type::kDouble},
    {"billed_duration_ms", Type::kBigint},
    {"init_duration_ms", Type::kDouble},
    {"restore_duration_ms", Type::kDouble},
    {"billed_restore_duration_ms", Type::kBigint},
    {"memory_size_mb", Type::kInteger},
    {"max_memory_used_mb", Type::kInteger},
    {"xray_trace_id"},
    {"xray_segment_id"},
    {"sampled", Type::kBoolean},
    {"runtime_version"},
    {"runtime_version_arn"},
    {"function_name"},
    {"other"},
};
static_assert(std::size(kColumns) == kColumnCount);

}  // namespace otomo::formats::lambda
