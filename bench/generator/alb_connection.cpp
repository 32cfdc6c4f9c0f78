// SPDX-License-Identifier: Apache-2.0
// Connection log lines of an Application Load Balancer; most handshakes succeed, every fortieth client shows a
// certificate. An example, broken for reading:
//   2026-03-01T00:00:04.123456Z 203.0.113.9 51522 443 TLSv1.3 TLS_AES_128_GCM_SHA256 0.012 - - - - TID_6f0c…
//   X25519MLKEM768 app/acme-web/50dc6c495c0c9188 10.0.0.12
// Fields: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html (read
// in April 2026)

#include "generator/elb_log.h"

namespace otomo::bench {
namespace {

class AlbConnectionLog final : public ElbLog {
 public:
  AlbConnectionLog() : ElbLog("conn_log.", "app.acme-web.50dc6c495c0c9188", "Z_10.0.0.12_") {}

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed, record);
    const int64_t when = time_of(plan, record);
    const uint32_t luck = random.below(1000);
    append_instant(when, random, text) << ' ';
    append_client(random, ' ', text);
    if (luck < 20) {
      text << " 80 - - - - - - - TID_";
    } else {
      text << (luck < 300 ? " 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 0." : " 443 TLSv1.3 TLS_AES_128_GCM_SHA256 0.");
      text.padded(random.zipf(999), 3);
      if (random.chance(40)) {
        text << " \"CN=device-" << uint64_t{random.below(5000)} << ".example.com,O=Acme,C=JP\" "
             << "NotBefore=2026-01-01T00:00:00Z;NotAfter=2027-01-01T00:00:00Z ";
        text.upper_hex(random, 16) << (luck < 990 ? " Success TID_" : " Failed:ClientCertUntrusted TID_");
      } else {
        text << " - - - - TID_";
      }
    }
    text.hex(random, 32) << (luck < 300 ? " - " : " X25519MLKEM768 ") << "app/acme-web/50dc6c495c0c9188 10.0.0.12";
  }
};

}  // namespace

std::unique_ptr<Log> alb_connection_log() { return std::make_unique<AlbConnectionLog>(); }

}  // namespace otomo::bench
