// SPDX-License-Identifier: Apache-2.0
// A host's /var/log/messages as RFC 3164's form has it: one line per record, every one with a tag. An example:
//   Mar  2 09:14:07 web-3 sshd[4711]: Failed password for invalid user admin from 203.0.113.9 port 51234 ssh2

#include <array>

#include "generator/log.h"

namespace otomo::bench {
namespace {

constexpr int64_t kSpanSeconds = 30 * 86400;
constexpr uint32_t kUsers = 3000;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 6> kUnits = {"apt-daily.service", "logrotate.service", "shop-worker@3.service",
                                                    "fstrim.service",    "session-31.scope",  "man-db.service"};

class SyslogLog final : public Log {
 public:
  std::string object_key(const Plan& /*plan*/, uint64_t file) const override {
    return "var/log/messages" + (file == 0 ? std::string() : "." + std::to_string(file));
  }

  std::string_view opening() const override { return ""; }
  std::string_view separator() const override { return "\n"; }
  std::string_view closing() const override { return "\n"; }

  void append(const Plan& plan, uint64_t /*file*/, uint64_t record, Text& text) const override {
    Random random(plan.seed ^ 0x5109, record);
    const int64_t when =
        kFirstSecond + static_cast<int64_t>(record * static_cast<uint64_t>(kSpanSeconds) / plan.records);
    const auto day = Text::day_of(when);
    const auto day_of_month = static_cast<unsigned>(day.day());
    text << kMonths[static_cast<unsigned>(day.month()) - 1] << (day_of_month < 10 ? "  " : " ");
    text << uint64_t{day_of_month} << ' ';
    text.time(when, ':') << " web-" << uint64_t{random.below(4) + 1} << ' ';
    const uint64_t pid = 300 + random.below(30'000);
    const uint32_t kind = random.below(100);
    if (kind < 45) {
      text << "sshd[" << pid << "]: Failed password for " << (kind < 30 ? "invalid user u" : "u");
      text << uint64_t{random.zipf(kUsers)} << " from ";
      append_source(random, text) << " ssh2";
    } else if (kind < 60) {
      text << "sshd[" << pid << "]: Disconnected from authenticating user u" << uint64_t{random.zipf(kUsers)} << ' ';
      append_source(random, text) << " [preauth]";
    } else if (kind < 75) {
      text << "systemd[1]: Started " << kUnits[random.below(kUnits.size())] << '.';
    } else if (kind < 85) {
      text << "kernel: [" << uint64_t{100'000 + random.below(900'000)} << ".004512] eth0: dropped a packet of "
           << uint64_t{60 + random.below(1'440)} << " bytes, id ";
      text.hex(random, 16);
    } else if (kind < 92) {
      text << "CRON[" << pid << "]: (root) CMD (test -x /usr/local/bin/rotate && /usr/local/bin/rotate --quiet)";
    } else if (kind < 96) {
      text << "sudo:   u" << uint64_t{random.zipf(kUsers)} << " : TTY=pts/" << uint64_t{random.below(9)}
           << " ; PWD=/home/shop ; USER=root ; COMMAND=/usr/bin/systemctl restart shop";
    } else {
      text << "shop-worker[" << pid << "]: request r-";
      text.hex(random, 16) << " answered 200 in " << uint64_t{random.zipf(4'000)} << " ms";
    }
  }

 private:
  static Text& append_source(Random& random, Text& text) {
    text << "203.0.113." << uint64_t{random.below(254) + 1} << " port ";
    return text << uint64_t{1024 + random.below(60'000)};
  }
};

}  // namespace

std::unique_ptr<Log> syslog_log() { return std::make_unique<SyslogLog>(); }

}  // namespace otomo::bench
