// SPDX-License-Identifier: Apache-2.0
// S3 server access log lines of 27 fields, about 640 bytes each, of one busy bucket over 30 days. No field holds a
// quote, so that a CSV reader can read them too. An example, broken for reading:
//   7d8f…(64) acme-datalake-prod [01/Mar/2026:00:00:07 +0000] 10.20.3.4
//   arn:aws:sts::111122223333:assumed-role/etl-loader-07/i-0f1e2d3c4b5a69788 3NTV0HG4Q6QWXJ5Z REST.GET.OBJECT
//   lake/orders/dt%253D2026-02-11/part-00042-1b2c3d4e.parquet
//   "GET /lake/orders/dt%3D2026-02-11/part-00042-1b2c3d4e.parquet HTTP/1.1" 206 - 65536 104857600 41 23 "-"
//   "Hadoop 3.3.6, aws-sdk-java/1.12.599 …" - <host id> SigV4 TLS_AES_128_GCM_SHA256 AuthHeader
//   acme-datalake-prod.s3.us-east-1.amazonaws.com TLSv1.3 - - us-east-1
// Fields: https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html (read in April 2026)

#include <array>
#include <vector>

#include "generator/log.h"

namespace otomo::bench {
namespace {

constexpr std::string_view kOwner = "7d8f3a6b5c4e21908f7e6d5c4b3a29180716f5e4d3c2b1a09f8e7d6c5b4a3928";
constexpr std::string_view kBucket = "acme-datalake-prod";
constexpr std::string_view kHost = "acme-datalake-prod.s3.us-east-1.amazonaws.com";
constexpr uint32_t kPrincipals = 400;
constexpr uint32_t kKeys = 200'000;
constexpr int64_t kSpanSeconds = 30 * 86400;

enum class Shape { kObject, kObjectWrite, kList, kBucketItself, kPart, kCopySource, kBatchDelete, kExpire };

struct Operation {
  std::string_view name;
  std::string_view verb;
  std::string_view query;  // what follows the path in the request-URI
  Shape shape;
  uint32_t weight;
};

constexpr std::array kOperations = {
    Operation{"REST.GET.OBJECT", "GET", "", Shape::kObject, 560},
    Operation{"REST.HEAD.OBJECT", "HEAD", "", Shape::kObject, 120},
    Operation{"REST.PUT.OBJECT", "PUT", "?x-id=PutObject", Shape::kObjectWrite, 110},
    Operation{"REST.GET.BUCKET", "GET", "?list-type=2&delimiter=%2F&prefix=", Shape::kList, 60},
    Operation{"REST.PUT.PART", "PUT", "?partNumber=7&uploadId=", Shape::kPart, 30},
    Operation{"REST.COPY.OBJECT_GET", "", "", Shape::kCopySource, 15},
    Operation{"REST.COPY.OBJECT", "PUT", "?x-id=CopyObject", Shape::kObjectWrite, 15},
    Operation{"REST.DELETE.OBJECT", "DELETE", "?x-id=DeleteObject", Shape::kObject, 15},
    Operation{"BATCH.DELETE.OBJECT", "", "", Shape::kBatchDelete, 12},
    Operation{"S3.EXPIRE.OBJECT", "", "", Shape::kExpire, 10},
    Operation{"WEBSITE.GET.OBJECT", "GET", "", Shape::kObject, 10},
    Operation{"REST.POST.UPLOADS", "POST", "?uploads", Shape::kObjectWrite, 6},
    Operation{"REST.POST.UPLOAD", "POST", "?uploadId=", Shape::kPart, 6},
    Operation{"REST.GET.OBJECT_TAGGING", "GET", "?tagging", Shape::kObject, 5},
    Operation{"REST.HEAD.BUCKET", "HEAD", "", Shape::kBucketItself, 5},
    Operation{"REST.POST.MULTI_OBJECT_DELETE", "POST", "?delete", Shape::kBucketItself, 4},
    Operation{"REST.GET.LOCATION", "GET", "?location", Shape::kBucketItself, 4},
    Operation{"REST.GET.ACL", "GET", "?acl", Shape::kBucketItself, 3},
    Operation{"REST.GET.VERSIONING", "GET", "?versioning", Shape::kBucketItself, 2},
    Operation{"REST.GET.BUCKETVERSIONS", "GET", "?versions", Shape::kBucketItself, 2},
    Operation{"REST.GET.BUCKETPOLICY", "GET", "?policy", Shape::kBucketItself, 2},
    Operation{"REST.GET.LIFECYCLE", "GET", "?lifecycle", Shape::kBucketItself, 1},
    Operation{"REST.GET.ENCRYPTION", "GET", "?encryption", Shape::kBucketItself, 1},
    Operation{"REST.GET.PUBLIC_ACCESS_BLOCK", "GET", "?publicAccessBlock", Shape::kBucketItself, 1},
    Operation{"REST.OPTIONS.PREFLIGHT", "OPTIONS", "", Shape::kObject, 1},
};

constexpr std::array<std::string_view, 14> kUserAgents = {
    "Hadoop 3.3.6, aws-sdk-java/1.12.599 Linux/6.1.94-99.176.amzn2023.x86_64 OpenJDK_64-Bit_Server_VM/17.0.11+9-LTS",
    "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/s3#1.58.2",
    "s5cmd/v2.2.2",
    "S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10.186 OpenJDK_64-Bit_Server_VM/25.372-b08 "
    "java/1.8.0_372 vendor/Oracle_Corporation cfg/retry-mode/standard",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#6.1.90-99.173.amzn2023.x86_64 md/arch#x86_64 "
    "lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.34.131 Resource",
    "aws-cli/2.17.13 md/awscrt#0.20.11 ua/2.0 os/linux#5.15.0-113-generic md/arch#x86_64 lang/python#3.11.9 "
    "md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#s3.sync",
    "curl/8.5.0",
    "aws-sdk-js/3.600.0 ua/2.1 os/linux#5.10.219-229.866.amzn2.x86_64 lang/js md/nodejs#20.14.0 api/s3#3.600.0 "
    "exec-env/AWS_Lambda_nodejs20.x",
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-aws/5.57.0 "
    "aws-sdk-go-v2/1.30.1 os/linux lang/go#1.22.4 md/GOOS#linux md/GOARCH#arm64 api/s3#1.57.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1",
    "trino/454, ElasticMapReduce/1.0.0 emrfs/s3n, aws-sdk-java/2.25.60 Linux/5.10 OpenJDK_64-Bit_Server_VM/22.0.1",
    "rclone/v1.67.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
};

constexpr std::array<std::string_view, 6> kBrowsers = {kUserAgents[4],  kUserAgents[10], kUserAgents[4],
                                                       kUserAgents[13], kUserAgents[7],  kUserAgents[4]};

constexpr std::array<std::string_view, 8> kTables = {"orders",   "events",   "clickstream", "sessions",
                                                     "invoices", "products", "telemetry",   "exports"};

struct Principal {
  std::string requester;
  std::string ip;
  std::string_view user_agent;
  bool anonymous = false;
};

class S3AccessLog final : public Log {
 public:
  S3AccessLog() {
    for (const Operation& operation : kOperations) weight_total_ += operation.weight;
    for (uint32_t rank = 0; rank < kPrincipals; ++rank) principals_.push_back(make_principal(rank));
    keys_.reserve(kKeys);
    for (uint32_t rank = 0; rank < kKeys; ++rank) keys_.push_back(make_key(rank));
  }

