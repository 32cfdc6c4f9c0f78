// SPDX-License-Identifier: Apache-2.0
#include "formats/side_file.h"

#include <gtest/gtest.h>

namespace otomo::formats {
namespace {

TEST(SideFileTest, KnowsThemByTheirKeys) {
  EXPECT_TRUE(is_side_file("lists/shop/daily/2026-03-02T00-00Z/manifest.checksum"));
  EXPECT_TRUE(is_side_file("lists/shop/daily/hive/dt=2026-03-02-00-00/symlink.txt"));
  EXPECT_TRUE(is_side_file("lists/shop/daily/data/0a1b2c3d-0000-4000-8000-000000000001.csv.gz"));
  EXPECT_TRUE(is_side_file("AWSLogs/111122223333/ELBAccessLogTestFile"));
  EXPECT_TRUE(is_side_file("otomo.toml"));
}

TEST(SideFileTest, WhatMayBeALogIsNone) {
  EXPECT_FALSE(is_side_file(""));
  EXPECT_FALSE(is_side_file("notes/symlink.txt"));
  EXPECT_FALSE(is_side_file("data/access.csv.gz"));
  EXPECT_FALSE(is_side_file("data/.csv.gz"));
  EXPECT_FALSE(is_side_file("lists/0a1b2c3d-0000-4000-8000-000000000001.csv.gz"));
  EXPECT_FALSE(is_side_file("hive/symlink.txt"));
  EXPECT_FALSE(is_side_file("teams.csv"));
}

}  // namespace
}  // namespace otomo::formats
