// SPDX-License-Identifier: Apache-2.0
//
// Walking objects that are like the last one finds the same members as walking each for itself; objects get the same
// number if, and only if, their members have the same names in the same order. What was indexed to all depths walks as
// what was not.
#include "formats/json_walk.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <regex>

namespace otomo::formats {
namespace {

std::string random_value(std::mt19937& random) {
  static constexpr std::string_view kValues[] = {"null",
                                                 "true",
                                                 "false",
                                                 "0",
                                                 "-1.5e3",
                                                 "12345",
                                                 "\"\"",
                                                 "\"text\"",
                                                 R"("a\"b\\")",
                                                 R"("x:y,z")",
                                                 R"("tail\\")",
                                                 "[]",
                                                 "{}",
                                                 R"({"in":[1,{"deep":"}"}]})",
                                                 R"(["a","b,"])",
                                                 R"("\u0041\n")",
                                                 R"("ends in a colon:")",
                                                 R"("q\":1,")",
                                                 R"([{"in":"}"},{"in":[]}])",
                                                 R"([{]})"};
  return std::string(kValues[random() % std::size(kValues)]);
}

// An object of one of some kinds, seldom with a twist that JSON allows, or does not.
std::string random_object(std::mt19937& random) {
  static constexpr std::string_view kNames[] = {"a", "name", "another_name", "exactly8", "sixteen_letters_", "", "a"};
  const std::size_t kind = random() % 12;
  std::mt19937 names(static_cast<unsigned>(kind));
  std::string object = "{";
  const std::size_t count = kind % 7;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) object += random() % 40 == 0 ? " , " : ",";
    object += '"' + std::string(kNames[names() % std::size(kNames)]) + (names() % 3 == 0 ? "x" : "") + '"';
    object += random() % 40 == 0 ? " : " : ":";
    object += random_value(random);
  }
  object += "}";
  if (random() % 10 == 0 && object.size() > 2) object.erase(1 + random() % (object.size() - 2), 1);
  if (random() % 10 == 0) object.insert(1 + random() % (object.size() - 1), 1, "\":,{}[]1 \\"[random() % 10]);
  return object;
}

struct Walked {
  JsonWalk walk;
  std::uint32_t end;
  std::size_t next;
  std::vector<std::array<std::uint32_t, 5>> members;
  bool operator==(const Walked&) const = default;
};

Walked walk_of(const JsonText& json, JsonShapes* shapes, JsonMembers& members) {
  Walked walked{JsonWalk::kInvalid, 0, 0, {}};
  walked.walk = shapes == nullptr ? json.walk(0, members, walked.end, walked.next)
                                  : json.walk(0, *shapes, members, walked.end, walked.next);
  for (const JsonMember& member : members) {
    walked.members.push_back({member.key_begin, member.key_end, member.value.begin, member.value.end,
                              static_cast<std::uint32_t>(member.value.kind)});
  }
  return walked;
}