  // PartitionedPrefix: [TargetPrefix][SourceAccountId]/[SourceRegion]/[SourceBucket]/YYYY/MM/DD/…
  std::string object_key(const Plan& plan, uint64_t file) const override {
    Random random(plan.seed, file);
    const int64_t when = time_of(plan, plan.records * file / plan.files) + 3600;
    Text key;
    key.make_room();
    key << "s3-access-logs/111122223333/us-east-1/" << kBucket << '/';
    key.date(when, '/') << '/';
    key.date(when, '-') << '-';
    key.time(when, '-') << '-';
    key.upper_hex(random, 16);
    return std::string(key.view());
  }

  std::string_view opening() const override { return ""; }
  std::string_view separator() const override { return "\n"; }
  std::string_view closing() const override { return "\n"; }

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed, record);
    const Operation& operation = pick_operation(random);
    const Shape shape = operation.shape;
    const bool by_service = shape == Shape::kExpire;
    const bool website = operation.name.starts_with("WEBSITE");
    uint32_t rank = random.zipf(kPrincipals);
    while (website && !principals_[rank].anonymous) rank = (rank + 1) % kPrincipals;
    const Principal& principal = principals_[rank];
    const bool has_key = shape != Shape::kList && shape != Shape::kBucketItself;
    const Key& key = keys_[random.zipf(kKeys)];
    const int64_t when = time_of(plan, record) + random.below(120);

