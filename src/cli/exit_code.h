// SPDX-License-Identifier: Apache-2.0
//
// The exit codes, documented in the manual. Where several hold: usage, query, world, rejects.
#pragma once

#include "base/result.h"

namespace otomo::cli {

enum ExitCode : int {
  kFine = 0,
  kQueryWrong = 1,
  kUsageWrong = 2,
  kWorldWrong = 3,
  kRejects = 4,  // only under --strict
  kInterrupted = 130,
};

inline int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kQuery: return kQueryWrong;
    case ErrorKind::kUsage: return kUsageWrong;
    case ErrorKind::kWorld: return kWorldWrong;
    case ErrorKind::kInterrupted: return kInterrupted;
  }
  return kWorldWrong;
}

}  // namespace otomo::cli
