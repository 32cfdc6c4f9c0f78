// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the logs of the four kinds of load balancers have in common: their keys, their span of time, one line a record.

#include "generator/log.h"

namespace otomo::bench {

class ElbLog : public Log {
 public:
  std::string object_key(const Plan& plan, uint64_t file) const override {
    Random random(plan.seed ^ 0xa1b, file);
    const int64_t when = (time_of(plan, plan.records * (file + 1) / plan.files) / 300 + 1) * 300;
    Text key;
    key.make_room();
    key << "AWSLogs/" << kAccount << "/elasticloadbalancing/us-east-1/";
    key.date(when, '/') << '/' << before_account_ << kAccount << "_elasticloadbalancing_us-east-1_" << balancer_ << '_';
    const auto day = Text::day_of(when);
    key.padded(static_cast<uint64_t>(static_cast<int>(day.year())), 4);
    key.padded(static_cast<unsigned>(day.month()), 2).padded(static_cast<unsigned>(day.day()), 2) << 'T';
    key.padded(static_cast<uint64_t>(when % 86400 / 3600), 2).padded(static_cast<uint64_t>(when % 3600 / 60), 2);
    key << behind_time_;
    key.alnum(random, 8) << ".log";
    return std::string(key.view());
  }

  std::string_view opening() const override { return ""; }
  std::string_view separator() const override { return "\n"; }
  std::string_view closing() const override { return "\n"; }

 protected:
  static constexpr std::string_view kAccount = "111122223333";

  ElbLog(std::string_view before_account, std::string_view balancer, std::string_view behind_time)
      : before_account_(before_account), balancer_(balancer), behind_time_(behind_time) {}

  static int64_t time_of(const Plan& plan, uint64_t record) {
    constexpr uint64_t kSpanSeconds = 7 * 86400;
    return kFirstSecond + static_cast<int64_t>(record * kSpanSeconds / plan.records);
  }

  static Text& append_second(int64_t when, Text& text) {
    text.date(when, '-') << 'T';
    return text.time(when, ':');
  }

  static Text& append_instant(int64_t when, Random& random, Text& text) {
    append_second(when, text) << '.';
    return text.padded(random.below(1'000'000), 6) << 'Z';
  }

  static Text& append_client(Random& random, char between, Text& text) {
    return text << "203.0.113." << uint64_t{random.below(254) + 1} << between << uint64_t{1024 + random.below(60'000)};
  }

  static Text& append_target(bool reached, uint64_t target, Text& text) {
    if (!reached) return text << '-';
    return text << "10.0." << target / 8 << '.' << target + 10 << ":8080";
  }

 private:
  std::string_view before_account_;
  std::string_view balancer_;
  std::string_view behind_time_;
};

}  // namespace otomo::bench
