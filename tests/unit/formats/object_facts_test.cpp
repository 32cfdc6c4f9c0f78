// SPDX-License-Identifier: Apache-2.0
//
// What a key says and what it proves, format by format.
#include "formats/object_facts.h"

#include <gtest/gtest.h>

#include "base/time.h"
#include "formats/registry.h"

namespace otomo::formats {
namespace {

const Format& format(std::string_view name) {
  static const Registry kRegistry;
  return *kRegistry.find(name);
}

// The day (of March 2026) with whose end the records end; 0: nothing is proven.
std::int64_t last_day(std::string_view name, std::string_view key) {
  const auto latest = latest_event_us(format(name), key);
  return latest ? *latest / kMicrosecondsPerDay - days_from_civil(2026, 2, 28) : 0;
}

TEST(ObjectFacts, WhatAKeyProvesOfTheTime) {
  constexpr struct {
    const char* format;
    int last_day;
    const char* key;
  } kKeys[] = {
      {"s3_access", 2, "logs/2026-03-02-00-10-00-0123456789ABCDEF"},
      {"s3_access", 2, "x111122223333/eu-west-1/shop/2026/03/02/2026-03-02-00-10-00-0123456789ABCDEF"},
      {"s3_access", 4, "copied/2026/03/04/2026-03-02-00-10-00-0123456789ABCDEF"},
      {"s3_access", 0, "2026/03/02/access.log"},
      {"cloudtrail", 2, "111122223333_CloudTrail_eu-west-1_20260302T0000Z_abc.json.gz"},
      {"cloudtrail", 2,
       "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/"
       "111122223333_CloudTrail_eu-west-1_20260302T0000Z_abc.json"},
      {"cloudtrail", 5,
       "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/05/"
       "111122223333_CloudTrail_eu-west-1_20260302T0000Z_abc.json"},
      {"cloudtrail", 0,
       "AWSLogs/444455556666/CloudTrail/eu-west-1/2026/03/02/"
       "111122223333_CloudTrail_eu-west-1_20260302T0000Z_abc.json"},
      {"cloudtrail", 0, "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/mine.json"},
      {"cloudtrail", 0, "account=1/year=2026/month=03/day=02/mine.json"},
      {"vpc_flow", 2, "111122223333_vpcflowlogs_eu-west-1_fl-0a1b_20260302T0915Z_00c0ffee.log.gz"},
      {"vpc_flow_json", 2, "111122223333_vpcflowlogs_eu-west-1_fl-0a1b_20260302T0915Z_00c0ffee.log.parquet"},
      // The folder's day is that of the delivery; the name's is that of the last record.
      {"alb", 3,
       "AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/03/02/"
       "111122223333_elasticloadbalancing_eu-west-1_app.shop.0123456789abcdef_20260303T0000Z_203.0.113.9_abcd.log.gz"},
      {"alb", 0,
       "111122223333_elasticloadbalancing_eu-west-1_app.shop.0123456789abcdef_20260303T0000Z_203.0.113.9_abcd.log.gz"},
      // The day is that of the first record.
      {"waf", 3, "logs/2026/03/02/23/aws-waf-logs-shop-1-2026-03-02-23-59-00-abc"},
      {"waf", 3, "111122223333_waflogs_eu-west-1_shop_20260302T2355Z_abcd.log.gz"},
      {"route53_resolver", 3,
       "AWSLogs/111122223333/vpcdnsquerylogs/vpc-0a1b/2026/03/02/vpc-0a1b_20260302T0000Z.log.gz"},
      // Of a long download, the end is logged later than the hour it came in.
      {"cloudfront", 0, "E2EXAMPLE1ABCD.2026-03-02-09.0a1b2c3d.gz"},
      {"ocsf", 0, "ext/region=eu-west-1/accountId=111122223333/eventDay=20260302/a.parquet"},
      {"syslog", 0, "2026/03/02/messages"},
  };
  for (const auto& key : kKeys) EXPECT_EQ(last_day(key.format, key.key), key.last_day) << key.format << ' ' << key.key;
}

TEST(ObjectFacts, HowAKeySpellsItsDay) {
  constexpr struct {
    const char* format;
    const char* key;
    const char* spelled;  // in brackets; empty: not at all
  } kKeys[] = {
      {"s3_access", "logs/", "[2026-03-02]-00-10-00-0123456789ABCDEF"},
      {"s3_access", "logs/x-", "[2026-03-02]-00-10-00-0123456789ABCDEF"},
      {"s3_access", "1234-56-78/", "[2026-03-02]-00-10-00-0123456789ABCDEF"},
      {"s3_access", "x111122223333/eu-west-1/shop/", "[2026/03/02]/2026-03-02-00-10-00-0123456789ABCDEF"},
      {"s3_access", "copied/2026/03/04/2026-03-02-00-10-00-0123456789ABCDEF", ""},
      {"s3_access", "copied/2026/03/02/x/", "[2026-03-02]-00-10-00-0123456789ABCDEF"},
      {"cloudtrail", "AWSLogs/111122223333/CloudTrail/eu-west-1/",
       "[2026/03/02]/111122223333_CloudTrail_eu-west-1_20260302T0000Z_abc.json.gz"},
      {"cloudtrail", "AWSLogs/111122223333/CloudTrail/eu-west-1/",
       "[2026/03/02]/111122223333_CloudTrail_eu-west-1_20260303T0000Z_abc.json.gz"},
      {"cloudtrail", "111122223333_CloudTrail_eu-west-1_20260302T0000Z_abc.json.gz", ""},
      {"cloudtrail",
       "AWSLogs/444455556666/CloudTrail/eu-west-1/2026/03/02/"
       "111122223333_CloudTrail_eu-west-1_20260302T0000Z_abc.json",
       ""},
      {"vpc_flow", "AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=eu-west-1/year=",
       "[2026/month=03/day=02]/hour=09/111122223333_vpcflowlogs_eu-west-1_fl-0a1b_20260302T0915Z_00c0ffee.log.gz"},
      {"ocsf", "a/2026/03/02/x.parquet", ""},
  };
  for (const auto& [name, base, spelled] : kKeys) {
    std::string key = std::string(base) + spelled;
    std::erase(key, '[');
    std::erase(key, ']');
    const auto day = key_day(format(name), key);
    EXPECT_EQ(day.has_value(), *spelled != '\0') << key;
    if (!day) continue;
    EXPECT_EQ(day->base_bytes, std::string_view(base).size()) << key;
    EXPECT_EQ(day->day, days_from_civil(2026, 3, 2)) << key;
    const std::string text = "[2026" + std::string(day->after_year) + "03" + std::string(day->after_month) + "02]";
    EXPECT_TRUE(std::string_view(spelled).starts_with(text)) << key;
  }
}

TEST(ObjectFacts, WhichDaysAQuestionNeeds) {
  const std::int64_t noon = days_from_civil(2026, 3, 2) * kMicrosecondsPerDay + kMicrosecondsPerDay / 2;
  const auto days = [&](std::string_view name, std::optional<std::int64_t> late_us = {}) {
    SourceSettings settings;
    settings.late_us = late_us;
    Days found = days_of(format(name), {noon, noon}, settings);
    for (std::int64_t* day : {&found.first, &found.last}) {
      if (*day != Days().first && *day != Days().last) *day -= days_from_civil(2026, 3, 2);
    }
    return std::pair(found.first, found.last);
  };
  EXPECT_EQ(days("cloudtrail"), std::pair(std::int64_t{-1}, std::int64_t{31}));
  EXPECT_EQ(days("alb"), std::pair(std::int64_t{-1}, std::int64_t{2}));
  EXPECT_EQ(days("waf"), std::pair(std::int64_t{-2}, Days().last));
  EXPECT_EQ(days("s3_access"), std::pair(std::int64_t{-1}, Days().last));
  EXPECT_EQ(days("s3_access", 2 * kMicrosecondsPerDay), std::pair(std::int64_t{-1}, std::int64_t{3}));
  EXPECT_EQ(days("syslog", 0), std::pair(Days().first, Days().last));
  EXPECT_EQ(days_of(format("cloudtrail"), {}, {}).first, Days().first);
}

TEST(ObjectFacts, NoFormatProvesATimeByAnotherKey) {
  for (const Format* each : all_formats()) {
    EXPECT_FALSE(latest_event_us(*each, "account=111122223333/region=eu-west-1/2026/03/02/records.json")) << each->name;
  }
}

TEST(ObjectFacts, OfTwoOwnersTheLast) {
  const SourceSettings settings{.fields = {}, .delimiter = {}, .time_zone = {}, .account_id = "999988887777"};
  const auto owner = [&](std::string_view key) {
    const KeyFacts facts = object_facts(&format("cloudtrail"), key, settings);
    return facts.account_id + ' ' + facts.region + ' ' + facts.organization_id;
  };
  EXPECT_EQ(owner("AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1/2026/03/02/a.json"),
            "111122223333 eu-west-1 o-exampleorg1");
  EXPECT_EQ(owner("AWSLogs/o-exampleorg1/111122223333/CloudTrail/eu-west-1/copy/AWSLogs/444455556666/Config/a.json"),
            "444455556666  ");
  EXPECT_EQ(owner("AWSLogs/111122223333/CloudTrail/eu-west-1/444455556666_CloudTrail_us-west-2_20260302T0000Z_a.json"),
            "444455556666 us-west-2 ");
  EXPECT_EQ(owner("account=111122223333/a.json"), "999988887777  ");
}

}  // namespace
}  // namespace otomo::formats
