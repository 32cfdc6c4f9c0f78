// SPDX-License-Identifier: Apache-2.0
//
// What a daemon's message says about a login or a privilege: sshd, PAM, sudo, su, login, systemd-logind and the tools
// that change accounts. Knows nothing of lines, times and tables. Pure; any thread.
//
// User names are text that an attacker chose: "x from 203.0.113.9 port 22 ssh2" is a name that sshd prints as it is, so
//   Failed password for invalid user x from 203.0.113.9 port 22 ssh2 from 198.51.100.7 port 9 ssh2
// came from 198.51.100.7. Whatever stands behind a name is therefore looked for from the message's end, where only the
// daemon writes, and must have its whole form up to the end. What does not, as in a message that was cut, is NULL:
// nothing is read out of what may be the name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace otomo::formats {

enum class AuthAction : std::uint8_t {
  kLogin,
  kLogout,
  kLoginFailed,
  kInvalidUser,
  kSudo,
  kSu,
  kSessionOpen,
  kSessionClose,
  kKeyAccepted,
  kDisconnect,
  kLockout,
  kOther,
};
std::string_view word_of(AuthAction action);

enum class AuthOutcome : std::uint8_t { kSuccess, kFailure, kUnknown };
std::string_view word_of(AuthOutcome outcome);

// Views into the message; data() == nullptr: it does not say. A name may be empty.
struct AuthEvent {
  AuthAction action = AuthAction::kOther;
  AuthOutcome outcome = AuthOutcome::kUnknown;
  std::string_view user_name;    // who acts or tries to
  std::string_view target_user;  // who is acted on, or as
  std::string_view source_ip;    // an address; host names stay in the message
  std::string_view source_port;
  std::string_view auth_method;
  std::string_view key_fingerprint;
  std::string_view tty;
  std::string_view command;
};

// nullopt: the message is about something else.
std::optional<AuthEvent> read_auth_message(std::string_view program, std::string_view message);

// A message that stands for others.
struct Repetition {
  std::uint64_t times = 0;
  std::string_view message;  // data() == nullptr: the host's last message before this one
};
// "message repeated 5 times: [ TEXT]" (rsyslog), "last message repeated 5 times" (others, dashes around it or not).
std::optional<Repetition> read_repetition(std::string_view message);

}  // namespace otomo::formats
