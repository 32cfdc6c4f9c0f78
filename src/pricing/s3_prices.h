// SPDX-License-Identifier: Apache-2.0
//
// What reading from S3 costs, in US dollars: an order of magnitude before it is spent, not a bill. S3 Standard, without
// free tiers and volume discounts. Pure; any thread.
// List prices of 2025, as third parties repeat them; AWS's own tables, which may have changed since:
// https://aws.amazon.com/s3/pricing/, https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer
#pragma once

#include <cstdint>
#include <string_view>

namespace otomo::pricing {

inline constexpr std::string_view kS3PricesOf = "2025";

struct S3Prices {
  std::string_view region;
  double get_per_1000;
  double list_per_1000;
  double out_per_gb;  // to the internet; to the same Region nothing
};

// Where the Region's are not known here, those of us-east-1: `region` of what is returned says whose they are.
const S3Prices& s3_prices(std::string_view region);

}  // namespace otomo::pricing
