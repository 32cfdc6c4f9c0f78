// SPDX-License-Identifier: Apache-2.0
#include "io/byte_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace otomo::io {
namespace {

namespace fs = std::filesystem;

std::string text_of(ByteSource& source) {
  std::string text(100, '\0');
  const auto size = read_fully(source, text);
  text.resize(size.value_or(0));
  return text;
}

// Files of the same name in folders that take turns, by relative and absolute paths.
TEST(FileOpener, FoldersTakeTurns) {
  std::string pattern = (fs::temp_directory_path() / "otomo-opener-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  const std::string root = pattern + "/";
  for (const char* folder : {"a", "b"}) {
    fs::create_directory(root + folder);
    std::ofstream(root + folder + "/log") << "in " << folder;
  }
  const std::string relative = fs::relative(root + "b").string() + "/";
  FileOpener opener;
  for (int round = 0; round < 2; ++round) {
    for (const auto& [folder, expected] : {std::pair(root + "a/", "in a"), std::pair(relative, "in b")}) {
      for (int again = 0; again < 2; ++again) {
        const auto source = opener.open(folder + "log", 4);
        ASSERT_TRUE(source.has_value()) << source.error().message;
        EXPECT_EQ(text_of(**source), expected);
      }
    }
    const auto missing = opener.open(root + "a/gone", 0);
    ASSERT_FALSE(missing.has_value());
    EXPECT_NE(missing.error().message.find(root + "a/gone"), std::string::npos) << missing.error().message;
    EXPECT_FALSE(opener.open(root + "no/log", 4).has_value());
  }
  const fs::path before = fs::current_path();
  fs::current_path(root + "a");
  const auto bare = opener.open("log", 4);
  fs::current_path(before);
  ASSERT_TRUE(bare.has_value()) << bare.error().message;
  EXPECT_EQ(text_of(**bare), "in a");
  fs::remove_all(pattern);
}

}  // namespace
}  // namespace otomo::io
