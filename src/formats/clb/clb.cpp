// SPDX-License-Identifier: Apache-2.0
//
// Access logs of Classic Load Balancers.
//
//   line = time SP elb SP client SP backend SP seconds SP seconds SP seconds SP status SP backend-status SP received SP
//          sent SP request                                               ; where the first lines end
//          SP agent SP cipher SP protocol
//   client, backend = endpoint                                           ; backend may be "-"
//   request = as in elb_line.h; `"- - - "` of TCP and SSL listeners
//
// 2026-03-02T09:14:07.482913Z shop-classic 203.0.113.9:51522 10.2.0.17:80 0.000073 0.001048 0.000057 200 200 0 29
//   "GET http://shop.example.net:80/ HTTP/1.1" "curl/8.5.0" - -
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html (read April 2026).
// Quotes inside an agent are written \".
#include "formats/elb_line.h"

namespace otomo::formats::clb {

namespace {

using elb::Part;

constexpr ColumnSpec kColumns[] = {
    {"timestamp"},
    {"elb_name"},
    {"request_ip"},
    {"request_port", Type::kInteger},
    {"backend_ip"},
    {"backend_port", Type::kInteger},
    {"request_processing_time", Type::kDouble},
    {"backend_processing_time", Type::kDouble},
    {"client_response_time", Type::kDouble},
    {"elb_response_code"},
    {"backend_response_code"},
    {"received_bytes", Type::kBigint},
    {"sent_bytes", Type::kBigint},
    {"request_verb"},
    {"url"},
    {"protocol"},
    {"user_agent"},
    {"ssl_cipher"},
    {"ssl_protocol"},
};

constexpr elb::Source kSources[] = {{0},
                                    {1},
                                    {2, Part::kAddress},
                                    {2, Part::kPort},
                                    {3, Part::kAddress},
                                    {3, Part::kPort},
                                    {4},
                                    {5},
                                    {6},
                                    {7},
                                    {8},
                                    {9},
                                    {10},
                                    {11, Part::kVerb},
                                    {11, Part::kUrl},
                                    {11, Part::kProto},
                                    {12},
                                    {13},
                                    {14}};
static_assert(std::size(kColumns) == std::size(kSources));

// A time, a name, and the client's endpoint, which has a port: "app[1]:" in the third place of a syslog line has none.
bool starts(const elb::FirstFields& first) {
  const std::string_view port = elb::split_endpoint(first[2]).port;
  return !port.empty() && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

constexpr elb::Layout kLayout{
    .columns = kColumns,
    .sources = kSources,
    .fields_min = 12,
    .fields_known = 15,
    .time_field = 0,
    .starts = starts,
    .needs_time = true,
    .is_torn = [](std::size_t fields) { return fields == 13 || fields == 14; },
    .escapes_quotes = true,
};

constexpr elb::KeyForm kKeyForm{.name_prefix = "",
                                .is_balancer = [](std::string_view name) { return !name.contains('.'); }};

}  // namespace

extern const Format kFormat;
const Format kFormat = elb::make_format<kLayout, kKeyForm>("clb", "elb_logs", "Classic Load Balancer access logs", {});

}  // namespace otomo::formats::clb
