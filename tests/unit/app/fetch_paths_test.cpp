// SPDX-License-Identifier: Apache-2.0
#include "app/fetch_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "aws/digest.h"

namespace otomo::app {
namespace {

const std::string kLong(kNameBytesMax + 1, 'n');

TEST(FetchPathsTest, PlainKeysStayAsTheyAre) {
  for (const char* key : {"a", "a/b", ".hidden", "...", "a b", "%2F", "日本語/ログ", "a\nb"}) {
    EXPECT_TRUE(is_plain_key(key)) << key;
    EXPECT_EQ(plain_path("logs", key), "logs/" + std::string(key));
  }
  for (const std::string& key :
       std::vector<std::string>{"", "/a", "a/", "a//b", ".", "a/./b", "..", "a/..", kLong, "x/" + kLong,
                                std::string("a\0b", 3), std::string(kPathBytesMax + 1, '/')}) {
    EXPECT_FALSE(is_plain_key(key)) << key;
  }
  EXPECT_TRUE(is_plain_key(std::string(kNameBytesMax, 'n')));
}

TEST(FetchPathsTest, Buckets) {
  for (const char* bucket : {"logs", "my.logs", "1-x"}) EXPECT_TRUE(is_plain_bucket(bucket));
  for (const char* bucket : {"", ".", "..", "_odd_keys", "_otomo_fetch.jsonl"}) EXPECT_FALSE(is_plain_bucket(bucket));
}

TEST(FetchPathsTest, OddKeysSay) {
  ASSERT_TRUE(aws::load_digests());
  EXPECT_EQ(odd_path("logs", "../a"), "_odd_keys/logs/%2E%2E/%fa");
  EXPECT_EQ(odd_path("logs", "a//"), "_odd_keys/logs/a/%0/%f%0");
  EXPECT_EQ(odd_path("logs", "%f/%"), "_odd_keys/logs/%25f/%f%25");
  EXPECT_TRUE(odd_path("logs", kLong).starts_with("_odd_keys/logs/%f%l"));
}

// Keys of few characters, all that matter here among them: no two share a path, none is a folder of another, and none
// leaves the folder.
TEST(FetchPathsTest, OddKeysNeverMeet) {
  ASSERT_TRUE(aws::load_digests());
  std::mt19937 random(7);
  const std::string letters = "/.%fl0a";
  std::set<std::string> keys = {kLong, kLong + "x", "/" + kLong, kLong + "/", std::string(kPathBytesMax, '/')};
  while (keys.size() < 20'000) {
    std::string key;
    for (unsigned size = random() % 8; key.size() < size;) key += letters[random() % letters.size()];
    keys.insert(key);
  }
  std::set<std::string> paths;
  for (const std::string& key : keys) {
    const std::string path = odd_path("logs", key);
    EXPECT_TRUE(paths.insert(path).second) << key;
    EXPECT_TRUE(is_plain_key(path)) << key;
  }
  for (const std::string& path : paths) {
    const auto next = paths.lower_bound(path + "/");
    EXPECT_FALSE(next != paths.end() && next->starts_with(path + "/")) << path << ' ' << *next;
  }
}

}  // namespace
}  // namespace otomo::app
