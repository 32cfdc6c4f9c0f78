// SPDX-License-Identifier: Apache-2.0
#include "io/listing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace otomo::io {
namespace {

namespace fs = std::filesystem;

// b/2.log, b/c/1.log, a.log, x[1].log and a link to each kind, in a folder of its own.
class ListingTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "otomo-listing-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::create_directories(root_ / "b/c");
    fs::create_directories(root_ / "empty");
    write("a.log", 10);
    write("b/2.log", 20);
    write("b/c/1.log", 30);
    write("x[1].log", 5);
    fs::create_symlink(root_ / "a.log", root_ / "b/linked.log");
    fs::create_directory_symlink(root_, root_ / "b/circle");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, std::size_t size) { std::ofstream(root_ / name) << std::string(size, 'x'); }

  std::vector<std::string> list(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(name == "-" ? name : (root_ / name).string());
    const auto listing = list_objects(paths);
    std::vector<std::string> found;
    if (!listing) return {"error: " + listing.error().message};
    std::uint64_t size_bytes = 0;
    for (const Object& object : listing->objects) {
      const std::string path = listing->path(object);
      found.push_back(path.starts_with(root_.string()) ? fs::path(path).lexically_relative(root_).string() : path);
      size_bytes += object.size_bytes;
    }
    EXPECT_EQ(listing->size_bytes, size_bytes);
    return found;
  }

  fs::path root_;
};

using Names = std::vector<std::string>;

TEST_F(ListingTest, AFolderWithEverythingBelowInTheOrderOfNames) {
  const Names all = {"a.log", "x[1].log", "b/2.log", "b/linked.log", "b/c/1.log"};
  EXPECT_EQ(list({""}), all);
  EXPECT_EQ(list({"b"}), (Names{"b/2.log", "b/linked.log", "b/c/1.log"}));
  EXPECT_EQ(list({"b/"}), list({"b"}));
  EXPECT_EQ(list({"empty"}), Names{});
}

TEST_F(ListingTest, FilesAndGlobs) {
  EXPECT_EQ(list({"a.log"}), Names{"a.log"});
  EXPECT_EQ(list({"*.log"}), (Names{"a.log", "x[1].log"}));
  EXPECT_EQ(list({"b/*/1.log"}).front(), "b/c/1.log");
  EXPECT_EQ(list({"x[1].log"}), Names{"x[1].log"});  // a file of that name goes before the pattern
}

TEST_F(ListingTest, EachObjectOnce) {
  EXPECT_EQ(list({"b", "b"}), list({"b"}));
  EXPECT_EQ(list({"b/c/1.log", "b"}), (Names{"b/c/1.log", "b/2.log", "b/linked.log"}));
  EXPECT_EQ(list({"b", "b/../b/2.log", "b//c"}), list({"b"}));
}

TEST_F(ListingTest, StandardInput) { EXPECT_EQ(list({"-", "a.log"}), (Names{"-", "a.log"})); }

TEST_F(ListingTest, WhatMatchesNothingIsNamed) {
  EXPECT_NE(list({"missing.log"}).front().find("missing.log"), std::string::npos);
  EXPECT_NE(list({"b/*.json"}).front().find("*.json"), std::string::npos);
  EXPECT_TRUE(list({"a.log", "missing.log"}).front().starts_with("error: "));
}

}  // namespace
}  // namespace otomo::io
