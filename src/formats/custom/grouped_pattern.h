// SPDX-License-Identifier: Apache-2.0
//
// A regular expression whose named groups can be told apart from the rest, so that it can be written with only those
// groups capturing that a question needs. RE2 pays for each capture: without one it is a DFA, with up to four its
// one-pass engine may do, with more it is several times slower. A name may be given to several groups. Pure.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace otomo::formats::custom {

class GroupedPattern {
 public:
  // RE2's syntax, and (?<name>…) for (?P<name>…). Groups without a name capture nothing. The error says what is wrong
  // with the groups; the rest is RE2's to judge.
  static std::expected<GroupedPattern, std::string> parse(std::string_view regex);

  // The groups' names, each once, in the order in which they open.
  const std::vector<std::string>& names() const { return names_; }

  // The expression in which the groups of the `wanted` names (indexes into names()) capture and no others; `groups`
  // gets the name of each.
  std::string write(const std::vector<bool>& wanted, std::vector<std::size_t>& groups) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> pieces_;    // before, between and behind the groups' openings
  std::vector<std::size_t> openings_;  // names
};

}  // namespace otomo::formats::custom
