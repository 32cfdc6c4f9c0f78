// SPDX-License-Identifier: Apache-2.0
// CloudWatch Logs two ways: an export, one event after another, some of them longer than a line; and what Firehose
// stores of a subscription, envelopes of about twenty events without anything between them. Examples:
//   2026-03-02T09:14:07.120Z INFO request r-4f… answered 200 in 12 ms
//   {"messageType":"DATA_MESSAGE",…,"logEvents":[{"id":"3828…","timestamp":1772442847120,"message":"…\n"},…]}

#include <array>

#include "generator/log.h"

namespace otomo::bench {
namespace {

constexpr int64_t kSpanSeconds = 30 * 86400;

int64_t time_of(const Plan& plan, uint64_t record) {
  return kFirstSecond + static_cast<int64_t>(record * static_cast<uint64_t>(kSpanSeconds) / plan.records);
}

// What an application says; `newline` and `quote` as the surrounding text spells them.
Text& append_message(Random& random, std::string_view newline, std::string_view quote, Text& text) {
  const uint32_t kind = random.below(100);
  if (kind < 60) {
    text << "INFO request r-";
    text.hex(random, 16) << " of u" << uint64_t{random.zipf(3000)} << " answered 200 in "
                         << uint64_t{random.zipf(4000)};
    return text << " ms";
  }
  if (kind < 85) {
    text << "INFO {" << quote << "event" << quote << ":" << quote << "stored" << quote << "," << quote << "order"
         << quote;
    text << ":" << uint64_t{random.below(1'000'000)} << "," << quote << "source" << quote << ":" << quote
         << "203.0.113.";
    return text << uint64_t{random.below(254) + 1} << quote << "}";
  }
  if (kind < 97) {
    text << "WARN slow query of " << uint64_t{500 + random.zipf(9000)} << " ms on table orders, plan ";
    return text.hex(random, 24);
  }
  text << "ERROR order " << uint64_t{random.below(1'000'000)} << " could not be stored" << newline;
  text << "Traceback (most recent call last):" << newline << "  File " << quote << "/srv/shop/orders.py" << quote;
  text << ", line " << uint64_t{random.below(400)} << ", in store" << newline << newline << "ValueError: u";
  return text << uint64_t{random.zipf(3000)} << " has no address";
}

class CloudWatchExport final : public Log {
 public:
  std::string object_key(const Plan& /*plan*/, uint64_t file) const override {
    Text key;
    key.make_room();
    key << "exports/b1946ac9-2492-4d23-87e6-235b4d2611a0/shop-web-" << file << "/000000";
    return std::string(key.view());
  }

  std::string_view opening() const override { return ""; }
  std::string_view separator() const override { return "\n"; }
  std::string_view closing() const override { return "\n"; }

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed ^ 0xc10d, record);
    const int64_t when = time_of(plan, record);
    text.date(when, '-') << 'T';
    text.time(when, ':') << '.';
    text.padded(random.below(1000), 3) << "Z ";
    append_message(random, "\n", "\"", text);
  }
};

class CloudWatchLogs final : public Log {
 public:
  std::string object_key(const Plan& plan, uint64_t file) const override {
    const int64_t when = time_of(plan, plan.records * file / plan.files);
    Text key;
    key.make_room();
    key << "logs/";
    key.date(when, '/') << "/to-s3-1-" << file;
    return std::string(key.view());
  }

  std::string_view opening() const override { return ""; }
  std::string_view separator() const override { return ""; }
  std::string_view closing() const override { return ""; }

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed ^ 0xc10e, record);
    const auto when_ms = static_cast<uint64_t>(time_of(plan, record)) * 1000;
    text << R"({"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/shop/service-)";
    text << uint64_t{random.zipf(40)} << R"(","logStream":"i-)";
    text.hex(random, 17) << R"(","subscriptionFilters":["to-firehose"],"logEvents":[)";
    const uint64_t events = 1 + random.below(40);
    for (uint64_t event = 0; event < events; ++event) {
      text << (event == 0 ? R"({"id":"38280)" : R"(,{"id":"38280)");
      text.padded(record, 30).padded(event, 21) << R"(","timestamp":)" << when_ms + event << R"(,"message":")";
      append_message(random, "\\n", "\\\"", text) << R"(\n"})";
    }
    text << "]}";
  }
};

}  // namespace

std::unique_ptr<Log> cloudwatch_export_log() { return std::make_unique<CloudWatchExport>(); }
std::unique_ptr<Log> cloudwatch_logs_log() { return std::make_unique<CloudWatchLogs>(); }

}  // namespace otomo::bench
