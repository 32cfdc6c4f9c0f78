// SPDX-License-Identifier: Apache-2.0
//
// What reading a listing's objects from AWS will take at most, before it is done. Objects of endpoints of one's own
// cost nothing, and are not counted. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/listing.h"
#include "pricing/s3_prices.h"

namespace otomo::app {

using pricing::kS3PricesOf;

struct S3Price {
  // `more_requests`: beside those that read it. REQUIRES: of one listing, always.
  void add(const io::Listing& listing, const io::Object& object, std::uint64_t more_requests = 0);

  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t requests = 0;  // to come; the listing is over
  double requests_usd = 0;
  double transfer_usd = 0;    // to the internet
  std::string region;         // whose prices these are
  std::string other_regions;  // of buckets whose prices are not known here; taken for `region`

 private:
  std::string bucket_;  // "s3://…/" that was looked at last
  std::uint16_t source_ = 0;
  std::optional<std::string> bucket_region_;  // nullopt: not AWS's
};

// From where on a person is asked before.
struct S3Threshold {
  std::uint64_t objects = 10'000;
  std::uint64_t bytes = 10'000'000'000;

  bool is_passed(const S3Price& price) const { return price.objects > objects || price.bytes > bytes; }
};

S3Price price_of(const io::Listing& listing);

}  // namespace otomo::app
