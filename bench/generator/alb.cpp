// SPDX-License-Identifier: Apache-2.0
// Application Load Balancer access log lines. The first fifth of the records has 30 fields, the next fifth 33, the
// rest 34, as a log has that lived through the additions. No field holds a quote, so that a CSV reader can read them
// too. An example, broken for reading:
//   https 2026-03-01T00:00:04.123456Z app/acme-web/50dc6c495c0c9188 203.0.113.9:51234 10.0.1.7:8080 0.001 0.024 0.000
//   200 200 517 4821 "GET https://www.example.com:443/cart?item=12 HTTP/2.0" "Mozilla/5.0 …" TLS_AES_128_GCM_SHA256
//   TLSv1.3 arn:aws:elasticloadbalancing:…:targetgroup/web/73e2… "Root=1-67c25a04-…" "www.example.com" "arn:aws:acm:…"
//   100 2026-03-01T00:00:04.098000Z "forward" "-" "-" "10.0.1.7:8080" "200" "-" "-" TID_… "-" "-" "-" 10.0.0.12
// Fields: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html (read in
// April 2026)

#include <array>

#include "generator/elb_log.h"

namespace otomo::bench {
namespace {

constexpr uint32_t kPaths = 5000;

constexpr std::array<std::string_view, 6> kUserAgents = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A.240505.004) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.6478.71 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/467.0.0.51.77;IABMV/1;]",
    "ELB-HealthChecker/2.0",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
};
constexpr std::array<std::string_view, 5> kVerbs = {"GET", "GET", "GET", "POST", "PUT"};
constexpr std::array<uint64_t, 8> kStatuses = {200, 200, 200, 200, 304, 404, 302, 500};

class AlbLog final : public ElbLog {
 public:
  AlbLog() : ElbLog("", "app.acme-web.50dc6c495c0c9188", "Z_10.0.0.12_") {}

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed, record);
    const int64_t when = time_of(plan, record);
    const uint32_t path = random.zipf(kPaths);
    const uint64_t target = random.below(24);
    const uint32_t luck = random.below(1000);
    const bool refused = luck < 6;   // no target answered
    const bool by_waf = luck > 985;  // stopped before a target
    const bool reached = !refused && !by_waf;
    const uint64_t status = refused ? 502 : by_waf ? 403 : kStatuses[random.zipf(kStatuses.size())];

    text << (path % 9 == 0 ? "h2 " : "https ");
    append_instant(when, random, text) << " app/acme-web/50dc6c495c0c9188 ";
    append_client(random, ':', text) << ' ';
    append_target(reached, target, text) << ' ';
    if (reached) {
      text << "0.00" << uint64_t{random.below(3)} << " 0.";
      text.padded(random.zipf(999), 3) << " 0.000 ";
    } else {
      text << "-1 -1 -1 ";
    }
    text << status << ' ';
    if (reached) {
      text << status << ' ';
    } else {
      text << "- ";
    }
    text << uint64_t{80 + random.below(2000)} << ' ' << uint64_t{200 + random.zipf(200'000)} << " \"";
    text << kVerbs[random.below(kVerbs.size())] << " https://www.example.com:443/shop/item/" << uint64_t{path}
         << "?session=";
    text.alnum(random, 22) << (path % 9 == 0 ? " HTTP/2.0\" \"" : " HTTP/1.1\" \"");
    text << kUserAgents[random.zipf(kUserAgents.size())] << "\" TLS_AES_128_GCM_SHA256 TLSv1.3 ";
    text << "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/73e2d6bc24d8a067 \"Root=1-";
    text.hex(random, 8) << '-';
    text.hex(random, 24) << "\" \"www.example.com\" \"arn:aws:acm:us-east-1:111122223333:certificate/"
                         << "12345678-1234-1234-1234-123456789012\" " << uint64_t{path % 40} << ' ';
    append_instant(when - 1, random, text);
    text << (by_waf ? " \"waf\" \"-\" " : " \"waf,forward\" \"-\" ");
    text << (refused ? "\"TargetConnectionError\" \"" : "\"-\" \"");
    append_target(reached, target, text) << "\" \"";
    if (reached) {
      text << status;
    } else {
      text << '-';
    }
    text << "\" \"-\" \"-\" TID_";
    text.hex(random, 32);
    const uint64_t fifth = record * 5 / plan.records;
    if (fifth >= 1) text << " \"-\" \"-\" \"-\"";
    if (fifth >= 2) text << " 10.0.0.12";
  }
};

}  // namespace

std::unique_ptr<Log> alb_log() { return std::make_unique<AlbLog>(); }

}  // namespace otomo::bench
