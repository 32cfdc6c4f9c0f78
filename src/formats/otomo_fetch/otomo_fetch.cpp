// SPDX-License-Identifier: Apache-2.0
//
// The record that `otomo fetch` keeps beside its copies: recognised, so that it is no events and not unknown.
//
//   {"otomo_fetch":1,"id":"…","place":"…","url":"s3://…",…}
//
// Written by app/fetch.cpp.
#include "formats/format.h"
#include "formats/object_key.h"

namespace otomo::formats::otomo_fetch {

namespace {

std::optional<KeyFacts> read_key(std::string_view key) {
  if (key_name(key) != "_otomo_fetch.jsonl") return {};
  return KeyFacts{};
}

Verdict detect(std::string_view head, bool /*whole*/) {
  return head.starts_with(R"({"otomo_fetch":)") ? Verdict::kYes : Verdict::kNo;
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "otomo_fetch",
    .table = "",
    .summary = "what `otomo fetch` wrote down of its copies",
    .read_key = read_key,
    .detect = detect,
};

}  // namespace otomo::formats::otomo_fetch
