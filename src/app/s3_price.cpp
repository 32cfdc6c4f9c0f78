// SPDX-License-Identifier: Apache-2.0
#include "app/s3_price.h"

#include "io/s3_objects.h"

namespace otomo::app {

void S3Price::add(const io::Listing& listing, const io::Object& object, std::uint64_t more_requests) {
  if (object.is_archived) return;
  if (folder_ != object.folder) {
    folder_ = object.folder;
    folder_region_ = io::aws_region_of(listing, object);
  }
  if (!folder_region_) return;
  const pricing::S3Prices& prices = pricing::s3_prices(*folder_region_);
  const std::uint64_t asked = io::requests_to_read(object) + more_requests;
  ++objects;
  bytes += object.size_bytes;
  requests += asked;
  requests_usd += static_cast<double>(asked) / 1000 * prices.get_per_1000;
  transfer_usd += static_cast<double>(object.size_bytes) / 1e9 * prices.out_per_gb;
  const auto note = [](std::string& list, std::string_view name) {
    if (!list.contains(name)) list += (list.empty() ? "" : ", ") + std::string(name);
  };
  note(region, prices.region);
  if (*folder_region_ != prices.region) note(other_regions, *folder_region_);
}

S3Price price_of(const io::Listing& listing) {
  S3Price price;
  for (const io::Object& object : listing.objects) price.add(listing, object);
  return price;
}

}  // namespace otomo::app
