// SPDX-License-Identifier: Apache-2.0
#pragma once
// One kind of log as the generator sees it: how its objects are named and what its records look like. Knows nothing of
// files, compression or threads. All functions are const and may be called from any thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "generator/text.h"

namespace otomo::bench {

// 2026-03-01T00:00:00Z: where all made-up time begins.
inline constexpr int64_t kFirstSecond = 1772323200;

// The whole of what is generated.
struct Plan {
  uint64_t seed = 1;
  uint64_t records = 0;
  uint64_t files = 1;
};

class Log {
 public:
  virtual ~Log() = default;
  // The object's key, without a suffix for compression.
  virtual std::string object_key(const Plan& plan, uint64_t file) const = 0;
  // What stands before the first record, between two records, and after the last one.
  virtual std::string_view opening() const = 0;
  virtual std::string_view separator() const = 0;
  virtual std::string_view closing() const = 0;
  // Appends record number `record` of the plan, which lies in file number `file`.
  virtual void append(const Plan& plan, uint64_t file, uint64_t record, Text& text) const = 0;
};

// One for each line of logs.def, in a file of its name.
#define X(name) std::unique_ptr<Log> name##_log();
#include "generator/logs.def"
#undef X

}  // namespace otomo::bench
