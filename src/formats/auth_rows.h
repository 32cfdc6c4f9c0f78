// SPDX-License-Identifier: Apache-2.0
//
// The table `auth_events`, filled from host records wherever they stand: a row for each that is about a login or a
// privilege, and for a message that stands for several as many as it stands for. One per reader and thread; an object's
// records must be shown in their order.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "formats/auth_message.h"
#include "formats/host_record.h"

namespace otomo::formats {

namespace auth_log {

enum ColumnIndex : std::size_t {
  kHost,
  kProgram,
  kPid,
  kAction,
  kOutcome,
  kUserName,
  kTargetUser,
  kSourceIp,
  kSourcePort,
  kAuthMethod,
  kKeyFingerprint,
  kTty,
  kCommand,
  kMessage,
  kColumnCount,
};

inline constexpr ColumnSpec kColumns[] = {
    {"host"},        {"program"},         {"pid", Type::kInteger},
    {"action"},      {"outcome"},         {"user_name"},
    {"target_user"}, {"source_ip"},       {"source_port", Type::kInteger},
    {"auth_method"}, {"key_fingerprint"}, {"tty"},
    {"command"},     {"message"},
};
static_assert(std::size(kColumns) == kColumnCount);

}  // namespace auth_log

// A message that says to stand for more is read as one, and told as a bad value: nobody waits so long to say it.
inline constexpr std::uint64_t kRepetitionsMax = 10'000;
// The same for a message that stands for several and is longer, and one that "last message repeated" could mean is
// forgotten, with its host and program: rsyslog takes 8 KiB unless told otherwise, and a short line must not stand for
// megabytes.
inline constexpr std::size_t kRepeatedBytesMax = 16 * 1024;
// Hosts whose last message is remembered; behind more, all are forgotten.
inline constexpr std::size_t kRememberedHostsMax = 1'024;

class AuthRows {
 public:
  // Another object, or another part of one.
  void restart();
  // Makes the record's rows; a repetition of a message that is not known is a row of its own. False: the batch is full
  // before all of them are made; the record is shown again.
  bool put(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch);

 private:
  // A host's last message, where it gave a row.
  struct Remembered {
    bool is_event = false;
    std::string program;
    std::string message;
    std::optional<std::int64_t> pid;
  };

  void forget();
  void remember(const HostRecord& record, bool is_event);
  bool put_rows(const HostRecord& record, const AuthEvent& event, std::uint64_t times, std::string_view raw,
                std::uint64_t offset, Batch& batch);

  std::uint64_t told_ = 0;  // rows of the record at hand that an earlier batch has
  std::map<std::string, Remembered, std::less<>> last_of_host_;
  Remembered* last_ = nullptr;  // of the last record, whatever its host
};

}  // namespace otomo::formats
