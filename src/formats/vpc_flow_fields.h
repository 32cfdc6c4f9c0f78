// SPDX-License-Identifier: Apache-2.0
//
// What VPC flow logs are as text and as JSON alike: fields, columns, keys. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "formats/format.h"

namespace otomo::formats::vpc_flow {

// One column per field, under the field's name with "_" for "-": those of versions 2 to 5 as Athena's documented table
// has them, then those of versions 7 to 11; version 6 is the transit gateways'. `extra` takes what is newer.
inline constexpr ColumnSpec kColumns[] = {
    {"version", Type::kInteger},
    {"account_id"},
    {"interface_id"},
    {"srcaddr"},
    {"dstaddr"},
    {"srcport", Type::kInteger},
    {"dstport", Type::kInteger},
    {"protocol", Type::kBigint},
    {"packets", Type::kBigint},
    {"bytes", Type::kBigint},
    {"start", Type::kBigint},
    {"end", Type::kBigint},
    {"action"},
    {"log_status"},
    {"vpc_id"},
    {"subnet_id"},
    {"instance_id"},
    {"tcp_flags", Type::kInteger},
    {"type"},
    {"pkt_srcaddr"},
    {"pkt_dstaddr"},
    {"region"},
    {"az_id"},
    {"sublocation_type"},
    {"sublocation_id"},
    {"pkt_src_aws_service"},
    {"pkt_dst_aws_service"},
    {"flow_direction"},
    {"traffic_path", Type::kInteger},
    {"ecs_cluster_arn"},
    {"ecs_cluster_name"},
    {"ecs_container_instance_arn"},
    {"ecs_container_instance_id"},
    {"ecs_container_id"},
    {"ecs_second_container_id"},
    {"ecs_service_name"},
    {"ecs_task_definition_arn"},
    {"ecs_task_arn"},
    {"ecs_task_id"},
    {"reject_reason"},
    {"resource_id"},
    {"encryption_status", Type::kInteger},
    {"instance_tag"},
    {"instance_tag_2"},
    {"interface_tag"},
    {"interface_tag_2"},
    {"asg_tag"},
    {"asg_tag_2"},
    {"interface_type"},
    {"next_hop_interface_id"},
    {"next_hop_subnet_id"},
    {"next_hop_az_id"},
    {"next_hop_vpc_id"},
    {"next_hop_interface_type"},
    {"extra"},
};
inline constexpr std::size_t kExtraColumn = std::size(kColumns) - 1;
inline constexpr std::size_t kNoColumn = ~std::size_t{0};

// The columns that the readers know by name.
inline constexpr std::size_t kAccountIdColumn = 1;
inline constexpr std::size_t kStartColumn = 10;
inline constexpr std::size_t kEndColumn = 11;
inline constexpr std::size_t kRegionColumn = 21;
static_assert(kColumns[kAccountIdColumn].name == "account_id" && kColumns[kStartColumn].name == "start" &&
              kColumns[kEndColumn].name == "end" && kColumns[kRegionColumn].name == "region");

// The default format is all fields of version 2, in the order of the columns.
inline constexpr std::size_t kDefaultFields = 14;

// https://docs.aws.amazon.com/athena/latest/ug/vpc-flow-logs.html and the pages below it (read April 2026). `date` and
// `day` compare with '2026/03/02'; `date` as a DATE, too.
inline constexpr PartitionColumn kPartitions[] = {
    {"date", "Y/M/D"}, {"day", "Y/M/D"},        {"year", "Y"},       {"month", "M"},
    {"hour", "H"},     {"aws-account-id", "A"}, {"aws-region", "R"}, {"accid", "A"},
};

// The column of the field with that name, whether it is written with "-" or "_"; kNoColumn: it is none of ours.
std::size_t column_of(std::string_view name);
// Does only a transit gateway's flow log have a field of that name?
bool is_transit_gateway_field(std::string_view name);

// What the names of a record's fields say of their log.
class FieldCensus {
 public:
  void add(std::string_view name);
  // A transit gateway's flow log: it has many fields of the same names, but tells of other things.
  bool is_transit_gateway() const { return transit_gateway_; }
  // At least half of the names are ours: new ones may have been added.
  bool may_be_ours() const { return !transit_gateway_ && known_ * 2 >= names_ && known_ > 0; }
  bool all_are_ours() const { return !transit_gateway_ && known_ >= 2 && known_ == names_; }
  // Nearly all are, and some are of no other log.
  bool is_ours() const { return !transit_gateway_ && known_ >= 3 && known_ * 4 >= names_ * 3 && telling_ > 0; }

 private:
  std::size_t names_ = 0;
  std::size_t known_ = 0;
  std::size_t telling_ = 0;
  bool transit_gateway_ = false;
};

// `text` as seconds since 1970: nullopt where it is no number, or not before the year 10000.
std::optional<std::int64_t> instant_of(std::string_view text);

// The columns of the batch that every log has, from the texts of the fields; null: there is no such field.
void put_common(Batch& batch, std::size_t row, std::string_view time, std::string_view account_id,
                std::string_view region);

enum class Delivery : std::uint8_t { kText, kParquet };
// The facts of an object's key,
// `[prefix/]AWSLogs/…/ACCOUNT_vpcflowlogs_REGION_FLOWLOG_YYYYMMDDTHHmmZ_HASH.log.gz` or `….log.parquet`; the name alone
// tells, so that objects may be copied into one folder.
std::optional<KeyFacts> read_key(std::string_view key, Delivery delivery);

// Is a text column's value always written as it is, so that it may serve as a literal?
bool holds_as_written(std::size_t column, std::string_view value);

}  // namespace otomo::formats::vpc_flow
