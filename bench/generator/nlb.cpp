// SPDX-License-Identifier: Apache-2.0
// Access log lines of a Network Load Balancer's TLS listener. An example, broken for reading:
//   tls 2.0 2026-03-01T00:00:04 net/acme-edge/c6e77e28c25b2234 g3d4b5e8bb8464cd 203.0.113.9:51341 10.0.1.7:8080 5 2 98
//   246 - arn:aws:acm:…:certificate/1234… - TLS_AES_128_GCM_SHA256 tlsv13 - www.example.com h2 h2 "h2","http/1.1"
//   2026-03-01T00:00:01
// Fields: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html (read in April
// 2026)

#include "generator/elb_log.h"

namespace otomo::bench {
namespace {

class NlbLog final : public ElbLog {
 public:
  NlbLog() : ElbLog("", "net.acme-edge.c6e77e28c25b2234", "Z_") {}

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed, record);
    const int64_t when = time_of(plan, record);
    const bool reached = random.below(1000) >= 6;
    text << "tls 2.0 ";
    append_second(when, text) << " net/acme-edge/c6e77e28c25b2234 g3d4b5e8bb8464cd ";
    append_client(random, ':', text) << ' ';
    append_target(reached, random.below(24), text);
    if (!reached) {
      text << " 5 - " << uint64_t{random.below(400)} << " 0 - - - - - - - - - - ";
    } else {
      const bool h2 = random.below(3) != 0;
      text << ' ' << uint64_t{random.zipf(60'000)} << ' ' << uint64_t{1 + random.below(40)} << ' '
           << uint64_t{90 + random.below(4000)} << ' ' << uint64_t{200 + random.zipf(200'000)}
           << " - arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012 - "
           << (h2 ? "TLS_AES_128_GCM_SHA256 tlsv13" : "ECDHE-RSA-AES128-GCM-SHA256 tlsv12") << " - www.example.com "
           << (h2 ? "h2 h2 \"h2\",\"http/1.1\" " : "- - - ");
    }
    append_second(when - random.below(3), text);
  }
};

}  // namespace

std::unique_ptr<Log> nlb_log() { return std::make_unique<NlbLog>(); }

}  // namespace otomo::bench
