// SPDX-License-Identifier: Apache-2.0
// S3 server access logs as CloudWatch Logs delivers them: the records of s3_access.cpp, each as one JSON object of
// about 1.2 KB per line. An example, broken and cut for reading:
//   {"schema_version_id":"V_1_0","bucket_arn":"arn:aws:s3:::acme-datalake-prod","bucket_name":"acme-datalake-prod",
//    "request_time":"2026-03-01T00:00:07.000Z",…,"operation":"REST.GET.OBJECT","key_name":"lake/orders/…",
//    "request_uri":"GET /lake/orders/… HTTP/1.1","http_status":206,"error_code":null,"bytes_sent_size":65536,…}
// Fields: https://docs.aws.amazon.com/AmazonS3/latest/userguide/sal-cw-log-format.html (read in April 2026)

#include <array>

#include "generator/log.h"

namespace otomo::bench {
namespace {

enum class Kind { kText, kQuoted, kNumber, kTime, kFlag };

struct Member {
  std::string_view name;
  Kind kind;
};

// The fields of a line of text, in their order.
constexpr std::array kMembers = {
    Member{"bucket_owner_id", Kind::kText},
    Member{"bucket_name", Kind::kText},
    Member{"request_time", Kind::kTime},
    Member{"remote_ip", Kind::kText},
    Member{"requester", Kind::kText},
    Member{"request_id", Kind::kText},
    Member{"operation", Kind::kText},
    Member{"key_name", Kind::kText},
    Member{"request_uri", Kind::kQuoted},
    Member{"http_status", Kind::kNumber},
    Member{"error_code", Kind::kText},
    Member{"bytes_sent_size", Kind::kNumber},
    Member{"object_size", Kind::kNumber},
    Member{"total_duration", Kind::kNumber},
    Member{"turn_around_duration", Kind::kNumber},
    Member{"referer", Kind::kQuoted},
    Member{"user_agent", Kind::kQuoted},
    Member{"version_id", Kind::kText},
    Member{"host_id", Kind::kText},
    Member{"signature_version", Kind::kText},
    Member{"cipher_suite", Kind::kText},
    Member{"authentication_type", Kind::kText},
    Member{"host_header", Kind::kText},
    Member{"tls_version", Kind::kText},
    Member{"access_point_arn", Kind::kText},
    Member{"acl_required", Kind::kFlag},
    Member{"source_region", Kind::kText},
};

class S3AccessJsonLog final : public Log {
 public:
  std::string object_key(const Plan& /*plan*/, uint64_t file) const override {
    Text key;
    key.make_room();
    key << "AWSLogs/111122223333/s3-access/";
    key.padded(file, 6) << ".log";
    return std::string(key.view());
  }

  std::string_view opening() const override { return ""; }
  std::string_view separator() const override { return "\n"; }
  std::string_view closing() const override { return "\n"; }

  void append(const Plan& plan, uint64_t file, uint64_t record, Text& text) const override {
    thread_local Text line_text;
    line_text.clear();
    line_text.make_room();
    line_->append(plan, file, record, line_text);
    std::string_view line = line_text.view();
    text << R"({"schema_version_id":"V_1_0","bucket_arn":"arn:aws:s3:::acme-datalake-prod")";
    for (const Member& member : kMembers) {
      text << ",\"" << member.name << "\":";
      append_value(member.kind, take_field(member.kind, line), text);
    }
    text << '}';
  }

 private:
  // Takes the next field of the line, without its quotes or brackets. No field of the generator holds a quote.
  static std::string_view take_field(Kind kind, std::string_view& line) {
    const bool enclosed = line[0] == '"' || line[0] == '[';
    const char end = enclosed ? (kind == Kind::kTime ? ']' : '"') : ' ';
    const size_t begin = enclosed ? 1 : 0;
    const size_t size = std::min(line.find(end, begin), line.size()) - begin;
    const std::string_view field = line.substr(begin, size);
    line.remove_prefix(std::min(begin + size + begin + (begin + size + begin < line.size() ? 1 : 0), line.size()));
    return field;
  }

  static void append_value(Kind kind, std::string_view field, Text& text) {
    if (field == "-") {
      text << "null";
    } else if (kind == Kind::kNumber) {
      text << field;
    } else if (kind == Kind::kFlag) {
      text << "true";
    } else if (kind == Kind::kTime) {  // 01/Mar/2026:00:00:07 +0000
      constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
      text << '"' << field.substr(7, 4) << '-';
      text.padded(kMonths.find(field.substr(3, 3)) / 3 + 1, 2)
          << '-' << field.substr(0, 2) << 'T' << field.substr(12, 8) << R"(.000Z")";
    } else {
      text << '"' << field << '"';
    }
  }

  std::unique_ptr<Log> line_ = s3_access_log();
};

}  // namespace

std::unique_ptr<Log> s3_access_json_log() { return std::make_unique<S3AccessJsonLog>(); }

}  // namespace otomo::bench
