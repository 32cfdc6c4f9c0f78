// SPDX-License-Identifier: Apache-2.0
#include "app/s3_price.h"

#include "io/s3_listing.h"
#include "io/s3_objects.h"

namespace otomo::app {

void S3Price::add(const io::Listing& listing, const io::Object& object, std::uint64_t more_requests) {
  if (object.is_archived) return;
  if (bucket_.empty() || source_ != object.source || !object.path.starts_with(bucket_)) {
    source_ = object.source;
    bucket_ = object.is_s3() ? "s3://" + io::parse_s3_url(object.path)->bucket + "/" : "";
    bucket_region_ = io::aws_region_of(listing, object);
  }
  if (!bucket_region_) return;
  const pricing::S3Prices& prices = pricing::s3_prices(*bucket_region_);
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
  if (*bucket_region_ != prices.region) note(other_regions, *bucket_region_);
}

S3Price price_of(const io::Listing& listing) {
  S3Price price;
  io::ObjectCursor cursor(listing.objects);
  while (const io::Object* object = cursor.next()) price.add(listing, *object);
  return price;
}

}  // namespace otomo::app