    text << kOwner << ' ' << kBucket << " [";
    const auto day = Text::day_of(when);
    text.padded(static_cast<unsigned>(day.day()), 2) << '/' << month_name(day.month()) << '/';
    text << static_cast<uint64_t>(static_cast<int>(day.year())) << ':';
    text.time(when, ':') << " +0000] ";
    if (by_service) {
      text << "- AmazonS3 ";
    } else {
      if (principal.anonymous) {
        append_public_ip(random, text);
      } else {
        text << principal.ip;
      }
      text << ' ' << principal.requester << ' ';
    }
    text.upper_alnum(random, 16) << ' ' << operation.name << ' ';
    if (has_key) {
      text << (shape == Shape::kBatchDelete || by_service ? key.encoded_once : key.encoded_twice) << ' ';
    } else {
      text << "- ";
    }
    const bool has_request = !operation.verb.empty();
    if (has_request) {
      text << '"' << operation.verb << " /";
      if (has_key) text << key.encoded_once;
      text << operation.query;
      if (shape == Shape::kList) text << "lake%2F" << kTables[random.below(kTables.size())] << "%2F";
      if (shape == Shape::kPart) text.alnum(random, 64);
      text << " HTTP/1.1\" ";
    } else {
      text << "- ";
    }
    append_outcome(operation, principal, key, random, text);
    if (has_request) {
      if (principal.anonymous && random.chance(40)) {
        text << "\"https://www.example.com/catalog/" << kTables[random.below(kTables.size())]
             << "?page=" << uint64_t{random.below(40)} << "\" ";
      } else {
        text << "\"-\" ";
      }
      text << '"' << principal.user_agent << "\" ";
    } else {
      text << "- - ";
    }
    if (random.chance(6)) {
      text.alnum(random, 32) << ' ';
    } else {
      text << "- ";
    }
    if (by_service) {
      text << "- - - - - - - - -";
      return;
    }
    text.base64(random, 75) << "= ";
    const bool plain_http = website;
    text << (principal.anonymous ? "- " : "SigV4 ");
    text << (plain_http ? "- " : rank % 5 == 0 ? "ECDHE-RSA-AES128-GCM-SHA256 " : "TLS_AES_128_GCM_SHA256 ");
    text << (principal.anonymous ? "- " : rank % 23 == 0 ? "QueryString " : "AuthHeader ");
    text << kHost << ' ' << (plain_http ? "- " : rank % 5 == 0 ? "TLSv1.2 " : "TLSv1.3 ");
    text << (rank % 31 == 7 ? "arn:aws:s3:us-east-1:111122223333:accesspoint/analytics-ap " : "- ");
    text << (operation.name == "REST.GET.ACL" ? "Yes " : "- ");
    text << (principal.anonymous || rank % 11 == 3 ? "-" : rank % 9 == 1 ? "eu-west-1" : "us-east-1");
  }

 private:
  struct Key {
    std::string encoded_once;
    std::string encoded_twice;
    uint64_t size_bytes = 0;
  };

  static int64_t time_of(const Plan& plan, uint64_t record) {
    return kFirstSecond + static_cast<int64_t>(record * static_cast<uint64_t>(kSpanSeconds) / plan.records);
  }

  static std::string_view month_name(std::chrono::month month) {
    return std::string_view("JanFebMarAprMayJunJulAugSepOctNovDec").substr((static_cast<unsigned>(month) - 1) * 3, 3);
  }

  static void append_public_ip(Random& random, Text& text) {
    if (random.chance(8)) {
      text << "2001:db8:";
      text.hex(random, 4) << "::";
      text.hex(random, 4);
      return;
    }
    static constexpr std::array<std::string_view, 3> kNets = {"203.0.113.", "198.51.100.", "192.0.2."};
    text << kNets[random.below(3)] << uint64_t{random.below(254) + 1};
  }

  const Operation& pick_operation(Random& random) const {
    uint32_t left = random.below(weight_total_);
    for (const Operation& operation : kOperations) {
      if (left < operation.weight) return operation;
      left -= operation.weight;
    }
    return kOperations[0];
  }

