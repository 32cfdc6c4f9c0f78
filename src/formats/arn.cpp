// SPDX-License-Identifier: Apache-2.0
#include "formats/arn.h"

#include <array>

#include "formats/object_key.h"

namespace otomo::formats {

ArnOwner owner_of_arn(std::string_view arn, std::string_view service) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = arn.find(':');
    part = arn.substr(0, colon);
    arn.remove_prefix(colon == std::string_view::npos ? arn.size() : colon + 1);
  }
  ArnOwner owner;
  if (parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2] != service) return owner;
  if (is_region(parts[3])) owner.region = parts[3];
  if (is_account_id(parts[4])) owner.account_id = parts[4];
  return owner;
}

}  // namespace otomo::formats
