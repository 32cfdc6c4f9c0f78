// SPDX-License-Identifier: Apache-2.0
//
// Connection logs of Application Load Balancers: one line per connection, also those that never came to a request.
//
//   line = time SP client-ip SP client-port SP listener-port SP tls-protocol SP tls-cipher SP handshake-seconds SP
//          subject SP validity SP serial SP verify-status SP conn-trace-id        ; where old lines end
//          SP keyexchange SP elb SP ip-address *( SP field )
//   subject  = DQUOTE text DQUOTE / "-"
//   validity = "NotBefore=" time ";NotAfter=" time / "-"
//
// 2026-03-02T09:14:07.482913Z 203.0.113.9 51522 443 TLSv1.3 TLS_AES_128_GCM_SHA256 0.012 "CN=shop.example.net,O=Shop"
//   NotBefore=2026-01-01T00:00:00Z;NotAfter=2027-01-01T00:00:00Z 0A1B2C Success TID_6f0c… X25519MLKEM768 app/shop/0f1e…
//   10.2.0.5
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html
// (read April 2026). conn_trace_id leads to the access log's lines of that connection.
#include "formats/elb_line.h"

namespace otomo::formats::alb_connection {

namespace {

constexpr ColumnSpec kColumns[] = {
    {"time"},
    {"client_ip"},
    {"client_port", Type::kInteger},
    {"listener_port", Type::kInteger},
    {"tls_protocol"},
    {"tls_cipher"},
    {"tls_handshake_latency", Type::kDouble},
    {"leaf_client_cert_subject"},
    {"leaf_client_cert_validity"},
    {"leaf_client_cert_serial_number"},
    {"tls_verify_status"},
    {"conn_trace_id"},
    {"tls_keyexchange"},
    {"elb"},
    {"ip_address"},
    {"extra"},
};

constexpr elb::Source kSources[] = {{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10}, {11}, {12}, {13}, {14}};
static_assert(std::size(kColumns) == std::size(kSources) + 1);

constexpr PartitionColumn kPartitions[] = {{"day", "Y/M/D"}, {"year", "Y"}, {"month", "M"}};

// A time, an address, and behind it a port of its own, which need not be a number ("port-masked"): Classic Load
// Balancers write a name there, and an endpoint.
bool starts(const elb::FirstFields& first) {
  const bool is_address = first[1] == "-" || std::ranges::any_of(first[1], [](char c) { return c == '.' || c == ':'; });
  return is_address && !first[2].empty() && !first[2].contains(':');
}

constexpr elb::Layout kLayout{
    .columns = kColumns,
    .sources = kSources,
    .fields_min = 12,
    .fields_known = 15,
    .time_field = 0,
    .starts = starts,
    .needs_time = true,
    .is_torn = [](std::size_t) { return false; },
    .quotes_hold_spaces = false,
    .escapes_quotes = true,
};

constexpr elb::KeyForm kKeyForm{.name_prefix = "conn_log_",
                                .is_balancer = [](std::string_view name) { return name.starts_with("app."); }};

}  // namespace

extern const Format kFormat;
const Format kFormat = elb::make_format<kLayout, kKeyForm>("alb_connection", "alb_connection_logs",
                                                           "Application Load Balancer connection logs", kPartitions);

}  // namespace otomo::formats::alb_connection
