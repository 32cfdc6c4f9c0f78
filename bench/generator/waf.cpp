// SPDX-License-Identifier: Apache-2.0
// AWS WAF logs, one JSON object of about 1.7 KB per line, of one web ACL in front of a load balancer over a day:
// browsers' headers (some with escaped quotes), managed rule groups with the customerConfig that every group has,
// labels, a few counted and blocking rules. An example, broken and cut for reading:
//   {"timestamp":1772323204123,"formatVersion":1,"webaclId":"arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/…",
//    "terminatingRuleId":"Default_Action",…,"ruleGroupList":[{"ruleGroupId":"AWS#AWSManagedRulesCommonRuleSet",…}],…,
//    "httpRequest":{"clientIp":"203.0.113.9","country":"JP","headers":[{"name":"host","value":"shop.example.com"},…],…}}
// Fields: https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html (read in April 2026)

#include <array>

#include "generator/log.h"

namespace otomo::bench {
namespace {

constexpr int64_t kSpanSeconds = 86400;
constexpr uint32_t kClients = 5000;

constexpr std::array<std::string_view, 3> kGroups = {
    "AWS#AWSManagedRulesAmazonIpReputationList",
    "AWS#AWSManagedRulesCommonRuleSet",
    "AWS#AWSManagedRulesKnownBadInputsRuleSet",
};
constexpr std::array<std::string_view, 10> kCountries = {"JP", "US", "DE", "GB", "FR", "BR", "IN", "KR", "NL", "-"};
constexpr std::array<std::string_view, 4> kUserAgents = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1",
    "python-requests/2.32.3",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
};

class WafLog final : public Log {
 public:
  std::string object_key(const Plan& plan, uint64_t file) const override {
    const int64_t when = time_of(plan, plan.records * file / plan.files) / 300 * 300;
    Random random(plan.seed ^ 0x3af, file);
    Text key;
    key.make_room();
    key << "AWSLogs/111122223333/WAFLogs/eu-west-1/shop/";
    key.date(when, '/') << '/';
    key.padded(static_cast<uint64_t>(when % 86400 / 3600), 2) << '/';
    key.padded(static_cast<uint64_t>(when % 3600 / 60), 2) << "/111122223333_waflogs_eu-west-1_shop_";
    const auto day = Text::day_of(when);
    key.padded(static_cast<uint64_t>(static_cast<int>(day.year())), 4);
    key.padded(static_cast<unsigned>(day.month()), 2).padded(static_cast<unsigned>(day.day()), 2) << 'T';
    key.padded(static_cast<uint64_t>(when % 86400 / 3600), 2).padded(static_cast<uint64_t>(when % 3600 / 60), 2)
        << "Z_";
    key.hex(random, 8) << ".log";
    return std::string(key.view());
  }

  std::string_view opening() const override { return ""; }
  std::string_view separator() const override { return "\n"; }
  std::string_view closing() const override { return "\n"; }

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed, record);
    const uint32_t client = random.zipf(kClients);
    const bool is_browser = client % 4 < 2;
    const uint32_t luck = random.below(1000);
    const bool by_group = luck < 40;  // a managed rule blocks
    const bool by_rate = luck >= 40 && luck < 60;
    const bool is_blocked = by_group || by_rate;
    const bool is_counted = luck > 900;
    const std::string_view rule = by_group  ? "AWS-AWSManagedRulesCommonRuleSet"
                                  : by_rate ? "rate-limit"
                                            : "Default_Action";

