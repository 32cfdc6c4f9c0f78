// SPDX-License-Identifier: Apache-2.0
//
// What a run will cost, told before it is spent; beyond a threshold a person says yes, or --yes has.
#pragma once

#include "app/s3_price.h"
#include "base/result.h"

namespace otomo::cli {

struct ConsentOptions {
  app::S3Threshold threshold;
  bool yes = false;
  bool quiet = false;
};

// Errors: kUsage, where there is nobody to ask; kInterrupted, where the answer is no.
Result<void> ask_consent(const app::S3Price& price, const ConsentOptions& options);

}  // namespace otomo::cli
