// SPDX-License-Identifier: Apache-2.0
//
// CloudTrail digest files: recognised, so that they are no events and not unknown. They prove log files unchanged; they
// hold no records.
//
//   {"awsAccountId":"111122223333","digestStartTime":"…","digestEndTime":"…","digestS3Bucket":"…",
//    "digestS3Object":"…",…,"logFiles":[…]}
//
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
// (read April 2026)
#include "formats/format.h"
#include "formats/json_walk.h"
#include "formats/object_key.h"

namespace otomo::formats::cloudtrail_digest {

namespace {

// `…/ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ[_backfill].json.gz`
std::optional<KeyFacts> read_key(std::string_view key) {
  const std::string_view name = key_name(key);
  constexpr std::string_view kKind = "_CloudTrail-Digest_";
  if (name.size() < 12 + kKind.size() || !is_account_id(name.substr(0, 12)) || name.substr(12, kKind.size()) != kKind) {
    return {};
  }
  KeyFacts facts;
  facts.account_id = name.substr(0, 12);
  std::string_view rest = name.substr(12 + kKind.size());
  if (rest.ends_with("_backfill.json.gz")) rest.remove_suffix(17);
  const std::string_view region = rest.substr(0, rest.find('_'));
  if (is_region(region)) facts.region = region;
  // What stands between the Region and the last two parts, the home Region and the time, is the trail's name.
  std::string_view trail = rest.substr(std::min(region.size() + 1, rest.size()));
  for (int part = 0; part < 2; ++part) trail = trail.substr(0, std::min(trail.rfind('_'), trail.size()));
  facts.trail = trail;
  return facts;
}

Verdict detect(std::string_view head, bool /*whole*/) {
  const std::size_t open = head.find_first_not_of(" \t\r\n");
  if (open == std::string_view::npos || head[open] != '{') return Verdict::kNo;
  JsonText json;
  json.start(head.substr(open));
  json.finish();
  JsonMembers members;
  std::uint32_t end = 0;
  std::size_t next = 0;
  if (json.token_count() == 0) return Verdict::kNo;
  json.walk(0, members, end, next);
  int known = 0;
  for (const JsonMember& member : members) {
    const std::string_view name = json.key(member);
    if (name == "digestS3Object" || name == "digestS3Bucket" || name == "digestEndTime") ++known;
  }
  return known == 3 ? Verdict::kYes : Verdict::kNo;
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "cloudtrail_digest",
    .table = "",
    .summary = "CloudTrail digest files",
    .read_key = read_key,
    .detect = detect,
};

}  // namespace otomo::formats::cloudtrail_digest