    text << R"({"timestamp":)" << static_cast<uint64_t>(time_of(plan, record)) * 1000 + random.below(1000)
         << R"(,"formatVersion":1,"webaclId":"arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/)"
         << R"(6a3f0c52-1b7e-4d0a-9a6e-0f4f2f1f7c11","terminatingRuleId":")" << rule << R"(","terminatingRuleType":")"
         << (by_group  ? "MANAGED_RULE_GROUP"
             : by_rate ? "RATE_BASED"
                       : "REGULAR")
         << R"(","action":")" << (is_blocked ? "BLOCK" : "ALLOW")
         << R"(","terminatingRuleMatchDetails":[],"httpSourceName":"ALB",)"
         << R"("httpSourceId":"111122223333-app/shop/50dc6c495c0c9188","ruleGroupList":[)";
    for (size_t group = 0; group < kGroups.size(); ++group) {
      text << (group == 0 ? "" : ",") << R"({"ruleGroupId":")" << kGroups[group] << R"(","terminatingRule":)";
      if (by_group && group == 1) {
        text << R"({"ruleId":"NoUserAgent_HEADER","action":"BLOCK","ruleMatchDetails":null})";
      } else {
        text << "null";
      }
      text << R"(,"nonTerminatingMatchingRules":[)";
      if (is_counted && group == 1) {
        text << R"({"ruleId":"SizeRestrictions_BODY","action":"COUNT","overriddenAction":"BLOCK",)"
             << R"("ruleMatchDetails":[]})";
      }
      text << R"(],"excludedRules":null,"customerConfig":null})";
    }
    text << R"(],"rateBasedRuleList":[)";
    if (by_rate) {
      text << R"({"rateBasedRuleId":"arn:aws:wafv2:eu-west-1:111122223333:regional/ipset/rate/0d","rateBasedRuleName":)"
           << R"("rate-limit","limitKey":"IP","maxRateAllowed":2000,"evaluationWindowSec":"300","limitValue":")";
      append_client(client, text) << R"("})";
    }
    text << R"(],"nonTerminatingMatchingRules":[],"requestHeadersInserted":null,"responseCodeSent":null,)"
         << R"("httpRequest":{"clientIp":")";
    append_client(client, text) << R"(","country":")" << kCountries[client % kCountries.size()]
                                << R"(","headers":[{"name":"host","value":"shop.example.com"},)"
                                << R"({"name":"user-agent","value":")" << kUserAgents[client % kUserAgents.size()]
                                << R"("},{"name":"accept","value":"*/*"},{"name":"accept-encoding",)"
                                << R"("value":"gzip, deflate, br"})";
    if (is_browser) {
      text << R"(,{"name":"sec-ch-ua","value":"\"Chromium\";v=\"131\", \"Not_A Brand\";v=\"24\""},)"
           << R"({"name":"sec-fetch-mode","value":"navigate"},{"name":"accept-language","value":"ja,en;q=0.8"},)"
           << R"({"name":"cookie","value":"session=)";
      text.alnum(random, 44) << R"(; theme=dark"},{"name":"referer","value":"https://shop.example.com/list?page=)"
                             << uint64_t{random.below(90)} << R"("})";
    }
    text << R"(],"uri":"/item/)" << uint64_t{random.zipf(20'000)} << R"(","args":"from=)" << uint64_t{random.below(9)}
         << R"(","httpVersion":"HTTP/2.0","httpMethod":")" << (client % 7 == 3 ? "POST" : "GET")
         << R"(","requestId":"1-)";
    text.hex(random, 8) << '-';
    text.hex(random, 24) << R"(","fragment":"","scheme":"https","host":"shop.example.com"})";
    if (is_browser) {
      text << R"(,"labels":[{"name":"awswaf:clientip:geo:country:)" << kCountries[client % kCountries.size()]
           << R"("}])";
    }
    text << R"(,"ja3Fingerprint":")";
    text.hex(random, 32) << R"(","ja4Fingerprint":"t13d1516h2_)";
    text.hex(random, 12) << '_';
    text.hex(random, 12) << R"("})";
  }

 private:
  static int64_t time_of(const Plan& plan, uint64_t record) {
    return kFirstSecond + static_cast<int64_t>(record * static_cast<uint64_t>(kSpanSeconds) / plan.records);
  }

  static Text& append_client(uint32_t client, Text& text) {
    return text << "198.51." << uint64_t{100 + client / 250 % 100} << '.' << uint64_t{1 + client % 250};
  }
};

}  // namespace

std::unique_ptr<Log> waf_log() { return std::make_unique<WafLog>(); }

}  // namespace otomo::bench
