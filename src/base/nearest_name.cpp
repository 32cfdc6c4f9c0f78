// SPDX-License-Identifier: Apache-2.0
#include "base/nearest_name.h"

#include <algorithm>
#include <cstddef>

namespace otomo {

namespace {

// The fewest letters to add, drop, change or swap with their neighbour that make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest_name(std::string_view word, std::span<const std::string> names) {
  constexpr std::size_t kWordMax = 100;  // what is longer is no slip
  std::string nearest;
  std::size_t fewest = std::min<std::size_t>(word.size(), 5) / 2 + 1;  // half the letters of a short word, else two
  if (word.size() > kWordMax) return nearest;
  for (const std::string& name : names) {
    const std::size_t letters = distance(word, name);
    if (letters >= fewest) continue;
    fewest = letters;
    nearest = name;
  }
  return nearest;
}

std::vector<std::string> similar_names(std::string_view word, std::span<const std::string> names) {
  std::vector<std::string> similar;
  if (word.empty()) return similar;
  const auto add = [&](const std::string& name) {
    if (std::find(similar.begin(), similar.end(), name) == similar.end()) similar.push_back(name);
  };
  for (const std::string& name : names) {
    if (name.starts_with(word)) add(name);
  }
  if (const std::string near = nearest_name(word, names); !near.empty()) add(near);
  return similar;
}

}  // namespace otomo
