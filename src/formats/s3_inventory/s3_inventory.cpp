// SPDX-License-Identifier: Apache-2.0
//
// S3 Inventory: its manifests. They hold no records; the data files that they name make the table `s3_inventory`.
//
//   {"sourceBucket":"example-shop-assets","destinationBucket":"arn:aws:s3:::example-inventory","version":"2016-11-30",
//    "creationTimestamp":"1772409600000","fileFormat":"CSV","fileSchema":"Bucket, Key, Size, LastModifiedDate",
//    "files":[{"key":"lists/example-shop-assets/daily/data/0a1b2c3d.csv.gz","size":2147,"MD5checksum":"…"}]}
//
// Lies at `PREFIX/SOURCE-BUCKET/CONFIG/YYYY-MM-DDTHH-MMZ/manifest.json`, and its files at
// `PREFIX/SOURCE-BUCKET/CONFIG/data/UUID.csv.gz`. CSV files have no header, and their keys are
// encoded as in a URL; Parquet files name their columns themselves. ORC is not read.
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html (read November 2026)
#include <simdjson.h>

#include <array>
#include <charconv>
#include <cstdint>

#include "formats/format.h"
#include "formats/json_records.h"
#include "formats/object_key.h"

namespace otomo::formats::s3_inventory {

namespace {

bool is_manifest(const JsonText& json, const JsonMembers& members) {
  for (const std::string_view name : {"sourceBucket", "destinationBucket", "fileFormat", "fileSchema", "files"}) {
    if (find_member(json, members, name) == nullptr) return false;
  }
  return true;
}

constexpr std::int64_t kMillisecondsMax = 253'402'300'800'000;  // the year 10000

constexpr JsonRecordForm kForm{.container = "", .first_member = "sourceBucket", .is_record = is_manifest};

// "2026-03-02T00-00Z"
bool is_delivery(std::string_view text) {
  return text.size() == 17 && text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == '-' && text[16] == 'Z';
}

// "0a1b2c3d-0000-4000-8000-000000000001.csv.gz"
bool is_data_file(std::string_view name) {
  constexpr std::size_t kUuid = 36;
  if (name.size() < kUuid) return false;
  const std::string_view ending = name.substr(kUuid);
  return name[8] == '-' && name[13] == '-' && name[18] == '-' && name[23] == '-' &&
         (ending == ".csv.gz" || ending == ".parquet" || ending == ".orc");
}

// Of the table where there is no manifest: those of AWS's DDL for Athena, in its order.
constexpr ColumnSpec kColumns[] = {
    {"bucket"},
    {"key"},
    {"version_id"},
    {"is_latest", Type::kBoolean},
    {"is_delete_marker", Type::kBoolean},
    {"size", Type::kBigint},
    {"last_modified_date", Type::kTimestamp},
    {"e_tag"},
    {"storage_class"},
    {"is_multipart_uploaded", Type::kBoolean},
    {"replication_status"},
    {"encryption_status"},
    {"object_lock_retain_until_date", Type::kTimestamp},
    {"object_lock_mode"},
    {"object_lock_legal_hold_status"},
    {"intelligent_tiering_access_tier"},
    {"bucket_key_status"},
    {"checksum_algorithm"},
    {"object_access_control_list"},
    {"object_owner"},
};

// Of a manifest or a data file; where it lies in AWS's place, it says what it is of: SOURCE-BUCKET/CONFIG.
std::optional<KeyFacts> read_key(std::string_view key) {
  const auto parts = key_parts(key);
  const std::size_t n = parts.size();
  const bool is_manifest = parts.back() == "manifest.json";
  const bool in_place =
      n >= 4 && (is_manifest ? is_delivery(parts[n - 2]) : parts[n - 2] == "data" && is_data_file(parts.back()));
  if (!is_manifest && !in_place) return {};
  KeyFacts facts;
  if (in_place) facts.log_of = std::string(parts[n - 4]) + '/' + std::string(parts[n - 3]);
  return facts;
}

// "LastModifiedDate" → "last_modified_date", "ETag" → "e_tag", "VersionId" → "version_id": AWS's names in Athena.
std::string snake_case(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      if (!out.empty() && out.back() != '_') out += '_';
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
  }
  return out;
}

std::string type_of(std::string_view column) {
  if (column == "size" || column == "part_count") return "BIGINT";
  if (column == "last_modified_date" || column == "object_lock_retain_until_date") return "TIMESTAMP";
  if (column.starts_with("is_")) return "BOOLEAN";
  return "VARCHAR";
}

std::optional<Manifest> read_manifest(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return {};
  const auto text_of = [&](const char* name) {
    std::string_view value;
    return root[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
  };
  Manifest manifest;
  manifest.file_format = text_of("fileFormat");
  std::string schema = text_of("fileSchema");
  simdjson::dom::array files;
  if (manifest.file_format.empty() || schema.empty() || root["files"].get(files) != simdjson::SUCCESS) return {};
  for (const simdjson::dom::element file : files) {
    std::string_view key;
    if (file["key"].get(key) != simdjson::SUCCESS) return {};
    Manifest::File& named = manifest.files.emplace_back();
    named.key = key;
    std::string_view md5;
    if (file["MD5checksum"].get(md5) == simdjson::SUCCESS) named.md5 = md5;
    if (file["size"].get(named.size_bytes) != simdjson::SUCCESS) named.size_bytes = 0;
  }
  const std::string created = text_of("creationTimestamp");
  std::int64_t created_ms = 0;
  std::from_chars(created.data(), created.data() + created.size(), created_ms);
  if (created_ms > 0 && created_ms < kMillisecondsMax) manifest.created_us = created_ms * 1000;
  manifest.of_bucket = text_of("sourceBucket");
  manifest.set = manifest.of_bucket + '\n' + text_of("destinationBucket");
  // The configuration's name is only in the keys. A list of no files names none.
  if (!manifest.files.empty()) {
    const std::string& key = manifest.files[0].key;
    const auto facts = read_key(key);
    manifest.set += '\n' + (facts ? facts->log_of : key.substr(0, key.rfind('/')));
  }
  if (manifest.file_format != "CSV") return manifest;
  for (std::size_t begin = 0; begin <= schema.size();) {
    const std::size_t end = std::min(schema.find(',', begin), schema.size());
    std::string_view name = std::string_view(schema).substr(begin, end - begin);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const std::string column = snake_case(name);
    manifest.columns.push_back({column, type_of(column), column == "key"});
    begin = end + 1;
  }
  return manifest;
}

}  // namespace

extern const Format kFormat;
const Format kFormat{
    .name = "s3_inventory",
    .table = "",
    .summary = "S3 Inventory manifests",
    .columns = kColumns,
    .manifest_table = "s3_inventory",
    .read_manifest = read_manifest,
    .read_key = read_key,
    .detect =
        [](std::string_view head, bool whole) {
          // An empty file says nothing.
          const Verdict verdict = detect_json_records(kForm, head, whole);
          return verdict == Verdict::kYes ? Verdict::kYes : Verdict::kNo;
        },
};

}  // namespace otomo::formats::s3_inventory
