// SPDX-License-Identifier: Apache-2.0
// Access log lines of a Classic Load Balancer. No field holds a quote. An example, broken for reading:
//   2026-03-01T00:00:04.123456Z shop-classic 203.0.113.9:51522 10.0.0.17:8080 0.000073 0.001048 0.000057 200 200 0 29
//   "GET http://www.example.com:80/shop/item/12 HTTP/1.1" "curl/8.5.0" - -
// Fields: https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html (read in April
// 2026)

#include <array>

#include "generator/elb_log.h"

namespace otomo::bench {
namespace {

constexpr std::array<std::string_view, 3> kUserAgents = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Safari/605.1.15",
    "curl/8.5.0",
};
constexpr std::array<uint64_t, 6> kStatuses = {200, 200, 200, 304, 404, 500};

class ClbLog final : public ElbLog {
 public:
  ClbLog() : ElbLog("", "shop-classic", "Z_10.0.0.12_") {}

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed, record);
    const bool reached = random.below(1000) >= 6;
    const bool tls = random.below(3) != 0;
    const uint64_t status = reached ? kStatuses[random.zipf(kStatuses.size())] : 503;
    append_instant(time_of(plan, record), random, text) << " shop-classic ";
    append_client(random, ':', text) << ' ';
    append_target(reached, random.below(24), text);
    if (reached) {
      text << " 0.0000" << uint64_t{20 + random.below(70)} << " 0.";
      text.padded(random.zipf(999'999), 6) << " 0.0000" << uint64_t{20 + random.below(70)} << ' ';
      text << status << ' ' << status;
    } else {
      text << " -1 -1 -1 503 0";
    }
    text << ' ' << uint64_t{random.below(2000)} << ' ' << uint64_t{200 + random.zipf(200'000)};
    text << (tls ? " \"GET https://www.example.com:443/shop/item/" : " \"GET http://www.example.com:80/shop/item/");
    text << uint64_t{random.zipf(5000)} << " HTTP/1.1\" \"" << kUserAgents[random.zipf(kUserAgents.size())];
    text << (tls ? "\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2" : "\" - -");
  }
};

}  // namespace

std::unique_ptr<Log> clb_log() { return std::make_unique<ClbLog>(); }

}  // namespace otomo::bench
