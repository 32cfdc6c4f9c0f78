// SPDX-License-Identifier: Apache-2.0
//
// Access logs of Application Load Balancers.
//
//   line    = type SP time SP elb SP client SP target SP seconds SP seconds SP seconds SP status SP target-status SP
//             received SP sent SP request SP agent SP cipher SP protocol SP group-arn SP trace-id SP domain SP
//             cert-arn *( SP field )                        ; 20 fields in 2016, 34 by now, new ones at the end
//   type    = "http" / "https" / "h2" / "grpcs" / "ws" / "wss"
//
// https 2026-03-02T09:14:07.482913Z app/shop/0f1e2d3c4b5a6978 203.0.113.9:51522 10.2.0.17:8080 0.001 0.024 0.000 200
//   200 412 5120 "GET https://shop.example.net:443/cart HTTP/1.1" "curl/8.5.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2
//   arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/cart/89abcdef01234567 "Root=1-69a5…" …
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html (read April 2026).
#include "formats/elb_line.h"

namespace otomo::formats::alb {

namespace {

using elb::Part;

constexpr ColumnSpec kColumns[] = {
    {"type"},
    {"time"},
    {"elb"},
    {"client_ip"},
    {"client_port", Type::kInteger},
    {"target_ip"},
    {"target_port", Type::kInteger},
    {"request_processing_time", Type::kDouble},
    {"target_processing_time", Type::kDouble},
    {"response_processing_time", Type::kDouble},
    {"elb_status_code", Type::kInteger},
    {"target_status_code"},
    {"received_bytes", Type::kBigint},
    {"sent_bytes", Type::kBigint},
    {"request_verb"},
    {"request_url"},
    {"request_proto"},
    {"user_agent"},
    {"ssl_cipher"},
    {"ssl_protocol"},
    {"target_group_arn"},
    {"trace_id"},
    {"domain_name"},
    {"chosen_cert_arn"},
    {"matched_rule_priority"},
    {"request_creation_time"},
    {"actions_executed"},
    {"redirect_url"},
    {"lambda_error_reason"},
    {"target_port_list"},
    {"target_status_code_list"},
    {"classification"},
    {"classification_reason"},
    {"conn_trace_id"},
    {"transformed_host"},
    {"transformed_uri"},
    {"request_transform_status"},
    {"ip_address"},
    {"extra"},
};

constexpr elb::Source kSources[] = {{0},
                                    {1},
                                    {2},
                                    {3, Part::kAddress},
                                    {3, Part::kPort},
                                    {4, Part::kAddress},
                                    {4, Part::kPort},
                                    {5},
                                    {6},
                                    {7},
                                    {8},
                                    {9},
                                    {10},
                                    {11},
                                    {12, Part::kVerb},
                                    {12, Part::kUrl},
                                    {12, Part::kProto},
                                    {13},
                                    {14},
                                    {15},
                                    {16},
                                    {17},
                                    {18},
                                    {19},
                                    {20},
                                    {21},
                                    {22},
                                    {23},
                                    {24},
                                    {25},
                                    {26},
                                    {27},
                                    {28},
                                    {29},
                                    {30},
                                    {31},
                                    {32},
                                    {33}};
static_assert(std::size(kColumns) == std::size(kSources) + 1);

// AWS's documented table is partitioned by `day`; the other two are parts of it.
constexpr PartitionColumn kPartitions[] = {{"day", "Y/M/D"}, {"year", "Y"}, {"month", "M"}};

bool starts(const elb::FirstFields& first) {
  const std::string_view type = first[0];
  return type == "http" || type == "https" || type == "h2" || type == "grpcs" || type == "ws" || type == "wss";
}

bool is_torn(std::size_t fields) {
  return fields == 21 || fields == 22 || fields == 26 || fields == 28 || fields == 31 || fields == 32;
}

constexpr elb::Layout kLayout{
    .columns = kColumns,
    .sources = kSources,
    .fields_min = 20,
    .fields_known = 34,
    .time_field = 1,
    .arn_field = 16,
    .starts = starts,
    .is_torn = is_torn,
};

constexpr elb::KeyForm kKeyForm{.name_prefix = "",
                                .is_balancer = [](std::string_view name) { return name.starts_with("app."); }};

}  // namespace

extern const Format kFormat;
const Format kFormat =
    elb::make_format<kLayout, kKeyForm>("alb", "alb_access_logs", "Application Load Balancer access logs", kPartitions);

}  // namespace otomo::formats::alb
