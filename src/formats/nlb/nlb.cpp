// SPDX-License-Identifier: Apache-2.0
//
// Access logs of Network Load Balancers: one line per connection to a TLS listener.
//
//   line = "tls" SP version SP time SP elb SP listener SP client SP destination SP connection-ms SP handshake-ms SP
//          received SP sent SP alert SP cert-arn SP cert-serial SP cipher SP protocol SP keyexchange SP domain SP
//          alpn-front SP alpn-back SP alpn-list [ SP creation-time ]
//   time      = without a fraction or zone: UTC
//   alpn-list = DQUOTE name DQUOTE *( "," DQUOTE name DQUOTE ) / "-"          ; its quotes belong to it
//
// tls 2.0 2026-03-02T09:14:07 net/shop-edge/c6e77e28c25b2234 g3d4b5e8bb8464cd 203.0.113.9:51341 10.2.0.17:443 5 2 98
// 246 -
//   arn:aws:acm:eu-west-1:111122223333:certificate/0a1b2c3d - ECDHE-RSA-AES128-SHA tlsv12 - edge.shop.example.net h2 h2
//   "h2","http/1.1" 2026-03-02T09:14:01
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html (read April 2026).
#include <algorithm>

#include "formats/elb_line.h"

namespace otomo::formats::nlb {

namespace {

using elb::Part;

constexpr ColumnSpec kColumns[] = {
    {"type"},
    {"version"},
    {"time"},
    {"elb"},
    {"listener_id"},
    {"client_ip"},
    {"client_port", Type::kInteger},
    {"target_ip"},
    {"target_port", Type::kInteger},
    {"tcp_connection_time_ms", Type::kDouble},
    {"tls_handshake_time_ms", Type::kDouble},
    {"received_bytes", Type::kBigint},
    {"sent_bytes", Type::kBigint},
    {"incoming_tls_alert", Type::kInteger},
    {"cert_arn"},
    {"certificate_serial"},
    {"tls_cipher_suite"},
    {"tls_protocol_version"},
    {"tls_named_group"},
    {"domain_name"},
    {"alpn_fe_protocol"},
    {"alpn_be_protocol"},
    {"alpn_client_preference_list"},
    {"tls_connection_creation_time"},
};

constexpr elb::Source kSources[] = {{0},
                                    {1},
                                    {2},
                                    {3},
                                    {4},
                                    {5, Part::kAddress},
                                    {5, Part::kPort},
                                    {6, Part::kAddress},
                                    {6, Part::kPort},
                                    {7},
                                    {8},
                                    {9},
                                    {10},
                                    {11},
                                    {12},
                                    {13},
                                    {14},
                                    {15},
                                    {16},
                                    {17},
                                    {18},
                                    {19},
                                    {20, Part::kVerbatim},
                                    {21}};
static_assert(std::size(kColumns) == std::size(kSources));

bool starts(const elb::FirstFields& first) { return first[0] == "tls"; }

constexpr elb::Layout kLayout{
    .columns = kColumns,
    .sources = kSources,
    .fields_min = 21,
    .fields_known = 22,
    .time_field = 2,
    .starts = starts,
    .is_torn = [](std::size_t) { return false; },
    .zone = IsoZone::kUnwritten,
    .quotes_hold_spaces = false,
};

constexpr elb::KeyForm kKeyForm{.name_prefix = "", .has_address = false, .is_balancer = [](std::string_view name) {
                                  return name.starts_with("net.");
                                }};

}  // namespace

extern const Format kFormat;
const Format kFormat =
    elb::make_format<kLayout, kKeyForm>("nlb", "nlb_tls_logs", "Network Load Balancer access logs", {});

}  // namespace otomo::formats::nlb
