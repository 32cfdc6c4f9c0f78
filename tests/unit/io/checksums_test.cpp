// SPDX-License-Identifier: Apache-2.0
#include "io/checksums.h"

#include <gtest/gtest.h>

#include "aws/digest.h"

namespace otomo::io {
namespace {

// Of "123456789", by the catalogue of parametrised CRC algorithms; the digests by sha1sum and sha256sum.
const std::vector<StatedChecksum> kOfDigits = {
    {"CRC32", "y/Q5Jg==", false},
    {"CRC32C", "4waSgw==", false},
    {"CRC64NVME", "rosUhgp5mIg=", false},
    {"SHA1", "98O8HYCOBHMq32eZZczDTKeuNEE=", false},
    {"SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=", false},
};

TEST(ChecksumsTest, EachAlgorithmWhateverTheCut) {
  ASSERT_TRUE(aws::load_digests());
  const std::string digits = "123456789";
  for (const StatedChecksum& stated : kOfDigits) {
    for (std::size_t cut = 0; cut <= digits.size(); ++cut) {
      ChecksumCheck check({stated});
      check.add(digits.substr(0, cut));
      check.add(digits.substr(cut));
      EXPECT_TRUE(check.finish("x")) << stated.algorithm << ' ' << cut;
    }
    ChecksumCheck check({stated});
    check.add("123456780");
    const auto wrong = check.finish("s3://logs/x");
    ASSERT_FALSE(wrong) << stated.algorithm;
    EXPECT_TRUE(wrong.error().message.starts_with("s3://logs/x: "));
    EXPECT_TRUE(wrong.error().message.contains(stated.algorithm));
  }
}

TEST(ChecksumsTest, WhatCannotBeCheckedIsNot) {
  ChecksumCheck check({{"CRC32", "AAAAAA==-2", true}, {"XXHASH9", "AAAA", false}});
  check.add("x");
  EXPECT_TRUE(check.finish("x"));
}

TEST(ChecksumsTest, Crc64OfPiecesIsThatOfTheWhole) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 7);
  for (const std::size_t cut : {0UL, 1UL, 7UL, 8UL, 9UL, 500UL, 1000UL}) {
    EXPECT_EQ(crc64_nvme(crc64_nvme(0, text.substr(0, cut)), text.substr(cut)), crc64_nvme(0, text));
  }
  EXPECT_EQ(crc64_nvme(0, ""), 0U);
}

}  // namespace
}  // namespace otomo::io
