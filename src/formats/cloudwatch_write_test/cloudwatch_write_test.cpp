// SPDX-License-Identifier: Apache-2.0
//
// What CloudWatch Logs writes before an export to see whether it may: recognised, so that it is no log and not unknown.
//
//   Permission Check Successful                            ; all of it, under the key `[prefix/]aws-logs-write-test`
//
// AWS's guide says nothing of it; it lies in every bucket of exports.
#include "formats/format.h"
#include "formats/object_key.h"

namespace otomo::formats::cloudwatch_write_test {

namespace {

constexpr std::string_view kText = "Permission Check Successful";

std::optional<KeyFacts> read_key(std::string_view key) {
  if (key_name(key) != "aws-logs-write-test") return {};
  return KeyFacts{};
}

Verdict detect(std::string_view head, bool whole) {
  if (!whole || !head.starts_with(kText)) return Verdict::kNo;
  return head.find_first_not_of("\r\n", kText.size()) == std::string_view::npos ? Verdict::kYes : Verdict::kNo;
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "cloudwatch_write_test",
    .table = "",
    .summary = "CloudWatch Logs' test objects before an export",
    .read_key = read_key,
    .detect = detect,
};

}  // namespace otomo::formats::cloudwatch_write_test
