// SPDX-License-Identifier: Apache-2.0
#include "base/nearest_name.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace otomo {
namespace {

TEST(NearestNameTest, FindsSlips) {
  const std::vector<std::string> names = {"timezone", "memory", "url", "zone"};
  EXPECT_EQ(nearest_name("timezon", names), "timezone");
  EXPECT_EQ(nearest_name("mmeory", names), "memory");
  EXPECT_EQ(nearest_name("ulr", names), "url");
  EXPECT_EQ(nearest_name("abc", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name(std::string(100000, 'x'), names), "");
}

TEST(NearestNameTest, FindsWhatAWordBegins) {
  const std::vector<std::string> names = {"--from", "--format", "--file", "--format"};
  EXPECT_EQ(similar_names("--form", names), (std::vector<std::string>{"--format", "--from"}));
  EXPECT_EQ(similar_names("--fi", names), std::vector<std::string>{"--file"});
  EXPECT_TRUE(similar_names("", names).empty());
  EXPECT_TRUE(similar_names("--xyzzy", names).empty());
}

}  // namespace
}  // namespace otomo
