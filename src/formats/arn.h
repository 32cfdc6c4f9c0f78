// SPDX-License-Identifier: Apache-2.0
//
// Whose an Amazon resource name is: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. Pure; any thread.
#pragma once

#include <string_view>

namespace otomo::formats {

// Empty, with data() == nullptr: the name does not say.
struct ArnOwner {
  std::string_view region;
  std::string_view account_id;
};

// Nothing where it is no name of that service.
ArnOwner owner_of_arn(std::string_view arn, std::string_view service);

}  // namespace otomo::formats
