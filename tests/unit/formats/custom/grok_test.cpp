// SPDX-License-Identifier: Apache-2.0
//
// The library of grok patterns: what each name takes, and what it does not.
#include "formats/custom/grok.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include "formats/custom/grouped_pattern.h"
#include "formats/custom/pattern.h"

namespace otomo::formats::custom {
namespace {

const std::map<std::string, std::string, std::less<>> kNoneOwn;

std::unique_ptr<RE2> regex_of(std::string_view pattern) {
  const auto expansion = expand_grok(pattern, kNoneOwn);
  if (!expansion) {
    ADD_FAILURE() << expansion.error();
    return nullptr;
  }
  const auto grouped = GroupedPattern::parse(expansion->regex);
  if (!grouped) {
    ADD_FAILURE() << grouped.error();
    return nullptr;
  }
  std::vector<std::size_t> groups;
  return std::make_unique<RE2>(grouped->write(std::vector<bool>(grouped->names().size(), true), groups), RE2::Quiet);
}

TEST(Grok, EveryNameIsAnExpression) {
  for (const GrokPattern& one : grok_library()) {
    const auto regex = regex_of("%{" + std::string(one.name) + "}");
    ASSERT_NE(regex, nullptr) << one.name;
    EXPECT_TRUE(regex->ok()) << one.name << ": " << regex->error();
  }
}

// RE2 captures several times slower from there on.
TEST(Grok, TheLargestNameIsFast) {
  const auto regex = regex_of("^%{COMBINEDAPACHELOG}$");
  ASSERT_NE(regex, nullptr);
  EXPECT_LE(regex->ProgramSize(), kRegexProgramFast);
}

struct Example {
  std::string name;
  std::vector<std::string> whole;  // all of the text
  std::vector<std::string> not_whole;
};

TEST(Grok, WhatTheNamesTake) {
  for (const Example& one : std::vector<Example>{
           {"INT", {"0", "-7", "+12"}, {"", "1.5", "a"}},
           {"POSINT", {"7", "10"}, {"0", "-1"}},
           {"NUMBER", {"7", "-7.25", ".5"}, {"1e3", "."}},
           {"BASE16NUM", {"0x1F", "ff"}, {"0x", "g"}},
           {"WORD", {"abc_1"}, {"a-b", ""}},
           {"NOTSPACE", {"a-b/c"}, {"a b", ""}},
           {"DATA", {"", "a b"}, {"a\nb"}},
           {"GREEDYDATA", {"", "a b"}, {"a\nb"}},
           {"QUOTEDSTRING", {R"("a \" b")", "''", "`x`"}, {R"("a)", "a"}},
           {"UUID", {"0123abcd-4567-89ef-0123-456789abcdef"}, {"0123abcd-4567-89ef-0123-456789abcde"}},
           {"LOGLEVEL", {"INFO", "warn", "Warning", "ERROR", "crit", "emergency"}, {"LOUD"}},
           {"USER", {"a.b-c_1", "-"}, {"a b"}},
           {"EMAILADDRESS", {"ann+shop@example.com", "a.b@mail.example.net"}, {"ann", "@example.com", "a@@b"}},
           {"MAC", {"00:1a:2B:3c:4d:5e", "00-1a-2B-3c-4d-5e", "001a.2b3c.4d5e"}, {"00:1a:2b:3c:4d"}},
           {"IPV4", {"0.0.0.0", "192.0.2.255"}, {"192.0.2.256", "1.2.3", "01.2.3.4"}},
           {"IPV6",
            {"2001:db8::1", "::", "::1", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1",
             "2001:db8::", "64:ff9b::192.0.2.33"},
            {"1:2:3:4:5:6:7", "12:34:56", "1:2:3:4:5:6:7:8:9", ":1", "g::"}},
           {"IP", {"192.0.2.1", "2001:db8::1"}, {"example.com"}},
           {"HOSTNAME", {"www.example.com", "a", "host_1", "example.com."}, {"-a", "a..b", ""}},
           {"IPORHOST", {"192.0.2.1", "2001:db8::1", "www.example.com"}, {"a b"}},
           {"HOSTPORT", {"www.example.com:443", "192.0.2.1:80"}, {"www.example.com", "a:0"}},
           {"PATH", {"/var/log/a.log", R"(C:\logs\a.log)", "/"}, {"a/b", ""}},
           {"URIPATHPARAM", {"/a/b", "/a?b=c&d=%20"}, {"a", "/a b"}},
           {"URI", {"https://ann@www.example.com:8443/a?b=c", "s3://bucket/key"}, {"//x", "example.com"}},
           {"MONTH", {"Jan", "september", "SEPT"}, {"Janu", "13"}},
           {"MONTHDAY", {"1", "01", "31"}, {"0", "32"}},
           {"DAY", {"Mon", "friday"}, {"Fre"}},
           {"YEAR", {"2026", "26"}, {"026", "20260"}},
           {"TIME", {"23:59:60", "9:05", "09:05:07.123"}, {"24:00:00", "9"}},
           {"TIMESTAMP_ISO8601",
            {"2026-03-02T09:14:07Z", "2026-03-02 09:14:07,123", "2026-03-02T09:14:07.5+09:00", "2026-03-02T09:14"},
            {"2026-03-02", "2026-13-02T09:14:07Z"}},
           {"HTTPDATE", {"02/Mar/2026:09:14:07 +0000"}, {"02/Mar/2026 09:14:07 +0000"}},
           {"SYSLOGTIMESTAMP", {"Mar  2 09:14:07", "Mar 12 09:14:07"}, {"2 Mar 09:14:07"}},
           {"DATESTAMP", {"03/02/2026 09:14:07", "2.3.26-09:14:07"}, {"2026/03/02 09:14:07"}},
           {"SYSLOGPROG", {"sshd[123]", "kernel", "a/b-c"}, {"sshd[0]", "a b"}},
           {"SYSLOGBASE", {"Mar  2 09:14:07 web-1 sshd[123]:", "Mar 12 09:14:07 192.0.2.1 kernel:"}, {"web-1 sshd:"}},
           {"COMMONAPACHELOG",
            {R"(192.0.2.1 - ann [02/Mar/2026:09:14:07 +0000] "GET / HTTP/1.1" 200 -)",
             R"(2001:db8::1 - - [02/Mar/2026:09:14:07 +0000] "-" 408 0)"},
            {R"(192.0.2.1 - ann [02/Mar/2026:09:14:07 +0000] "GET / HTTP/1.1" 200)"}},
           {"COMBINEDAPACHELOG",
            {R"(192.0.2.1 - - [02/Mar/2026:09:14:07 +0000] "GET /a HTTP/1.1" 200 5 "https://example.com/" "a \" b")"},
            {R"(192.0.2.1 - - [02/Mar/2026:09:14:07 +0000] "GET /a HTTP/1.1" 200 5)"}},
       }) {
    const auto regex = regex_of("%{" + one.name + "}");
    ASSERT_NE(regex, nullptr);
    for (const std::string& text : one.whole) EXPECT_TRUE(RE2::FullMatch(text, *regex)) << one.name << ": " << text;
    for (const std::string& text : one.not_whole) {
      EXPECT_FALSE(RE2::FullMatch(text, *regex)) << one.name << ": " << text;
    }
  }
}

TEST(Grok, FieldsAndTypes) {
  const auto expansion = expand_grok("%{INT:a:int} %{NUMBER:b:float} (?<c>x) %{WORD:d} %{INT:e:integer}", kNoneOwn);
  ASSERT_TRUE(expansion.has_value());
  EXPECT_EQ(expansion->types.size(), 3U);
  EXPECT_EQ(expansion->types.at("a"), Type::kBigint);
  EXPECT_EQ(expansion->types.at("b"), Type::kDouble);
  EXPECT_EQ(expansion->types.at("e"), Type::kInteger);
  const auto grouped = GroupedPattern::parse(expansion->regex);
  ASSERT_TRUE(grouped.has_value());
  EXPECT_EQ(grouped->names(), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

TEST(Grok, WhatIsWrong) {
  const auto wrong = [](std::string_view pattern) {
    const auto expansion = expand_grok(pattern, kNoneOwn);
    return expansion ? "" : expansion.error();
  };
  EXPECT_EQ(wrong("%{INT"), "a %{ has no end");
  EXPECT_EQ(wrong("%{}"), "there is no pattern %{}");
  EXPECT_EQ(wrong("%{INT:a:int:b}"), "%{INT:a:int:…} has too many parts");
  EXPECT_EQ(wrong("%{INT:a:int} %{INT:a:float}"), "field a has two types");
  EXPECT_EQ(wrong("100% {x} %d"), "");
}

TEST(GroupedPattern, OnlyTheWantedCapture) {
  const auto pattern =
      GroupedPattern::parse(R"((a)\((?P<x>[(?P<y>\]]+)(?i:b)(?<z>\Q(?P<w>\E)[]([:alpha:]()]\\(?P<x>c))");
  ASSERT_TRUE(pattern.has_value()) << pattern.error();
  EXPECT_EQ(pattern->names(), (std::vector<std::string>{"x", "z"}));
  std::vector<std::size_t> groups;
  EXPECT_EQ(pattern->write({true, true}, groups), R"((?:a)\(([(?P<y>\]]+)(?i:b)(\Q(?P<w>\E)[]([:alpha:]()]\\(c))");
  EXPECT_EQ(groups, (std::vector<std::size_t>{0, 1, 0}));
  EXPECT_EQ(pattern->write({false, true}, groups), R"((?:a)\((?:[(?P<y>\]]+)(?i:b)(\Q(?P<w>\E)[]([:alpha:]()]\\(?:c))");
  EXPECT_EQ(groups, (std::vector<std::size_t>{1}));
  for (const char* torn : {"", "\\", "[", "[^", "[a\\", "(?", "(?P", "\\Q(?P<a>", "[[:alpha"}) {
    const auto short_pattern = GroupedPattern::parse(torn);
    ASSERT_TRUE(short_pattern.has_value()) << torn;
    EXPECT_EQ(short_pattern->write({}, groups), torn);
  }
  EXPECT_FALSE(GroupedPattern::parse("(?P<a").has_value());
  EXPECT_FALSE(GroupedPattern::parse("(?P<>a)").has_value());
}

}  // namespace
}  // namespace otomo::formats::custom
