// SPDX-License-Identifier: Apache-2.0
#include "io/object_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "io/object_set.h"

namespace otomo::io {
namespace {

std::shared_ptr<ObjectStore> store_of(std::size_t memory_bytes) {
  return std::make_shared<ObjectStore>(std::filesystem::temp_directory_path().string(), memory_bytes);
}

bool same(const Object& a, const Object& b) {
  return a.is_stdin == b.is_stdin && a.is_archived == b.is_archived && a.source == b.source &&
         a.size_bytes == b.size_bytes && a.modified_us == b.modified_us && a.path == b.path && a.etag == b.etag;
}

// Objects of every kind, in the order of their paths.
std::vector<Object> some_objects(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<Object> objects(count);
  for (Object& object : objects) {
    object.path = "s3://bucket/" + std::to_string(random() % 90) + "/" + std::to_string(random());
    if (random() % 50 == 0) object.path += std::string(random() % 3000, 'x');
    object.is_archived = random() % 9 == 0;
    object.size_bytes = random() >> (random() % 64);
    if (random() % 5 != 0) object.modified_us = static_cast<std::int64_t>(random() >> (random() % 64));
    static constexpr const char* kEtags[] = {"", "\"d41d8cd98f00b204e9800998ecf8427e\"", "\"0123-7\"",
                                             "\"D41D8CD98F00B204E9800998ECF8427E\"", "x"};
    object.etag = kEtags[random() % 5];
  }
  std::sort(objects.begin(), objects.end(), [](const Object& a, const Object& b) { return a.path < b.path; });
  return objects;
}

void expect_same(const ObjectList& list, const std::vector<Object>& objects) {
  ASSERT_EQ(list.size(), objects.size());
  std::uint64_t size_bytes = 0;
  ObjectCursor cursor(list);
  for (const Object& object : objects) {
    const Object* found = cursor.next();
    ASSERT_NE(found, nullptr);
    EXPECT_TRUE(same(*found, object)) << found->path;
    size_bytes += object.size_bytes;
  }
  EXPECT_EQ(cursor.next(), nullptr);
  EXPECT_EQ(list.objects_bytes(), size_bytes);
  std::mt19937 random(7);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::size_t number = random() % objects.size();
    EXPECT_TRUE(same(cursor.at(number), objects[number])) << number;
    EXPECT_TRUE(same(cursor.at(number), objects[number])) << number;
    EXPECT_TRUE(same(list.at(number), objects[number])) << number;
  }
}

TEST(ObjectList, GivesWhatItWasGivenInMemoryAndInAFile) {
  for (const std::size_t count : {0, 1, 64, 65, 1000, 5000}) {
    const std::vector<Object> objects = some_objects(count, 1);
    for (const auto& store : {std::shared_ptr<ObjectStore>(), store_of(0), store_of(20'000)}) {
      ObjectList list(store);
      for (const Object& object : objects) list.append(object);
      expect_same(list, objects);
      const ObjectList moved = std::move(list);
      expect_same(moved, objects);
    }
  }
}

TEST(ObjectList, ListsAreJoined) {
  const auto store = store_of(50'000);
  ObjectList joined(store);
  std::vector<Object> all;
  unsigned seed = 0;
  for (const std::size_t count : {0, 3, 500, 1, 1, 2000, 70, 5}) {
    std::vector<Object> objects = some_objects(count, ++seed);
    ObjectList list(store);
    for (const Object& object : objects) list.append(object);
    const auto source = static_cast<std::uint16_t>(seed / 3);
    joined.append_all(std::move(list), source);
    for (Object& object : objects) {
      object.source = source;
      all.push_back(object);
    }
  }
  expect_same(joined, all);
}

TEST(ObjectList, SortedListsBecomeOneWithEachPathOnce) {
  const auto store = store_of(0);
  std::vector<ObjectList> lists;
  std::vector<Object> all;
  for (const unsigned seed : {1, 2, 1, 3}) {
    ObjectList& list = lists.emplace_back(store);
    for (Object& object : some_objects(700, seed)) {
      object.source = static_cast<std::uint16_t>(lists.size());
      list.append(object);
      if (lists.size() != 3) all.push_back(object);  // it repeats the first
    }
  }
  lists.emplace_back(store);
  std::sort(all.begin(), all.end(), [](const Object& a, const Object& b) { return a.path < b.path; });
  expect_same(merge_sorted(std::move(lists), store), all);
}

TEST(ObjectList, AStoreWithoutRoomSaysWhatToDo) {
  const auto store = std::make_shared<ObjectStore>("/nonexistent", 1000);
  ObjectList list(store);
  for (const Object& object : some_objects(10, 1)) list.append(object);
  EXPECT_TRUE(store->failure());
  for (const Object& object : some_objects(1000, 1)) list.append(object);
  ASSERT_FALSE(store->failure());
  EXPECT_NE(store->failure().error().message.find("/nonexistent"), std::string::npos);
  EXPECT_NE(store->failure().error().hint.find("TMPDIR"), std::string::npos);
  ObjectCursor cursor(list);
  std::size_t lost = 0;
  while (const Object* object = cursor.next()) lost += object->path.empty() ? 1 : 0;
  EXPECT_GT(lost, 500U);
}

TEST(ObjectList, MemoryIsGivenBack) {
  // With no folder for more.
  const auto store = std::make_shared<ObjectStore>("/nonexistent", 3000);
  for (int round = 0; round < 100; ++round) {
    ObjectList list(store);
    for (int i = 0; i < 100; ++i) {
      Object object;
      object.path = std::to_string(i);
      list.append(object);
    }
  }
  EXPECT_TRUE(store->failure());
}

TEST(ObjectSet, NumbersGoInAndOut) {
  for (const std::size_t count : {0, 1, 63, 64, 65, 1000}) {
    ObjectSet set = ObjectSet::all(count);
    EXPECT_EQ(set.size(), count);
    ObjectSet odd;
    for (std::size_t i = 1; i < count; i += 2) odd.add(i);
    odd.add(5000);
    odd.add(5000);
    EXPECT_EQ(odd.size(), count / 2 + 1);
    set.keep_only(odd);
    EXPECT_EQ(set.size(), count / 2);
    std::size_t expected = 1;
    for (std::size_t i = set.next(0); i != set.end(); i = set.next(i + 1), expected += 2) EXPECT_EQ(i, expected);
    EXPECT_EQ(expected / 2, count / 2);
    for (std::size_t i = 0; i < count; ++i) set.remove(i);
    EXPECT_EQ(set.size(), 0U);
    EXPECT_EQ(set.next(0), set.end());
  }
}

}  // namespace
}  // namespace otomo::io
