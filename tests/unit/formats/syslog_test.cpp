// SPDX-License-Identifier: Apache-2.0
//
// Host logs: the years and zones that are assumed, messages that look like what they are not, and third-party logs with
// what others say they hold. The latter lie in ../shared; where that is missing, the tests say so and are skipped.
#include "formats/syslog_line.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>

#include "base/time.h"
#include "formats/auth_message.h"
#include "formats/auth_rows.h"
#include "formats/registry.h"
#include "unit/formats/read_all.h"
#include "unit/formats/samples.h"

namespace otomo::formats {
namespace {

namespace fs = std::filesystem;

const Format& format(std::string_view name) {
  static const Registry registry;
  return *registry.find(name);
}

std::int64_t instant(std::string_view text) { return parse_iso_instant(text).value(); }

// One reading with a context of its own.
struct Reading {
  std::vector<std::map<std::string, std::string>> rows;
  std::vector<std::string> rejects;  // reason and text
  Counts counts;
};

// `head`: of the object, where `text` is a part of it.
Reading read(const Format& format, std::string_view text, std::optional<std::int64_t> modified_us = {},
             const std::string& zone = "", std::string_view head = {}) {
  Reading reading;
  Batch batch(format.columns);
  for (Column& column : batch.columns) column.want_all();
  batch.event_time.wanted = true;
  static const LiteralFilter kNoFilter;
  const auto reader = format.make_reader(kNoFilter);
  SourceSettings settings;
  settings.time_zone = zone;
  std::string padded(text);
  padded.append(kBlockPaddingBytes, '\0');
  const std::string_view shown = std::string_view(padded).substr(0, text.size());
  reader->restart({head.empty() ? shown.substr(0, kDetectionBytesMax) : head, modified_us, &settings});
  std::size_t at = 0;
  while (true) {
    batch.clear();
    at += reader->read(shown.substr(at), at, true, batch);
    for (std::size_t row = 0; row < batch.rows; ++row) {
      auto& values = reading.rows.emplace_back();
      for (const Column& column : batch.columns) show_value(column, row, values[std::string(column.spec->name)]);
      show_value(batch.event_time, row, values["event_time"]);
    }
    for (const Reject& reject : batch.rejects) {
      reading.rejects.push_back(std::string(word_of(reject.reason)) + ' ' + std::string(reject.raw));
    }
    reading.counts += batch.counts;
    if (!batch.full()) break;
  }
  EXPECT_EQ(at, text.size());
  return reading;
}

std::string time_of(const Reading& reading) { return reading.rows.at(0).at("event_time"); }

TEST(SyslogTime, TheYearIsTheLatestThatCanBe) {
  const std::string december = "Dec 31 23:59:59 web-1 a: x\n";
  EXPECT_EQ(time_of(read(format("syslog"), december, instant("2026-01-01T00:00:05Z"))),
            std::to_string(instant("2025-12-31T23:59:59Z")));
  EXPECT_EQ(time_of(read(format("syslog"), december, instant("2026-12-31T23:59:59Z"))),
            std::to_string(instant("2026-12-31T23:59:59Z")));
  // A day ahead is another host's clock; more is a year ago.
  EXPECT_EQ(time_of(read(format("syslog"), december, instant("2026-12-30T23:59:59Z"))),
            std::to_string(instant("2026-12-31T23:59:59Z")));
  EXPECT_EQ(time_of(read(format("syslog"), december, instant("2026-12-30T23:59:58Z"))),
            std::to_string(instant("2025-12-31T23:59:59Z")));
  // Next year's first hour at the end of this one.
  EXPECT_EQ(time_of(read(format("syslog"), "Jan  1 00:30:00 web-1 a: x\n", instant("2026-12-31T23:00:00Z"))),
            std::to_string(instant("2027-01-01T00:30:00Z")));
  EXPECT_EQ(time_of(read(format("syslog"), "Feb 29 12:00:00 web-1 a: x\n", instant("1903-12-31T00:00:00Z"))),
            time_of(read(format("syslog"), "Feb 29 12:00:00 web-1 a: x\n", 0)));
  EXPECT_EQ(time_of(read(format("syslog"), "Feb 29 12:00:00 web-1 a: x\n", instant("2103-12-31T00:00:00Z"))),
            std::to_string(instant("2096-02-29T12:00:00Z")));
}

TEST(SyslogTime, WithoutTheObjectsTimeThereIsNone) {
  const Reading reading = read(format("syslog"), "Mar  2 09:14:07 web-1 a: x\n");
  EXPECT_EQ(time_of(reading), kNull);
  EXPECT_EQ(reading.counts.bad_values, 1U);
  EXPECT_EQ(reading.counts.assumed_times, 0U);
}

TEST(SyslogTime, TheZoneIsTheSourcesElseUtc) {
  const std::string line = "2026-07-02T09:14:07 web-1 a: x\n";
  const Reading utc = read(format("syslog"), line);
  EXPECT_EQ(time_of(utc), std::to_string(instant("2026-07-02T09:14:07Z")));
  EXPECT_EQ(utc.rows[0].at("assumed_zone"), "1");
  EXPECT_EQ(utc.counts.assumed_times, 1U);
  const Reading told = read(format("syslog"), line, {}, "Europe/Berlin");
  EXPECT_EQ(time_of(told), std::to_string(instant("2026-07-02T09:14:07+02:00")));
  EXPECT_EQ(told.rows[0].at("assumed_zone"), "0");
  EXPECT_EQ(told.counts.assumed_times, 0U);
  // A zone that does not exist is none.
  EXPECT_EQ(read(format("syslog"), line, {}, "Atlantis/Center").rows[0].at("assumed_zone"), "1");
}

TEST(SyslogTime, AnHourThatExistsTwiceIsTheFirstAndIsMarked) {
  const Reading reading = read(format("syslog"), "Oct 25 02:30:00 web-1 a: x\nOct 25 03:30:00 web-1 a: x\n",
                               instant("2026-10-26T00:00:00Z"), "Europe/Berlin");
  EXPECT_EQ(time_of(reading), std::to_string(instant("2026-10-25T02:30:00+02:00")));
  EXPECT_EQ(reading.rows[0].at("assumed_zone"), "1");
  EXPECT_EQ(reading.rows[1].at("assumed_zone"), "0");
  EXPECT_EQ(reading.counts.assumed_times, 2U);  // the year
}

TEST(SyslogTime, ALocalNewYearMayBeAheadOfTheObjectsOwn) {
  const Reading reading =
      read(format("syslog"), "Jan  1 08:00:00 web-1 a: x\n", instant("2026-12-31T23:30:00Z"), "Asia/Tokyo");
  EXPECT_EQ(time_of(reading), std::to_string(instant("2027-01-01T08:00:00+09:00")));
}

TEST(SyslogDetection, LeavesOtherLogsWithTimesInIsoForm) {
  const auto judge = [](std::string text) {
    text.append(kBlockPaddingBytes, '\0');
    return detect_syslog(std::string_view(text).substr(0, text.size() - kBlockPaddingBytes), true);
  };
  // Exported from CloudWatch Logs, a line of syslog as the message and not.
  EXPECT_EQ(judge("2026-03-02T09:14:07.123Z Mar  2 09:14:07 web-1 sshd[1]: x\n"), Verdict::kNo);
  EXPECT_EQ(judge("2026-03-02T09:14:07.123Z web-1 sshd[1]: x\nMar  2 09:14:07 web-1 sshd[1]: x\n"), Verdict::kNo);
  // A Classic Load Balancer's, and programs' own.
  EXPECT_EQ(judge("2026-03-02T09:14:07.123456Z shop-edge 203.0.113.9:51234 10.2.0.17:80 0.1 0.2 0.3 200 200 0 57 "
                  "\"GET http://shop.example.net:80/ HTTP/1.1\" \"-\" - -\n"),
            Verdict::kNo);
  EXPECT_EQ(judge("2026-03-02T09:14:07.123456Z ERROR shop: failed\n"), Verdict::kNo);
  EXPECT_EQ(judge("2026-03-02T09:14:07.123456Z  INFO shop: started\n"), Verdict::kNo);
  EXPECT_EQ(judge("2026-03-02T09:14:07Z started\n"), Verdict::kNo);
  EXPECT_EQ(judge("2026-03-02T09:14:07.123456Z web-1 sshd[1]: x\n"), Verdict::kYes);
  EXPECT_EQ(judge("Header: x\nMar  2 09:14:07 web-1 sshd[1]: x\n"), Verdict::kYes);
  EXPECT_EQ(judge("Mar  2 09:1"), Verdict::kMaybe);
}

TEST(Syslog, ARecordInsideALineIsBelievedOnlyWhereAllAreWrittenSo) {
  const std::string forged = "<13>Mar  2 09:14:07 web-1 a: x<38>Mar  2 09:14:07 web-1 sshd[1]: y";
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += forged + "\n";
  EXPECT_FALSE(is_run_together(lines));
  EXPECT_EQ(read(format("syslog"), lines).counts.records, 20U);
  std::string together;
  for (int i = 0; i < 20; ++i) together += forged;
  EXPECT_TRUE(is_run_together(together));
  EXPECT_EQ(read(format("syslog"), together).counts.records, 40U);
  EXPECT_EQ(format("syslog").starts_record(together), nullptr);
  EXPECT_NE(format("syslog").starts_record(lines), nullptr);
  // The cut does not matter there, either.
  WholeReader reader(format("syslog"));
  const ReadingOfAll whole = reader.read(together + "\nbelow<13");
  for (std::size_t cut = 1; cut < together.size() + 9; ++cut) {
    ASSERT_EQ(reader.read(together + "\nbelow<13", {cut}).items, whole.items) << cut;
  }
  EXPECT_EQ(whole.counts.rejects, 1U);
  // A message alone, as CloudWatch Logs has it.
  EXPECT_EQ(read(format("syslog"), forged).counts.records, 1U);
}

// Parts that begin where the engine cuts give what the whole gives.
TEST(EveryFormat, PartsBeginAtRecords) {
  for (const SampleFile& sample : sample_files()) {
    if (sample.format->starts_record == nullptr) continue;
    const std::string padded = sample.text + std::string(kBlockPaddingBytes, '\0');
    const std::string_view text = std::string_view(padded).substr(0, sample.text.size());
    const auto starts = sample.format->starts_record(text);
    if (starts == nullptr) continue;
    const std::int64_t modified_us = instant("2026-03-20T00:00:00Z");
    const Reading whole = read(*sample.format, sample.text, modified_us);
    for (std::size_t cut = 1; cut < sample.text.size(); ++cut) {
      if (sample.text[cut - 1] != '\n' || !starts(std::string_view(sample.text).substr(cut))) continue;
      Reading parts = read(*sample.format, text.substr(0, cut), modified_us, "", text);
      const Reading second = read(*sample.format, text.substr(cut), modified_us, "", text);
      parts.rows.insert(parts.rows.end(), second.rows.begin(), second.rows.end());
      parts.rejects.insert(parts.rejects.end(), second.rejects.begin(), second.rejects.end());
      EXPECT_EQ(parts.rows, whole.rows) << sample.name << " cut at " << cut;
      EXPECT_EQ(parts.rejects, whole.rejects) << sample.name << " cut at " << cut;
    }
  }
}

TEST(Syslog, TheLimitIsTheSameHoweverMuchIsShown) {
  const std::string head = "Mar  2 09:14:07 web-1 a: ";
  const std::string behind = "\nMar  2 09:14:08 web-1 a: behind\n";
  for (const std::size_t size :
       {kRecordBytesMax - 66, kRecordBytesMax - 65, kRecordBytesMax - 64, kRecordBytesMax, kRecordBytesMax + 100}) {
    const std::string text = head + std::string(size - head.size(), 'x') + behind;
    const bool fits = size + 1 + kRecordStartBytesMax <= kRecordBytesMax;
    WholeReader reader(format("syslog"), {}, true);
    for (const std::vector<std::size_t>& ends :
         {std::vector<std::size_t>{}, {kRecordBytesMax}, {kRecordBytesMax - 30, kRecordBytesMax + 20}, {size + 10}}) {
      const ReadingOfAll reading = reader.read(text, ends);
      EXPECT_EQ(reading.counts.records, fits ? 2U : 1U) << size;
      EXPECT_EQ(reading.counts.rejects, fits ? 0U : 1U) << size;
    }
  }
}

TEST(AuthRows, AHostTooManyForgetsTheOthers) {
  std::string text = "Mar  2 09:14:07 first sshd[1]: Failed password for root from 198.51.100.7 port 9 ssh2\n";
  std::string others;
  for (std::size_t i = 0; i < kRememberedHostsMax; ++i) others += "Mar  2 09:14:07 h" + std::to_string(i) + " a: x\n";
  const std::string repeated = "Mar  2 09:14:08 first last message repeated 3 times\n";
  EXPECT_EQ(read(format("auth_events"), text + repeated).counts.records, 4U);
  // What is repeated is not known then: a row of its own.
  const Reading forgotten = read(format("auth_events"), text + others + repeated);
  EXPECT_EQ(forgotten.counts.records, 2U);
  EXPECT_EQ(forgotten.rows.at(1).at("message"), "last message repeated 3 times");
  EXPECT_EQ(forgotten.rows.at(1).at("action"), "other");
}

// As many rows of megabytes as a line of some bytes says would take all memory, and remembering it all time.
TEST(AuthRows, AMessageThatIsTooLongIsNotRepeated) {
  const auto message = [](std::size_t bytes) {
    const std::string start = "Failed password for ";
    const std::string end = " from 198.51.100.7 port 9 ssh2";
    return start + std::string(bytes - start.size() - end.size(), 'x') + end;
  };
  const std::string header = "Mar  2 09:14:07 web sshd[1]: ";
  const std::string names = "websshd";
  const std::string repeated = "Mar  2 09:14:08 web last message repeated 3 times\n";
  const std::string longest = header + message(kRepeatedBytesMax - names.size()) + "\n";
  const std::string longer = header + message(kRepeatedBytesMax - names.size() + 1) + "\n";
  const std::string other = header + message(80) + "\n";
  EXPECT_EQ(read(format("auth_events"), longest + repeated).counts.records, 4U);
  const Reading forgotten = read(format("auth_events"), other + longer + repeated);
  EXPECT_EQ(forgotten.counts.records, 3U);
  EXPECT_EQ(forgotten.rows.at(2).at("message"), "last message repeated 3 times");
  for (const auto& [bytes, rows] : {std::pair(kRepeatedBytesMax, 3U), std::pair(kRepeatedBytesMax + 1, 1U)}) {
    const Reading reading =
        read(format("auth_events"), header + "message repeated 3 times: [ " + message(bytes) + "]\n");
    EXPECT_EQ(reading.counts.records, rows);
    // Without a year, each row's time is one.
    EXPECT_EQ(reading.counts.bad_values, rows + (rows == 1U ? 1U : 0U));
  }
}

TEST(AuthMessage, ACommandHidesNothingBehindItsFirstLine) {
  const auto sudo = read_auth_message("sudo", "deploy : TTY=pts/0 ; PWD=/x ; USER=root ; COMMAND=/bin/sh -c true\nid");
  ASSERT_TRUE(sudo);
  EXPECT_EQ(sudo->user_name, "deploy");
  EXPECT_EQ(sudo->target_user, "root");
  EXPECT_EQ(sudo->command, "/bin/sh -c true\nid");
  // A folder's name may have lines, too.
  const auto folder = read_auth_message("sudo", "deploy : TTY=pts/0 ; PWD=/x\ny ; USER=root ; COMMAND=/bin/id");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->target_user, "root");
  EXPECT_EQ(folder->command, "/bin/id");
  const auto pkexec = read_auth_message("pkexec", "deploy: Executing command [USER=root] [COMMAND=/bin/sh\nid]");
  ASSERT_TRUE(pkexec);
  EXPECT_EQ(pkexec->command, "/bin/sh\nid");
}

TEST(AuthMessage, ReadsWhatDaemonsSay) {
  struct Case {
    std::string_view program, message, action, outcome, user, target, ip;
  };
  // "-": nothing is said.
  const Case cases[] = {
      {"sshd", "Accepted key ED25519 SHA256:abc found at /etc/keys:3", "key_accepted", "success", "-", "-", "-"},
      {"sshd", "Failed none for invalid user  from 2001:db8::7 port 9 ssh2", "login_failed", "failure", "", "-",
       "2001:db8::7"},
      {"sshd", "Failed publickey for deploy from 203.0.113.9 port 9  ssh2", "login_failed", "failure", "deploy", "-",
       "203.0.113.9"},
      {"sshd", "Accepted publickey for deploy from gate.example.net port 9 ssh2: RSA aa:bb", "login", "success",
       "deploy", "-", "-"},
      {"sshd", "Disconnecting authenticating user root 203.0.113.9 port 9: Too many authentication failures [preauth]",
       "lockout", "failure", "root", "-", "203.0.113.9"},
      {"sshd",
       "Disconnecting invalid user x 203.0.113.9 port 9: Change of username or service not allowed: (x,y) -> (z "
       "192.0.2.1 port 1,y) [preauth]",
       "disconnect", "unknown", "-", "-", "-"},
      {"sshd", "error: PAM: Authentication failure for illegal user x from 203.0.113.9", "login_failed", "failure", "x",
       "-", "203.0.113.9"},
      {"sshd", "Connection reset by 203.0.113.9 port 9 [preauth]", "disconnect", "unknown", "-", "-", "203.0.113.9"},
      {"sshd", "Received disconnect from 203.0.113.9: 11: Bye", "disconnect", "unknown", "-", "-", "203.0.113.9"},
      {"sshd", "Starting session: shell on pts/0 for deploy from 203.0.113.9 port 9 id 0", "session_open", "success",
       "deploy", "-", "203.0.113.9"},
      {"sshd", "Close session: user deploy from 203.0.113.9 port 9 id 0", "session_close", "success", "deploy", "-",
       "203.0.113.9"},
      {"sshd", "fatal: Access denied for user x by PAM account configuration [preauth]", "login_failed", "failure", "x",
       "-", "-"},
      {"sshd", "Bad protocol version identification 'x from 192.0.2.1 port 1' from 203.0.113.9 port 9", "other",
       "failure", "-", "-", "203.0.113.9"},
      {"sshd(pam_unix)", "session opened for user deploy by (uid=0)", "session_open", "success", "deploy", "-", "-"},
      {"su",
       "pam_unix(su:auth): authentication failure; logname=deploy uid=1001 euid=0 tty=pts/0 ruser=deploy rhost=  "
       "user=root",
       "su", "failure", "deploy", "root", "-"},
      {"su", "FAILED su for root by deploy", "su", "failure", "deploy", "root", "-"},
      {"su", "Successful su for root by deploy", "su", "success", "deploy", "root", "-"},
      {"su", "- /dev/pts/0 deploy:root", "su", "failure", "deploy", "root", "-"},
      {"su", "'su root' failed for deploy on /dev/pts/0", "su", "failure", "deploy", "root", "-"},
      {"su", "BAD SU deploy to root on /dev/ttyp0", "su", "failure", "deploy", "root", "-"},
      {"/usr/bin/sudo", "guest : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id", "sudo",
       "failure", "guest", "root", "-"},
      {"login", "LOGIN ON tty1 BY deploy FROM 203.0.113.9", "login", "success", "deploy", "-", "203.0.113.9"},
      {"login", "ROOT LOGIN ON tty1", "login", "success", "root", "-", "-"},
      {"login", "FAILED LOGIN 1 FROM 203.0.113.9 FOR deploy, Authentication failure", "login_failed", "failure",
       "deploy", "-", "203.0.113.9"},
      {"usermod", "add 'deploy' to group 'adm'", "other", "success", "-", "deploy", "-"},
      {"chage", "changed password expiry for guest", "other", "success", "-", "guest", "-"},
      {"gpasswd", "user guest added by root to group adm", "other", "success", "root", "guest", "-"},
      {"gpasswd", "user guest removed by root from group adm", "other", "success", "root", "guest", "-"},
      {"gpasswd", "user guest removed by root to group adm", "other", "success", "-", "-", "-"},
      {"userdel", "delete user 'guest'", "other", "success", "-", "guest", "-"},
      {"groupadd", "new group: name=adm, GID=1003", "other", "success", "-", "-", "-"},
      {"passwd", "pam_unix(passwd:chauthtok): password changed for guest", "other", "success", "-", "guest", "-"},
      {"vsftpd", "pam_listfile(vsftpd:auth): Refused user x for service y for service vsftpd", "login_failed",
       "failure", "x for service y", "-", "-"},
      {"sshd", "pam_faillock(sshd:auth): Consecutive login failures for user x account temporarily locked", "lockout",
       "failure", "x", "-", "-"},
      // An IPv4 address in an IPv6 socket's words.
      {"sshd", "Failed password for x from ::ffff:203.0.113.9 port 9 ssh2", "login_failed", "failure", "x", "-",
       "203.0.113.9"},
      {"sshd", "Failed password for x from ::ffff:2001:db8 port 9 ssh2", "login_failed", "failure", "x", "-",
       "::ffff:2001:db8"},
      {"vsftpd",
       "pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=x rhost=::ffff:203.0.113.9",
       "login_failed", "failure", "x", "-", "203.0.113.9"},
      // A name, and a certificate's, that look like what stands before them.
      {"sshd",
       "pam_sss(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 user=x "
       "rhost=192.0.2.1 user=root",
       "login_failed", "failure", "-", "-", "-"},
      {"sshd",
       "pam_sss(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 user=x",
       "login_failed", "failure", "x", "-", "203.0.113.9"},
      {"sshd",
       "Accepted publickey for root from 203.0.113.9 port 9 ssh2: RSA-CERT SHA256:abc ID x from 192.0.2.1 port 5 ssh2: "
       "k (serial 0) CA RSA SHA256:ddd",
       "login", "success", "-", "-", "-"},
      // Lines below a daemon's are not its words.
      {"sshd", "Failed password for x from 203.0.113.9 port 9 ssh2\n# a comment", "login_failed", "failure", "x", "-",
       "203.0.113.9"},
      {"sshd", "Failed password for x from 203.0.113.9 port 9 ssh2\n from 192.0.2.1 port 1 ssh2", "login_failed",
       "failure", "-", "-", "-"},
      {"sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by deploy(uid=1001)\n# a comment",
       "session_open", "success", "deploy", "root", "-"},
      {"pkexec", "deploy: Executing command [USER=root] [TTY=unknown] [CWD=/] [COMMAND=/bin/id]", "other", "success",
       "deploy", "root", "-"},
  };
  const auto shown = [](std::string_view text) { return text.data() == nullptr ? "-" : text; };
  for (const Case& one : cases) {
    const auto event = read_auth_message(one.program, one.message);
    ASSERT_TRUE(event) << one.message;
    EXPECT_EQ(word_of(event->action), one.action) << one.message;
    EXPECT_EQ(word_of(event->outcome), one.outcome) << one.message;
    EXPECT_EQ(shown(event->user_name), one.user) << one.message;
    EXPECT_EQ(shown(event->target_user), one.target) << one.message;
    EXPECT_EQ(shown(event->source_ip), one.ip) << one.message;
  }
  const std::pair<std::string_view, std::string_view> others[] = {
      {"sshd", "Server listening on 0.0.0.0 port 22."},
      {"kernel", "Accepted password for root from 203.0.113.9 port 9 ssh2"},
      {"systemd-logind", "New seat seat0."},
      {"sudo", "unable to resolve host web-1"},
      {"sudo", "deploy : (command continued) /bin/id"},
      {"CRON", "(root) CMD (true)"},
      {"sshd", ""},
      {"", ""},
  };
  for (const auto& [program, message] : others) EXPECT_FALSE(read_auth_message(program, message)) << message;
}

// --- what others say ---

fs::path shared(const fs::path& path) { return fs::path(OTOMO_ROOT).parent_path() / "shared/data" / path; }

#define READ_SHARED(text, path)                                                 \
  if (!fs::exists(shared(path))) GTEST_SKIP() << shared(path) << " is missing"; \
  const std::string text = read_file(shared(path))

// Vector's documentation: `source` calls the function with the line, `return` is what it gives.
struct Documented {
  std::string line;
  simdjson::dom::element result;
};

std::string text_of(const simdjson::dom::element& element) {
  if (element.is_int64()) return std::to_string(std::int64_t(element));
  return std::string(std::string_view(element));
}

Documented documented(simdjson::dom::parser& parser, const std::string& json) {
  const simdjson::dom::element example = parser.parse(json)["examples"].at(0);
  const std::string source = text_of(example["source"]);
  const std::size_t begin = source.find("s'") + 2;
  return {source.substr(begin, source.rfind('\'') - begin), example["return"]};
}

void expect_documented(const Documented& one, const std::map<std::string, std::string>& row) {
  EXPECT_EQ(row.at("host"), text_of(one.result["hostname"]));
  EXPECT_EQ(row.at("program"), text_of(one.result["appname"]));
  EXPECT_EQ(row.at("pid"), text_of(one.result["procid"]));
  EXPECT_EQ(row.at("message"), text_of(one.result["message"]));
  EXPECT_EQ(row.at("event_time"), std::to_string(instant(text_of(one.result["timestamp"]))));
}

TEST(SyslogOfOthers, VectorsDocumentedSyslog) {
  READ_SHARED(json, "vrl/docs/generated/parse_syslog.json");
  simdjson::dom::parser parser;
  const Documented one = documented(parser, json);
  const Reading reading = read(format("syslog"), one.line);
  ASSERT_EQ(reading.rows.size(), 1U);
  const auto& row = reading.rows[0];
  expect_documented(one, row);
  EXPECT_EQ(row.at("facility"), text_of(one.result["facility"]));
  EXPECT_EQ(row.at("severity"), text_of(one.result["severity"]));
  simdjson::dom::parser app_parser;
  const simdjson::dom::element app_data = app_parser.parse(row.at("app_data"));
  EXPECT_EQ(text_of(app_data["msgid"]), text_of(one.result["msgid"]));
  std::size_t elements = 0;
  for (const auto& [key, value] : simdjson::dom::object(one.result)) {
    if (!value.is_object()) continue;
    ++elements;
    EXPECT_EQ(simdjson::minify(app_data[key]).size(), simdjson::minify(value).size());
    for (const auto& [name, parameter] : simdjson::dom::object(value)) {
      EXPECT_EQ(text_of(app_data[key][name]), text_of(parameter));
    }
  }
  EXPECT_EQ(elements, 1U);
}

TEST(SyslogOfOthers, VectorsDocumentedLinuxAuthorization) {
  READ_SHARED(json, "vrl/docs/generated/parse_linux_authorization.json");
  simdjson::dom::parser parser;
  const Documented one = documented(parser, json);
  // The documentation was made in the year that it shows.
  const std::int64_t made = instant(text_of(one.result["timestamp"]));
  const Reading reading = read(format("syslog"), one.line, made + 86'400'000'000LL);
  ASSERT_EQ(reading.rows.size(), 1U);
  expect_documented(one, reading.rows[0]);
  const Reading events = read(format("auth_events"), one.line, made);
  ASSERT_EQ(events.rows.size(), 1U);
  EXPECT_EQ(events.rows[0].at("action"), "login");
}

struct Expected {
  const char* path;
  std::size_t records;
  std::size_t rejects;
};

// Records as one counts them by eye. Rejects: a month "MMM", and header lines above the first
// record.
TEST(SyslogOfOthers, PlasosAndLnavsFiles) {
  const Expected files[] = {
      {"plaso/test_data/syslog/syslog", 16, 1},
      {"plaso/test_data/syslog/syslog_chromeos", 8, 0},
      {"plaso/test_data/syslog/syslog_cron.log", 9, 0},
      {"plaso/test_data/syslog/syslog_osx", 2, 0},
      {"plaso/test_data/syslog/syslog_rsyslog", 5, 0},
      {"plaso/test_data/syslog/syslog_rsyslog_ForwardFormat", 9, 0},
      {"plaso/test_data/syslog/syslog_rsyslog_SysklogdFileFormat", 9, 0},
      {"plaso/test_data/syslog/syslog_rsyslog_SyslogProtocol23Format", 9, 0},
      {"plaso/test_data/syslog/syslog_rsyslog_TraditionalForwardFormat", 9, 0},
      {"plaso/test_data/syslog/syslog_rsyslog_traditional", 8, 0},
      {"plaso/test_data/syslog/syslog_ssh.log", 9, 0},
      {"lnav/test/logfile_bad_syslog.0", 4, 0},
      {"lnav/test/logfile_syslog.0", 4, 0},
      {"lnav/test/logfile_syslog.1", 4, 0},
      {"lnav/test/logfile_syslog.2", 3, 0},
      {"lnav/test/logfile_syslog.3", 7, 0},
      {"lnav/test/logfile_syslog_fr.0", 1, 0},
      {"lnav/test/logfile_syslog_with_access_log.0", 5, 0},
      {"lnav/test/logfile_syslog_with_header.0", 4, 1},
      {"lnav/test/logfile_syslog_with_mixed_times.0", 13, 0},
  };
  const Registry registry;
  for (const Expected& file : files) {
    READ_SHARED(text, file.path);
    std::string padded = text;
    padded.append(kBlockPaddingBytes, '\0');
    EXPECT_EQ(registry.detect("", std::string_view(padded).substr(0, text.size()), true), &format("syslog"))
        << file.path;
    const Reading reading = read(format("syslog"), text, instant("2026-01-01T00:00:00Z"));
    EXPECT_EQ(reading.counts.records, file.records) << file.path;
    EXPECT_EQ(reading.counts.rejects, file.rejects) << file.path;
    EXPECT_EQ(reading.counts.bad_values, 0U) << file.path;
    const Reading events = read(format("auth_events"), text, instant("2026-01-01T00:00:00Z"));
    EXPECT_EQ(events.counts.rejects, file.rejects) << file.path;
  }
}

TEST(SyslogOfOthers, LnavsJournal) {
  READ_SHARED(text, "lnav/test/logfile_journald.json");
  const Reading reading = read(format("journald"), text);
  EXPECT_EQ(reading.counts.records, 2U);
  EXPECT_EQ(reading.counts.rejects, 0U);
  EXPECT_EQ(reading.counts.bad_values, 0U);
  EXPECT_EQ(reading.rows[0].at("severity"), "alert");
  EXPECT_EQ(reading.rows[0].at("facility"), "daemon");
}

std::size_t lines_with(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(SyslogOfOthers, MasterParsersLoginStories) {
  const fs::path folder = shared("MasterParser");
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is missing";
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || !(name.starts_with("Auth.Log") || name.ends_with("auth.log"))) continue;
    ++files;
    const std::string text = read_file(entry.path());
    const Reading reading = read(format("syslog"), text, instant("2026-01-01T00:00:00Z"));
    EXPECT_EQ(reading.counts.rejects, 0U) << name;
    const Reading events = read(format("auth_events"), text, instant("2026-01-01T00:00:00Z"));
    std::map<std::string, std::size_t> actions;
    std::size_t passwords_failed = 0;
    for (const auto& row : events.rows) {
      ++actions[row.at("action")];
      if (row.at("action") == "login_failed" && row.at("message").starts_with("Failed password")) ++passwords_failed;
    }
    EXPECT_EQ(actions["login"], lines_with(text, "]: Accepted ")) << name;
    EXPECT_EQ(passwords_failed, lines_with(text, "]: Failed password ")) << name;
    EXPECT_EQ(actions["session_open"],
              lines_with(text, "session opened for user") + lines_with(text, "]: New session "))
        << name;
    EXPECT_EQ(actions["sudo"], lines_with(text, "; COMMAND=") + lines_with(text, "(sudo:auth): authentication failure"))
        << name;
    EXPECT_EQ(actions["invalid_user"],
              lines_with(text, "]: Invalid user ") + lines_with(text, "check pass; user unknown"))
        << name;
  }
  EXPECT_EQ(files, 5U);
}

TEST(SyslogOfOthers, SplunksLinuxSecure) {
  READ_SHARED(yaml, "splunk-security_content/data_sources/linux_secure.yml");
  // The example is a quoted text that goes on, indented, in the next line.
  const std::size_t begin = yaml.find("example_log: '");
  ASSERT_NE(begin, std::string::npos);
  std::string line = yaml.substr(begin + 14, yaml.find('\'', begin + 14) - begin - 14);
  if (const std::size_t fold = line.find("\n  "); fold != std::string::npos) line.replace(fold, 3, " ");
  const Reading events = read(format("auth_events"), line, instant("2024-07-18T00:00:00Z"));
  ASSERT_EQ(events.rows.size(), 1U);
  const auto& row = events.rows[0];
  EXPECT_EQ(row.at("action"), "login");
  EXPECT_EQ(row.at("auth_method"), "password");
  EXPECT_NE(line.find(" for " + row.at("user_name") + " from " + row.at("source_ip") + " port " +
                      row.at("source_port") + " "),
            std::string::npos);
}

}  // namespace
}  // namespace otomo::formats
