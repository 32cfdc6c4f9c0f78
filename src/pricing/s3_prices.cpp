// SPDX-License-Identifier: Apache-2.0
#include "pricing/s3_prices.h"

#include <algorithm>
#include <iterator>

namespace otomo::pricing {

namespace {

constexpr S3Prices kPrices[] = {
    {"us-east-1", 0.0004, 0.005, 0.09}, {"us-east-2", 0.0004, 0.005, 0.09},         {"us-west-2", 0.0004, 0.005, 0.09},
    {"eu-west-1", 0.0004, 0.005, 0.09}, {"ap-northeast-1", 0.00037, 0.0047, 0.114},
};

}  // namespace

const S3Prices& s3_prices(std::string_view region) {
  const auto found =
      std::find_if(std::begin(kPrices), std::end(kPrices), [&](const S3Prices& p) { return p.region == region; });
  return found == std::end(kPrices) ? kPrices[0] : *found;
}

}  // namespace otomo::pricing
