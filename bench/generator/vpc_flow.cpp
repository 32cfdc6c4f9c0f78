// SPDX-License-Identifier: Apache-2.0
// VPC flow log lines of the default format, under its header. Most flows are TCP between a few clients and servers;
// every fiftieth record has no data. An example:
//   2 111122223333 eni-0a1b2c3d4e5f67890 203.0.113.9 10.0.1.17 51341 443 6 25 4821 1772442847 1772442907 ACCEPT OK
// Fields: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html (read in April 2026)

#include <array>

#include "generator/log.h"

namespace otomo::bench {
namespace {

constexpr std::string_view kAccount = "111122223333";
constexpr int64_t kSpanSeconds = 86400;
constexpr uint32_t kInterfaces = 400;

constexpr std::array<uint64_t, 8> kServices = {443, 443, 443, 80, 5432, 6379, 53, 22};

class VpcFlowLog final : public Log {
 public:
  std::string object_key(const Plan& plan, uint64_t file) const override {
    Random random(plan.seed ^ 0xf10, file);
    const int64_t when = time_of(plan, plan.records * file / plan.files) / 300 * 300;
    Text key;
    key.make_room();
    key << "AWSLogs/" << kAccount << "/vpcflowlogs/us-east-1/";
    key.date(when, '/') << '/' << kAccount << "_vpcflowlogs_us-east-1_fl-0a1b2c3d4e5f67890_";
    const auto day = Text::day_of(when);
    key.padded(static_cast<uint64_t>(static_cast<int>(day.year())), 4);
    key.padded(static_cast<unsigned>(day.month()), 2).padded(static_cast<unsigned>(day.day()), 2) << 'T';
    key.padded(static_cast<uint64_t>(when % 86400 / 3600), 2).padded(static_cast<uint64_t>(when % 3600 / 60), 2)
        << "Z_";
    key.hex(random, 8) << ".log";
    return std::string(key.view());
  }

  std::string_view opening() const override {
    return "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
           "log-status\n";
  }
  std::string_view separator() const override { return "\n"; }
  std::string_view closing() const override { return "\n"; }

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed, record);
    const int64_t start = time_of(plan, record);
    const auto end = static_cast<uint64_t>(start) + 15 + random.below(45);
    const uint32_t interface = random.zipf(kInterfaces);
    Random of_interface(plan.seed ^ 0xe41, interface);
    text << "2 " << kAccount << " eni-0";
    text.hex(of_interface, 16) << ' ';
    if (random.chance(2)) {
      text << "- - - - - - - " << static_cast<uint64_t>(start) << ' ' << end;
      text << (random.chance(90) ? " - NODATA" : " - SKIPDATA");
      return;
    }
    const bool refused = random.chance(6);
    const bool answers = !refused && random.chance(50);
    const uint64_t service = refused ? 1 + random.below(1023) : kServices[random.zipf(kServices.size())];
    const uint64_t client_port = 1024 + random.below(60'000);
    const uint64_t packets = 1 + random.zipf(4000);
    if (answers) {
      append_server(interface, text) << ' ';
      append_client(random, text) << ' ' << service << ' ' << client_port;
    } else {
      append_client(random, text) << ' ';
      append_server(interface, text) << ' ' << client_port << ' ' << service;
    }
    text << (service == 53 ? " 17 " : " 6 ") << packets << ' ' << packets * (40 + random.below(1400)) << ' ';
    text << static_cast<uint64_t>(start) << ' ' << end << (refused ? " REJECT OK" : " ACCEPT OK");
  }

 private:
  static int64_t time_of(const Plan& plan, uint64_t record) {
    return kFirstSecond + static_cast<int64_t>(record * static_cast<uint64_t>(kSpanSeconds) / plan.records);
  }

  static Text& append_server(uint32_t interface, Text& text) {
    return text << "10.0." << uint64_t{interface / 200} << '.' << uint64_t{interface % 200 + 4};
  }

  // Inside, or from the documentation's networks.
  static Text& append_client(Random& random, Text& text) {
    const uint32_t kind = random.below(3);
    text << (kind == 0 ? "10.0.9." : kind == 1 ? "203.0.113." : "198.51.100.");
    return text << uint64_t{random.zipf(250) + 2};
  }
};

}  // namespace

std::unique_ptr<Log> vpc_flow_log() { return std::make_unique<VpcFlowLog>(); }

}  // namespace otomo::bench