TEST(JsonShapes, WalksAsWithoutThem) {
  std::mt19937 random(23);
  JsonShapes shapes;
  JsonMembers alone;
  JsonMembers alike;
  std::map<std::uint32_t, std::vector<std::string>> names_of;
  std::size_t numbered = 0;
  for (int round = 0; round < 200'000; ++round) {
    const std::string object = random_object(random);
    const std::string padded = object + random_object(random) + std::string(kBlockPaddingBytes, ' ');
    JsonText json;
    // With and without more text behind it.
    json.start(std::string_view(padded).substr(0, random() % 2 == 0 ? object.size() : padded.size() - 64));
    json.finish();
    ASSERT_GT(json.token_count(), 0U);
    const Walked expected = walk_of(json, nullptr, alone);
    ASSERT_EQ(walk_of(json, &shapes, alike), expected) << object;
    if (alike.shape() == 0) continue;
    ++numbered;
    ASSERT_EQ(expected.walk, JsonWalk::kDone);
    std::vector<std::string> names;
    for (const JsonMember& member : alike) names.emplace_back(json.key(member));
    const auto [place, fresh] = names_of.emplace(alike.shape(), names);
    ASSERT_TRUE(fresh || place->second == names) << object;
  }
  EXPECT_GT(numbered, 50'000U);
}

TEST(JsonShapes, RemembersNeitherTooManyNamesNorTooLongOnes) {
  JsonShapes shapes;
  JsonMembers members;
  const auto shape_of = [&](const std::string& object) {
    const std::string padded = object + std::string(kBlockPaddingBytes, ' ');
    JsonText json;
    json.start(std::string_view(padded).substr(0, object.size()));
    json.finish();
    EXPECT_EQ(walk_of(json, &shapes, members).walk, JsonWalk::kDone);
    return members.shape();
  };
  const auto object_of = [](std::size_t count) {
    std::string object = "{\"n\":1";
    for (std::size_t i = 1; i < count; ++i) object += ",\"n" + std::to_string(i) + "\":1";
    return object + '}';
  };
  EXPECT_NE(shape_of(object_of(128)), 0U);
  EXPECT_EQ(shape_of(object_of(129)), 0U);
  EXPECT_NE(shape_of("{\"" + std::string(8 * 1024, 'n') + "\":1}"), 0U);
  EXPECT_EQ(shape_of("{\"" + std::string(8 * 1024 + 1, 'n') + "\":1}"), 0U);
  EXPECT_EQ(shape_of("{}"), 0U);
  // The ninth shape takes the place of the first.
  const std::uint32_t first = shape_of("{\"first\":1}");
  EXPECT_EQ(shape_of("{\"first\":[]}"), first);
  for (std::size_t i = 2; i < 10; ++i) shape_of(object_of(i));
  EXPECT_NE(shape_of("{\"first\":1}"), first);
}

// The members, and those of what is inside them.
void expect_same_inside(const JsonText& deep, const JsonMember& member) {
  JsonShapes shapes;
  JsonMembers inside;
  const bool valid = deep.read(member.value, shapes, inside);
  const std::string alone = std::string(deep.slice(member.value)) + std::string(kBlockPaddingBytes, ' ');
  JsonText text;
  JsonMembers expected;
  ASSERT_EQ(valid, text.read(std::string_view(alone).substr(0, alone.size() - kBlockPaddingBytes), expected)) << alone;
  if (!valid) return;
  ASSERT_EQ(inside.size(), expected.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const JsonMember& actual = inside.begin()[i];
    ASSERT_EQ(deep.key(actual), text.key(expected.begin()[i]));
    ASSERT_EQ(deep.slice(actual.value), text.slice(expected.begin()[i].value));
    if (actual.value.kind == '{' || actual.value.kind == '[') expect_same_inside(deep, actual);
  }
}

TEST(JsonText, AllDepthsWalkLikeTheTop) {
  std::mt19937 random(29);
  JsonShapes shapes;
  JsonMembers expected_members;
  JsonMembers members;
  for (int round = 0; round < 100'000; ++round) {
    const std::string padded = random_object(random) + random_object(random) + std::string(kBlockPaddingBytes, ' ');
    const std::string_view object = std::string_view(padded).substr(0, padded.size() - kBlockPaddingBytes);
    JsonText shallow;
    shallow.start(object);
    shallow.finish();
    JsonText deep;
    deep.start(object, JsonDepth::kAll);
    deep.finish();
    Walked expected = walk_of(shallow, nullptr, expected_members);
    Walked walked = walk_of(deep, nullptr, members);
    ASSERT_EQ(deep.token_at(static_cast<std::uint32_t>(walked.end), 0), walked.next);
    expected.next = walked.next;
    ASSERT_EQ(walked, expected) << object;
    Walked alike = walk_of(deep, &shapes, members);
    ASSERT_EQ(alike, expected) << object;
    if (walked.walk != JsonWalk::kDone) continue;
    for (const JsonMember& member : members) {
      if (member.value.kind == '{' || member.value.kind == '[') expect_same_inside(deep, member);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(JsonText, ScalarsAreThoseOfJson) {
  const std::regex grammar("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?|null|true|false");
  std::mt19937 random(31);
  const auto is_taken = [](const std::string& scalar) {
    const std::string padded = "{\"a\":" + scalar + "}" + std::string(kBlockPaddingBytes, '7');
    JsonText json;
    JsonMembers members;
    return json.read(std::string_view(padded).substr(0, scalar.size() + 6), members);
  };
  for (const char* scalar : {"null", "true", "false", "nul", "truee", "falsy", "12345678", "123456789", "/2345678"}) {
    EXPECT_EQ(is_taken(scalar), std::regex_match(scalar, grammar)) << scalar;
  }
  for (int round = 0; round < 200'000; ++round) {
    static constexpr std::string_view kAlphabet = "00123456789123456789/;-.eE+";
    std::string scalar;
    for (std::size_t size = 1 + random() % 12; size > 0; --size) scalar += kAlphabet[random() % kAlphabet.size()];
    ASSERT_EQ(is_taken(scalar), std::regex_match(scalar, grammar)) << scalar;
  }
}

}  // namespace
}  // namespace otomo::formats
