// SPDX-License-Identifier: Apache-2.0
// Query logs of Route 53 Resolver, one JSON object of about 480 bytes per line, of one VPC over a day. An example,
// broken for reading:
//   {"version":"1.100000","account_id":"111122223333","region":"eu-west-1","vpc_id":"vpc-0a1b2c3d4e5f60718",
//    "query_timestamp":"2026-03-01T00:00:07Z","query_name":"api-7.example.com.","query_type":"A","query_class":"IN",
//    "rcode":"NOERROR","answers":[{"Rdata":"203.0.113.9","Type":"A","Class":"IN"}],"srcaddr":"10.0.1.7",
//    "srcport":"53211","transport":"UDP","srcids":{"instance":"i-0a1b2c3d4e5f60718"}}
// Fields: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html (read in April
// 2026)

#include <array>

#include "generator/log.h"

namespace otomo::bench {
namespace {

constexpr int64_t kSpanSeconds = 86400;
constexpr uint32_t kNames = 3000;
constexpr std::array<std::string_view, 6> kTypes = {"A", "AAAA", "A", "PTR", "TXT", "MX"};
constexpr std::array<std::string_view, 4> kDomains = {"example.com.", "example.net.", "internal.example.org.",
                                                      "svc.example.com."};

class ResolverLog final : public Log {
 public:
  std::string object_key(const Plan& plan, uint64_t file) const override {
    const int64_t when = time_of(plan, plan.records * file / plan.files) / 300 * 300;
    Random random(plan.seed ^ 0x53, file);
    Text key;
    key.make_room();
    key << "AWSLogs/111122223333/vpcdnsquerylogs/vpc-0a1b2c3d4e5f60718/";
    key.date(when, '/') << "/vpc-0a1b2c3d4e5f60718_vpcdnsquerylogs_111122223333_";
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
    const int64_t when = time_of(plan, record);
    const uint32_t name = random.zipf(kNames);
    const std::string_view type = kTypes[name % kTypes.size()];
    const uint32_t luck = random.below(1000);
    const bool is_unknown = luck < 70;
    const bool is_blocked = luck >= 70 && luck < 80;

    text << R"({"version":"1.100000","account_id":"111122223333","region":"eu-west-1",)"
         << R"("vpc_id":"vpc-0a1b2c3d4e5f60718","query_timestamp":")";
    text.date(when, '-') << 'T';
    text.time(when, ':') << R"(Z","query_name":"host-)" << uint64_t{name} << '.' << kDomains[name % kDomains.size()]
                         << R"(","query_type":")" << type << R"(","query_class":"IN","rcode":")"
                         << (is_unknown ? "NXDOMAIN" : "NOERROR") << R"(","answers":[)";
    const uint32_t answers = is_unknown || is_blocked ? 0 : 1 + name % 3;
    for (uint32_t answer = 0; answer < answers; ++answer) {
      text << (answer == 0 ? "" : ",") << R"({"Rdata":"203.0.113.)" << uint64_t{1 + (name + answer) % 250}
           << R"(","Type":")" << type << R"(","Class":"IN"})";
    }
    text << R"(],"srcaddr":"10.0.)" << uint64_t{random.below(4)} << '.' << uint64_t{1 + random.below(250)}
         << R"(","srcport":")" << uint64_t{1024 + random.below(60'000)} << R"(","transport":")"
         << (luck % 50 == 0 ? "TCP" : "UDP") << R"(","srcids":{"instance":"i-0)";
    text.hex(random, 16) << R"("})";
    if (is_blocked) {
      text << R"(,"firewall_rule_action":"BLOCK","firewall_rule_group_id":"rslvr-frg-0a1b2c3d4e5f60718",)"
           << R"("firewall_domain_list_id":"rslvr-fdl-0a1b2c3d4e5f60718")";
    }
    text << '}';
  }

 private:
  static int64_t time_of(const Plan& plan, uint64_t record) {
    return kFirstSecond + static_cast<int64_t>(record * static_cast<uint64_t>(kSpanSeconds) / plan.records);
  }
};

}  // namespace

std::unique_ptr<Log> route53_resolver_log() { return std::make_unique<ResolverLog>(); }

}  // namespace otomo::bench