  // HTTP status, error code, bytes sent, object size, total time, turn-around time.
  static void append_outcome(const Operation& operation, const Principal& principal, const Key& key, Random& random,
                             Text& text) {
    const Shape shape = operation.shape;
    if (shape == Shape::kCopySource || shape == Shape::kExpire) {
      text << "- - - " << key.size_bytes << " - - ";
      return;
    }
    const uint32_t luck = random.below(1000);
    const bool denied = luck < (principal.anonymous ? 90U : 20U);
    const uint64_t total_ms = 4 + random.zipf(3000);
    const uint64_t turn_around_ms = 1 + total_ms * random.below(90) / 100;
    if (denied) {
      text << "403 AccessDenied 243 - " << total_ms << ' ' << turn_around_ms << ' ';
    } else if (luck > 985 && shape == Shape::kObject) {
      text << (operation.verb == "HEAD" ? "404 NoSuchKey - - " : "404 NoSuchKey 297 - ") << total_ms << " - ";
    } else if (luck > 981) {
      text << "503 SlowDown 310 - " << total_ms << " - ";
    } else if (luck > 979 && operation.verb == "GET" && shape == Shape::kObject) {
      text << "416 InvalidRange 321 " << key.size_bytes << ' ' << total_ms << " - ";
    } else if (operation.verb == "GET" && shape == Shape::kObject) {
      if (luck > 940) {
        text << "304 - - " << key.size_bytes << ' ' << total_ms << ' ' << turn_around_ms << ' ';
      } else if (luck > 500) {
        const uint64_t part = key.size_bytes < 65536 ? key.size_bytes : 65536 * uint64_t{random.below(16) + 1};
        text << "206 - " << part << ' ' << key.size_bytes << ' ' << total_ms << ' ' << turn_around_ms << ' ';
      } else {
        text << "200 - " << key.size_bytes << ' ' << key.size_bytes << ' ' << total_ms << ' ' << turn_around_ms << ' ';
      }
    } else if (shape == Shape::kList || shape == Shape::kBucketItself) {
      text << "200 - " << uint64_t{400 + random.below(90'000)} << " - " << total_ms << ' ' << turn_around_ms << ' ';
    } else if (operation.verb == "DELETE" || shape == Shape::kBatchDelete) {
      text << "204 - - " << key.size_bytes << " - - ";
    } else {
      text << "200 - - " << key.size_bytes << ' ' << total_ms << ' ' << turn_around_ms << ' ';
    }
  }

  static Principal make_principal(uint32_t rank) {
    Random random(0x5eed, rank);
    Text text;
    text.make_room();
    Principal principal;
    principal.user_agent = kUserAgents[random.zipf(kUserAgents.size())];
    switch (rank % 16) {
      case 0:
      case 1:
      case 2:
      case 5:
      case 8:
      case 9:
      case 10:
      case 12:
        text << "arn:aws:sts::111122223333:assumed-role/";
        text << kTables[random.below(kTables.size())] << (rank % 2 == 0 ? "-loader-" : "-reader-");
        text.padded(rank, 3) << (rank % 3 == 0 ? "/i-0" : "/w");
        text.hex(random, 8);
        break;
      case 3:
      case 11:
        text << '-';
        principal.anonymous = true;
        principal.user_agent = kBrowsers[random.below(kBrowsers.size())];
        break;
      case 4:
      case 13:
        text << "arn:aws:iam::111122223333:user/" << kTables[random.below(kTables.size())] << '-';
        text.padded(rank, 3);
        break;
      case 6:
      case 14: text.hex(random, 64); break;
      default: text << "svc:" << (rank % 32 == 7 ? "delivery.logs.amazonaws.com" : "backup.amazonaws.com"); break;
    }
    principal.requester = text.view();
    text.clear();
    text << "10." << uint64_t{random.below(256)} << '.' << uint64_t{random.below(256)} << '.'
         << uint64_t{random.below(254) + 1};
    principal.ip = text.view();
    return principal;
  }

  // The log encodes most keys twice, the request-URI once: "dt=" is dt%253D there and dt%3D here.
  static Key make_key(uint32_t rank) {
    Random random(0xca11, rank);
    Key key;
    key.size_bytes = 128 + (uint64_t{1} << (8 + random.below(20))) + random.below(4096);
    if (rank == 2026) {  // a word that a literal filter meets in the wrong field
      key.encoded_once = key.encoded_twice = "errors/AccessDenied.html";
      return key;
    }
    Text tail;
    tail.make_room();
    if (rank % 4 != 3) {
      tail.date(kFirstSecond - int64_t{random.below(400)} * 86400, '-') << "/part-";
      tail.padded(random.below(2000), 5) << '-';
      tail.hex(random, 8) << ".parquet";
      const std::string head = "lake/" + std::string(kTables[random.below(kTables.size())]) + "/dt";
      key.encoded_once = head + "%3D" + std::string(tail.view());
      key.encoded_twice = head + "%253D" + std::string(tail.view());
    } else {
      tail << "assets/" << kTables[random.below(kTables.size())] << "/img/";
      tail.hex(random, 12) << (rank % 3 == 0 ? "-1280x720.webp" : "-thumb.jpg");
      key.encoded_once = key.encoded_twice = tail.view();
    }
    return key;
  }

  std::vector<Principal> principals_;
  std::vector<Key> keys_;
  uint32_t weight_total_ = 0;
};

}  // namespace

std::unique_ptr<Log> s3_access_log() { return std::make_unique<S3AccessLog>(); }

}  // namespace otomo::bench
