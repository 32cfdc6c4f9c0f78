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
    ObjectCursor cursor(listing->objects);
    while (const Object* object = cursor.next()) {
      const std::string& path = object->path;
      found.push_back(path.starts_with(root_.string()) ? fs::path(path).lexically_relative(root_).string() : path);
      size_bytes += object->size_bytes;
    }
    EXPECT_EQ(listing->objects.objects_bytes(), size_bytes);
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

TEST_F(ListingTest, AMissingPathCanBeLeftToUnread) {
  const std::vector<std::string> paths = {(root_ / "gone").string(), (root_ / "gone*").string(),
                                          (root_ / "a.log").string()};
  EXPECT_FALSE(list_objects(paths));
  const auto listing = list_objects(paths, MissingPath::kIsUnread);
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->objects.size(), 1U);
  EXPECT_EQ(listing->unread.size(), 2U);
}

TEST_F(ListingTest, OfSeveralSourcesAnObjectIsInOnceAsOfTheFirst) {
  const auto list_one = [&](const std::string& name) {
    const std::vector<std::string> paths = {(root_ / name).string()};
    return std::move(*list_objects(paths));
  };
  std::vector<Listing> sources;
  for (const char* name : {"b/2.log", "b/circle", "b", "empty"}) sources.push_back(list_one(name));
  ASSERT_EQ(sources[1].objects.size(), 5U);  // the root, by a link
  const MergedListing merged = merge_listings(std::move(sources));
  EXPECT_EQ(merged.objects, (std::vector<std::uint64_t>{1, 4, 0, 0}));
  EXPECT_EQ(merged.repeated, (std::vector<std::uint64_t>{0, 1, 3, 0}));
  std::vector<std::uint16_t> source_of;
  std::vector<std::string> paths;
  std::uint64_t size_bytes = 0;
  ObjectCursor cursor(merged.listing.objects);
  while (const Object* object = cursor.next()) {
    source_of.push_back(object->source);
    paths.push_back(fs::path(object->path).lexically_relative(root_).string());
    size_bytes += object->size_bytes;
  }
  EXPECT_EQ(source_of, (std::vector<std::uint16_t>{0, 1, 1, 1, 1}));
  EXPECT_EQ(paths,
            (Names{"b/2.log", "b/circle/a.log", "b/circle/x[1].log", "b/circle/b/linked.log", "b/circle/b/c/1.log"}));
  EXPECT_EQ(merged.listing.objects.objects_bytes(), size_bytes);
  EXPECT_TRUE(merge_listings({}).listing.objects.empty());
}

TEST_F(ListingTest, AFolderInFrontOfAPatternIsNone) {
  EXPECT_EQ(path_below("", "x*"), "x*");
  EXPECT_EQ(path_below("a[b]/", "c"), "a[b]/c");
  EXPECT_EQ(path_below("a/", "/c*"), "/c*");
  fs::create_directories(root_ / "[b]*");
  write("[b]*/1.log", 1);
  const std::vector<std::string> paths = {path_below((root_ / "[b]*").string() + "/", "*.log")};
  const auto listing = list_objects(paths);
  ASSERT_TRUE(listing);
  ASSERT_EQ(listing->objects.size(), 1U);
  EXPECT_EQ(listing->objects.at(0).path, (root_ / "[b]*/1.log").string());
}

}  // namespace
}  // namespace otomo::io
