// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace otomo {
namespace {

TEST(Arena, TextsStayUntilClear) {
  std::mt19937 random(6);
  Arena arena;
  for (int round = 0; round < 5; ++round) {
    std::vector<std::pair<std::string, std::string_view>> kept;
    for (int i = 0; i < 2'000; ++i) {
      const std::string text(random() % 700, static_cast<char>('a' + i % 26));
      if (i % 3 == 0) {
        // More than is needed, the rest given back.
        const std::size_t room = text.size() * 3 + 1;
        char* place = arena.allocate(room);
        std::copy(text.begin(), text.end(), place);
        arena.shrink_last(room, text.size());
        kept.emplace_back(text, std::string_view(place, text.size()));
      } else {
        kept.emplace_back(text, arena.copy(text));
      }
    }
    for (const auto& [text, view] : kept) ASSERT_EQ(view, text);
    arena.clear();
  }
}

TEST(Arena, AnEmptyCopyIsNotNull) {
  Arena arena;
  EXPECT_NE(arena.copy("").data(), nullptr);
  EXPECT_EQ(arena.copy("").size(), 0U);
}

TEST(Arena, OneTextLargerThanAnyChunk) {
  Arena arena;
  const std::string large(9 * 1024 * 1024, 'x');
  const std::string_view first = arena.copy("first");
  EXPECT_EQ(arena.copy(large), large);
  EXPECT_EQ(first, "first");
  EXPECT_EQ(arena.copy("behind"), "behind");
}

TEST(Arena, ClearBeforeUse) {
  Arena arena;
  arena.clear();
  EXPECT_EQ(arena.copy("a"), "a");
}

}  // namespace
}  // namespace otomo
