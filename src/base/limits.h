// SPDX-License-Identifier: Apache-2.0
//
// Every limit that more than one folder has to keep, each with the reason for its size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace otomo {

// Rows in one batch: DuckDB's vector size, so that a batch is lent without being cut again.
inline constexpr std::size_t kBatchRowsMax = 2048;

// Text made for one batch, from which on it takes no more rows: four records of the largest size, so that one that is
// decoded and repaired is not done anew for each of its rows.
inline constexpr std::size_t kBatchTextBytesMax = 64 * 1024 * 1024;

// Rejects in one batch, from which on it takes no more of either: some megabytes of them, and few enough batches that a
// long record, which is read anew for each of its batches, still costs little more than its bytes.
inline constexpr std::size_t kBatchRejectsMax = 128 * 1024;

// Readable bytes behind the last byte of every block that is given to a reader, so that kernels and
// simdjson may load whole registers at the end. Their content does not matter.
inline constexpr std::size_t kBlockPaddingBytes = 64;

// Plain bytes read at once. Measured: a block that stays in the L2 cache is read fastest.
inline constexpr std::size_t kBlockBytes = 512 * 1024;

// A record longer than this is a reject. CloudTrail's own limit is 1 MB; this leaves room for any log.
inline constexpr std::size_t kRecordBytesMax = 16 * 1024 * 1024;

// Raw text that a reject for an over-long record keeps.
inline constexpr std::size_t kRejectRawBytesMax = 64 * 1024;

// Bytes of an object's head that the detectors see.
inline constexpr std::size_t kDetectionBytesMax = 64 * 1024;

}  // namespace otomo
