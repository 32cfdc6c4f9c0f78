// SPDX-License-Identifier: Apache-2.0
#include "app/setting_values.h"

#include <gtest/gtest.h>

namespace otomo::app {
namespace {

TEST(SettingValuesTest, Sizes) {
  EXPECT_EQ(parse_bytes("4GB"), 4'000'000'000U);
  EXPECT_EQ(parse_bytes("512 MiB"), 512U * 1024 * 1024);
  EXPECT_EQ(parse_bytes("1.5g"), 1'500'000'000U);
  EXPECT_EQ(parse_bytes("7"), 7U);
  for (const char* wrong : {"", "lots", "-1", "1 zb", "1e30", "nan"})
    EXPECT_EQ(parse_bytes(wrong), std::nullopt) << wrong;
  EXPECT_FALSE(memory_bytes("--memory", "0"));
}

TEST(SettingValuesTest, Threads) {
  EXPECT_EQ(thread_count("--threads", "1024"), kThreadsMax);
  for (const char* wrong : {"", "0", "1025", "-1", "2x"}) EXPECT_FALSE(thread_count("--threads", wrong)) << wrong;
}

TEST(SettingValuesTest, ZonesLeadNowhereElse) {
  EXPECT_TRUE(zone_name("zone", "Asia/Tokyo"));
  EXPECT_TRUE(zone_name("zone", "UTC"));
  EXPECT_TRUE(zone_name("zone", "Etc/GMT+9"));
  for (const char* wrong : {"", "Mars/Base", "../zoneinfo/UTC", "/usr/share/zoneinfo/UTC", "file:UTC", ":UTC"}) {
    EXPECT_FALSE(zone_name("zone", wrong)) << wrong;
  }
}

TEST(SettingValuesTest, AccountIds) {
  EXPECT_TRUE(is_account_id("012345678901"));
  for (const char* wrong : {"", "11112222333", "1111222233334", "11112222333x"}) EXPECT_FALSE(is_account_id(wrong));
}

}  // namespace
}  // namespace otomo::app
