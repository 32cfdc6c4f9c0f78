// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/toml_text.h"

namespace otomo::app {
namespace {

Config parse(const std::string& text, const Environment& environment = {}, ConfigOrigin origin = ConfigOrigin::kNamed) {
  return parse_config(text, {origin, "dir/otomo.toml", "dir/", ""}, {"", {"csv", "json"}}, environment);
}

std::vector<std::string> errors_of(const Config& config) {
  std::vector<std::string> messages;
  for (const Error& error : config.errors) messages.push_back(error.message);
  return messages;
}

std::string from_of(const Config& config, const std::string& key) {
  const auto found = std::find_if(config.settings.begin(), config.settings.end(),
                                  [&](const Setting& setting) { return setting.key == key; });
  return found == config.settings.end() ? "" : found->value + " from " + found->from;
}

using Texts = std::vector<std::string>;

TEST(ConfigTest, NothingIsFine) {
  const Config config = parse("");
  EXPECT_EQ(errors_of(config), Texts{});
  EXPECT_TRUE(config.sources.empty());
  EXPECT_EQ(from_of(config, "defaults.timezone"), "UTC from built in");
}

TEST(ConfigTest, PathsAreRelativeToTheFilesFolderAndThoseOfVariablesAreNot) {
  const std::string text = "[sources.b]\nurl = [\"x\", \"/y\", \"*.log\", \"~/z\", \"~\"]\n[sources.a]\nurl = 'x'\n";
  const Config config = parse(text, {{"HOME", "/home/example"}, {"OTOMO_SOURCES_A_URL", "w"}});
  ASSERT_EQ(errors_of(config), Texts{});
  ASSERT_EQ(config.sources.size(), 2U);
  EXPECT_EQ(config.sources[0].name, "b");  // the file's order
  EXPECT_EQ(config.sources[0].paths, (Texts{"dir/x", "/y", "dir/*.log", "/home/example/z", "/home/example/"}));
  EXPECT_EQ(config.sources[1].paths, Texts{"w"});
}

TEST(ConfigTest, AVariableOverridesOneValueOfTheLongestNameThatFits) {
  const std::string text =
      "[sources.shop]\nurl = 'a'\nzone = 'UTC'\n[sources.shop-web]\nurl = 'b'\n[accounts]\n111122223333 = 'x'\n";
  const Config config = parse(text, {{"OTOMO_SOURCES_SHOP_WEB_ZONE", "Asia/Tokyo"},
                                     {"OTOMO_SOURCES_OTHER_ZONE", "UTC"},
                                     {"OTOMO_ACCOUNTS_111122223333", "y"},
                                     {"OTOMO_DEFAULTS_STRICT", "true"},
                                     {"OTOMO_DEFAULTS_THREADS", "3"},
                                     {"OTOMO_DEFAULTS_MEMORY", ""},
                                     {"OTOMO_KERNEL", "scalar"}});
  ASSERT_EQ(errors_of(config), Texts{});
  EXPECT_EQ(config.sources[0].settings.time_zone, "UTC");
  EXPECT_EQ(config.sources[1].settings.time_zone, "Asia/Tokyo");
  EXPECT_EQ(config.accounts.at(0).name, "y");
  EXPECT_EQ(config.defaults.strict, true);
  EXPECT_EQ(config.defaults.threads, "3");
  EXPECT_EQ(config.defaults.memory, "");
  EXPECT_EQ(from_of(config, "sources.shop-web.zone"), "Asia/Tokyo from OTOMO_SOURCES_SHOP_WEB_ZONE");
  EXPECT_EQ(from_of(config, "sources.shop.zone"), "UTC from dir/otomo.toml:3:8");
  EXPECT_EQ(config.warnings, Texts{"OTOMO_SOURCES_OTHER_ZONE has no effect: there is no source of that name"});
}

TEST(ConfigTest, SecretsAreNoSettingsAndNeverShown) {
  const std::string text = "[sources.x]\nurl = 'a'\nsecret_access_key = 'hush'\n[defaults]\ntoken = {x = 'hush'}\n";
  for (const ConfigOrigin origin : {ConfigOrigin::kFound, ConfigOrigin::kOwn, ConfigOrigin::kNamed}) {
    const Config config = parse(text, {{"OTOMO_DEFAULTS_SESSION_TOKEN", "hush"}}, origin);
    ASSERT_EQ(config.errors.size(), 3U);
    for (const Error& error : config.errors) EXPECT_FALSE((error.message + error.hint).contains("hush"));
    for (const Setting& setting : config.settings) EXPECT_FALSE(setting.value.contains("hush"));
    EXPECT_EQ(from_of(config, "sources.x.secret_access_key"), "******** from dir/otomo.toml:3:1");
  }
}

TEST(ConfigTest, AFoundFileSaysNotWhoIsAskedAndAsWhom) {
  const std::string text =
      "[sources.x]\nurl = 's3://logs/AWSLogs'\nregion = 'eu-west-1'\nprofile = 'p'\nrole_arn = "
      "'arn:aws:iam::1:role/r'\n"
      "endpoint_url = 'http://127.0.0.1:9000'\nexternal_id = 'hush'\nrequest_payer = 'requester'\n";
  const Config found = parse(text, {}, ConfigOrigin::kFound);
  ASSERT_EQ(found.errors.size(), 5U);  // all but url and region
  for (const Error& error : found.errors) EXPECT_TRUE(error.message.contains("merely found")) << error.message;
  for (const ConfigOrigin origin : {ConfigOrigin::kOwn, ConfigOrigin::kNamed}) {
    const Config config = parse(text, {}, origin);
    ASSERT_EQ(errors_of(config), Texts{});
    const io::S3Settings& s3 = config.sources.at(0).s3;
    EXPECT_EQ(config.sources[0].paths, Texts{"s3://logs/AWSLogs"});
    EXPECT_EQ(s3.region, "eu-west-1");
    EXPECT_EQ(s3.profile, "p");
    EXPECT_EQ(s3.role_arn, "arn:aws:iam::1:role/r");
    EXPECT_EQ(s3.endpoint_url, "http://127.0.0.1:9000");
    EXPECT_EQ(s3.external_id, "hush");
    EXPECT_TRUE(s3.requester_pays);
    EXPECT_EQ(from_of(config, "sources.x.external_id"), "******** from dir/otomo.toml:7:15");
  }
  // The environment is the user's own.
  EXPECT_EQ(errors_of(parse("[sources.x]\nurl = 'a'\n", {{"OTOMO_SOURCES_X_PROFILE", "p"}}, ConfigOrigin::kFound)),
            Texts{});
}

TEST(ConfigTest, EveryKeyHasItsVariable) {
  for (const ConfigKey& key : config_keys()) {
    std::string variable = variable_name(key);
    if (key.section == "accounts") variable = "OTOMO_ACCOUNTS_111122223333";
    const Config config = parse("[sources.NAME]\nurl = 'x'\n", {{variable, "no such thing\x01"}});
    const bool effective =
        !config.errors.empty() || std::any_of(config.settings.begin(), config.settings.end(),
                                              [&](const Setting& setting) { return setting.from == variable; });
    EXPECT_TRUE(effective) << variable;
    for (const Error& error : config.errors) {
      EXPECT_TRUE(error.message.starts_with(variable + ": ")) << error.message;
      EXPECT_FALSE(error.message.contains('\x01'));
    }
  }
}

TEST(ConfigTest, Limits) {
  std::string text;
  for (std::size_t i = 0; i < kSourcesMax; ++i) text += "[sources.s" + std::to_string(i) + "]\nurl = 'x'\n";
  EXPECT_EQ(errors_of(parse(text)), Texts{});
  const Config more = parse(text + "[sources.more]\nurl = 'x'\n");
  EXPECT_EQ(errors_of(more), Texts{"dir/otomo.toml:2001:10: more than 1000 sources"});
  EXPECT_EQ(more.sources.size(), kSourcesMax);

  const std::string longest(kSourceNameBytesMax, 'x');
  EXPECT_EQ(errors_of(parse("[sources." + longest + "]\nurl = 'x'\n")), Texts{});
  EXPECT_EQ(parse("[sources." + longest + "x]\nurl = 'x'\n").errors.size(), 1U);

  std::string dots = "a";
  for (std::size_t i = 0; i < kTomlLineDotsMax; ++i) dots += ".a";
  EXPECT_EQ(errors_of(parse(dots + " = 1\n")), Texts{"dir/otomo.toml:1:1: unknown section [a]"});
  EXPECT_EQ(errors_of(parse("\n" + dots + ".a = 1\n")), Texts{"dir/otomo.toml:2:1: more than 8 dots on one line"});
}

// Within strings and comments a dot is none, whatever quotes they hold; behind them it is one.
TEST(ConfigTest, DotsInStringsAndComments) {
  const std::string dots = ".........";
  for (const std::string& harmless :
       {"x = \"" + dots + "\"", "x = '" + dots + "'", "x = \"\\\"" + dots + "\"",
        "x = \"\"\"\n" + dots + "\"\"" + dots + "\"\"\"", "x = '''\n" + dots + "'''''", "# \"\n# " + dots,
        "x = \"\"  # " + dots, "x = \"\"\"a\"\"\"\"\" # '" + dots, "x = '\\' # " + dots, "\"" + dots + "\" = 1"}) {
    const auto errors = errors_of(parse(std::string(harmless) + "\ny = 1\n"));
    ASSERT_FALSE(errors.empty()) << harmless;
    EXPECT_TRUE(errors.back().contains("unknown section [y]")) << harmless << errors.back();
  }
  for (const std::string& deep : {"x = 'a'\na" + dots + "b = 1", "x = '''a'''" + dots, "x = \"\\\\\"" + dots,
                                  "# '\na" + dots, "x = \"\"" + dots, "x = 'open\na" + dots}) {
    const auto errors = errors_of(parse(deep));
    ASSERT_EQ(errors.size(), 1U) << deep;
    EXPECT_TRUE(errors[0].contains("dots on one line")) << deep << errors[0];
  }
}

TEST(ConfigTest, WhatIsNoUtf8IsToldWithItsPlace) {
  EXPECT_EQ(errors_of(parse("# \xC3\xA9\nx = \"\xC3\xA9\xFF\"\n")), Texts{"dir/otomo.toml:2:7: no UTF-8"});
  EXPECT_EQ(errors_of(parse("\xC3")), Texts{"dir/otomo.toml:1:1: no UTF-8"});
}

}  // namespace
}  // namespace otomo::app
