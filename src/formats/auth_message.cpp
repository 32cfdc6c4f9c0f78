// SPDX-License-Identifier: Apache-2.0
//
// One function per program, each tried in turn with the phrases that the program has; the phrases are those of OpenSSH
// 9.8 (auth.c, auth2.c, packet.c, monitor.c), Linux-PAM 1.6, sudo 1.9.15, shadow 4.15 and util-linux 2.40, and of what
// was seen from older ones (read April 2026).
#include "formats/auth_message.h"

#include <algorithm>
#include <array>

#include "formats/lines.h"

namespace otomo::formats {

namespace {

using Text = std::string_view;
constexpr std::size_t kNowhere = Text::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(Text text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

bool take_prefix(Text& text, Text prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(Text& text, Text suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

Text without_spaces(Text text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

// The text before the next space, which is taken off with it.
Text take_word(Text& text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  const Text word = text.substr(0, space);
  text.remove_prefix(std::min(space + 1, text.size()));
  return word;
}

Text without_quotes(Text text) {
  if (text.size() >= 2 && text.front() == text.back() && (text.front() == '\'' || text.front() == '"')) {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

bool is_address(Text text) {
  const auto fits = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':'; };
  // An IPv6 address may name its interface, and an IPv4 address hide in it.
  const Text number = text.substr(0, text.find('%'));
  const bool has_colon = number.contains(':');
  const bool has_dot = number.contains('.');
  return (has_colon || has_dot) && std::all_of(number.begin(), number.end(),
                                               [&](char c) { return c == '.' || (has_colon ? fits(c) : is_digit(c)); });
}

struct Source {
  Text host;
  Text port;
};

// A daemon that listens on IPv6 alone writes IPv4 addresses as "::ffff:192.0.2.7".
Text without_mapping(Text address) {
  constexpr Text kMapped = "::ffff:";
  const Text mapped = address.substr(std::min(kMapped.size(), address.size()));
  return address.starts_with(kMapped) && is_address(mapped) && !mapped.contains(':') ? mapped : address;
}

void put_source(const Source& source, AuthEvent& event) {
  if (is_address(source.host)) event.source_ip = without_mapping(source.host);
  if (is_number(source.port)) event.source_port = source.port;
}

// "HOST port N", and nothing else.
std::optional<Source> source_of(Text text) {
  Source source{take_word(text), {}};
  if (source.host.empty()) return {};
  if (text.empty()) return source;
  if (!take_prefix(text, "port ") || !is_number(text)) return {};
  source.port = text;
  return source;
}

// "NAME from HOST port N", to the end.
bool read_name_from(Text text, Text& name, AuthEvent& event) {
  const std::size_t from = text.starts_with("from ") && text.find(" from ") == kNowhere ? 0 : text.rfind(" from ");
  if (from == kNowhere) return false;
  const auto source = source_of(text.substr(from + (text[from] == ' ' ? 6 : 5)));
  if (!source) return false;
  name = text.substr(0, from);
  put_source(*source, event);
  return true;
}

// "NAME HOST port N", to the end; or "HOST port N" alone, with a host that is an address.
bool read_name_and_source(Text text, bool has_name, Text& name, AuthEvent& event) {
  const std::size_t port = text.rfind(" port ");
  if (port == kNowhere || !is_number(text.substr(port + 6))) {
    // Old ones say no port.
    if (has_name || !is_address(text)) return false;
    put_source({text, {}}, event);
    return true;
  }
  if (port == 0) return false;
  const std::size_t space = text.rfind(' ', port - 1);
  if ((space == kNowhere) == has_name) return false;
  const std::size_t host = has_name ? space + 1 : 0;
  name = has_name ? text.substr(0, space) : Text{};
  put_source({text.substr(host, port - host), text.substr(port + 6)}, event);
  return true;
}

// sshd's "[invalid |illegal ]user " before a name that no account has.
bool take_invalid_user(Text& text) { return take_prefix(text, "invalid user ") || take_prefix(text, "illegal user "); }

// "SHA256:…" or "aa:bb:…" behind the key's type, "RSA-CERT SHA256:… ID … CA RSA SHA256:…" for a certificate.
Text fingerprint_of(Text key) {
  take_word(key);
  const Text fingerprint = take_word(key);
  return fingerprint.contains(':') ? fingerprint : Text{};
}

// "METHOD for NAME from HOST port N[ ssh2][: KEY]": what sshd says of each attempt.
void read_attempt(Text text, AuthEvent& event) {
  const std::size_t method_end = text.find(" for ");
  if (method_end == kNowhere || text.substr(0, method_end).contains(' ')) return;
  event.auth_method = text.substr(0, method_end);
  text.remove_prefix(method_end + 5);
  take_invalid_user(text);
  const std::size_t from = text.rfind(" from ");
  if (from == kNowhere) return;
  Text rest = text.substr(from + 6);
  const Text host = take_word(rest);
  if (!take_prefix(rest, "port ")) return;
  const Text port = take_word(rest);
  rest = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
  Text key;
  if (!rest.empty()) {
    if (!take_prefix(rest, "ssh2") && !take_prefix(rest, "ssh1") && !take_prefix(rest, "ssh")) return;
    if (take_prefix(rest, ": ")) {
      // A certificate's name may say anything, as the user's may: where either looks like a source, neither is
      // believed.
      if (text.find(" from ") != from) return;
      key = rest;
    } else if (!without_spaces(rest).empty()) {
      return;
    }
  }
  if (!is_number(port)) return;
  event.user_name = text.substr(0, from);
  put_source({host, port}, event);
  if (!key.empty()) event.key_fingerprint = fingerprint_of(key);
}

// "[authenticating user NAME |invalid user NAME |user NAME ]HOST port N".
void read_peer(Text text, AuthEvent& event) {
  const bool has_name =
      take_prefix(text, "authenticating user ") || take_invalid_user(text) || take_prefix(text, "user ");
  read_name_and_source(text, has_name, event.user_name, event);
}

AuthEvent make(AuthAction action, AuthOutcome outcome) {
  AuthEvent event;
  event.action = action;
  event.outcome = outcome;
  return event;
}

std::optional<AuthEvent> read_sshd(Text text) {
  constexpr auto kSuccess = AuthOutcome::kSuccess;
  constexpr auto kFailure = AuthOutcome::kFailure;
  constexpr auto kUnknown = AuthOutcome::kUnknown;
  take_suffix(text, " [preauth]");
  take_suffix(text, " [postauth]");
  take_prefix(text, "error: ");
  take_prefix(text, "fatal: ");

  if (take_prefix(text, "Accepted key ")) {
    // "Accepted key ED25519 SHA256:… found at FILE:LINE"
    AuthEvent event = make(AuthAction::kKeyAccepted, kSuccess);
    event.auth_method = "publickey";
    event.key_fingerprint = fingerprint_of(text);
    return event;
  }
  if (take_prefix(text, "Accepted ")) {
    AuthEvent event = make(AuthAction::kLogin, kSuccess);
    read_attempt(text, event);
    return event;
  }
  if (take_prefix(text, "Failed ")) {
    AuthEvent event = make(AuthAction::kLoginFailed, kFailure);
    read_attempt(text, event);
    return event.auth_method.data() == nullptr ? std::nullopt : std::optional(event);
  }
  if (take_prefix(text, "Postponed ") || take_prefix(text, "Partial ")) {
    AuthEvent event = make(AuthAction::kOther, kUnknown);
    read_attempt(text, event);
    return event;
  }
  if (take_prefix(text, "Invalid user ") || take_prefix(text, "Illegal user ")) {
    AuthEvent event = make(AuthAction::kInvalidUser, kFailure);
    read_name_from(text, event.user_name, event);
    return event;
  }
  if (take_prefix(text, "input_userauth_request: invalid user ")) {
    AuthEvent event = make(AuthAction::kOther, kFailure);
    event.user_name = text;
    return event;
  }
  if (take_prefix(text, "maximum authentication attempts exceeded for ")) {
    AuthEvent event = make(AuthAction::kLockout, kFailure);
    take_invalid_user(text);
    if (take_suffix(text, " ssh2")) read_name_from(text, event.user_name, event);
    return event;
  }
  if (take_prefix(text, "Connection closed by ") || take_prefix(text, "Connection reset by ") ||
      take_prefix(text, "Disconnected from ")) {
    AuthEvent event = make(AuthAction::kDisconnect, kUnknown);
    read_peer(text, event);
    return event;
  }
  if (take_prefix(text, "Disconnecting")) {
    AuthEvent event = make(AuthAction::kDisconnect, kUnknown);
    // Other reasons hold names that the client has sent; old ones put the name behind the reason.
    if (text.starts_with(": Too many authentication failures")) {
      event.action = AuthAction::kLockout;
      event.outcome = kFailure;
      if (take_prefix(text, ": Too many authentication failures for ")) event.user_name = text;
    } else if (take_suffix(text, ": Too many authentication failures")) {
      event.action = AuthAction::kLockout;
      event.outcome = kFailure;
      if (take_prefix(text, " ")) read_peer(text, event);
    }
    return event;
  }
  if (take_prefix(text, "Received disconnect from ")) {
    // The peer's own words come last; what stands before them is sshd's.
    AuthEvent event = make(AuthAction::kDisconnect, kUnknown);
    Text host = take_word(text);
    if (take_prefix(text, "port ")) {
      event.source_port = text.substr(0, std::min(text.find(':'), text.size()));
      if (!is_number(event.source_port)) event.source_port = {};
    } else {
      take_suffix(host, ":");
    }
    put_source({host, event.source_port}, event);
    return event;
  }
  if (take_prefix(text, "Connection from ")) {
    AuthEvent event = make(AuthAction::kOther, kUnknown);
    const Text host = take_word(text);
    if (take_prefix(text, "port ")) put_source({host, take_word(text)}, event);
    return event;
  }
  if (take_prefix(text, "Did not receive identification string from ") ||
      take_prefix(text, "Timeout before authentication for ") || take_prefix(text, "Unable to negotiate with ")) {
    AuthEvent event = make(AuthAction::kOther, kFailure);
    take_prefix(text, "connection from ");
    Text host = take_word(text);
    take_suffix(host, ":");
    take_suffix(host, ",");
    Text port = take_prefix(text, "port ") ? take_word(text) : Text{};
    take_suffix(port, ":");
    put_source({host, port}, event);
    return event;
  }
  if (take_prefix(text, "Bad protocol version identification ")) {
    AuthEvent event = make(AuthAction::kOther, kFailure);
    Text sent;
    read_name_from(text, sent, event);
    return event;
  }
  if (take_prefix(text, "User ")) {
    // "User NAME from HOST not allowed because …": the reasons are sshd's own.
    const std::size_t reason = text.rfind(" not allowed because ");
    if (reason == kNowhere) return {};
    AuthEvent event = make(AuthAction::kLoginFailed, kFailure);
    read_name_from(text.substr(0, reason), event.user_name, event);
    return event;
  }
  if (take_prefix(text, "Access denied for user ")) {
    AuthEvent event = make(AuthAction::kLoginFailed, kFailure);
    if (take_suffix(text, " by PAM account configuration")) event.user_name = text;
    return event;
  }
  if (take_prefix(text, "ROOT LOGIN REFUSED FROM ")) {
    AuthEvent event = make(AuthAction::kLoginFailed, kFailure);
    event.user_name = "root";
    if (const auto source = source_of(text)) put_source(*source, event);
    return event;
  }
  if (text.starts_with("PAM: ")) {
    // "PAM: Authentication failure for [illegal user ]NAME from HOST"
    const std::size_t name = text.find(" for ");
    if (name == kNowhere) return {};
    AuthEvent event = make(AuthAction::kLoginFailed, kFailure);
    event.auth_method = "keyboard-interactive/pam";
    text.remove_prefix(name + 5);
    take_invalid_user(text);
    read_name_from(text, event.user_name, event);
    return event;
  }
  if (take_prefix(text, "Starting session: ")) {
    // "Starting session: shell on pts/0 for NAME from HOST port N id 0"
    AuthEvent event = make(AuthAction::kSessionOpen, kSuccess);
    const std::size_t id = text.rfind(" id ");
    const std::size_t name = text.find(" for ");
    if (id == kNowhere || name == kNowhere || name > id || !is_number(text.substr(id + 4))) return event;
    read_name_from(text.substr(name + 5, id - name - 5), event.user_name, event);
    if (const std::size_t tty = text.find(" on "); tty < name) event.tty = text.substr(tty + 4, name - tty - 4);
    return event;
  }
  if (take_prefix(text, "Close session: user ")) {
    AuthEvent event = make(AuthAction::kSessionClose, kSuccess);
    const std::size_t id = text.rfind(" id ");
    if (id != kNowhere && is_number(text.substr(id + 4))) read_name_from(text.substr(0, id), event.user_name, event);
    return event;
  }
  if (take_suffix(text, " failed - POSSIBLE BREAK-IN ATTEMPT!")) {
    // "reverse mapping checking getaddrinfo for NAME [ADDRESS] failed …": the name is whatever the peer's zone says.
    AuthEvent event = make(AuthAction::kOther, kUnknown);
    const std::size_t open = text.rfind('[');
    if (open != kNowhere && text.ends_with(']')) put_source({text.substr(open + 1, text.size() - open - 2), {}}, event);
    return event;
  }
  if (text.starts_with("Address ") && text.ends_with("POSSIBLE BREAK-IN ATTEMPT!")) {
    AuthEvent event = make(AuthAction::kOther, kUnknown);
    take_word(text);
    put_source({take_word(text), {}}, event);
    return event;
  }
  if (text.starts_with("Authentication refused: ")) return make(AuthAction::kLoginFailed, kFailure);
  if (text.starts_with("PAM service(sshd) ignoring max retries")) return make(AuthAction::kOther, kFailure);
  return {};
}

// --- PAM ---

// Services that act for one account as another: who calls is the user, and whom they call the target.
bool changes_user(Text service) {
  static constexpr Text kServices[] = {"sudo", "sudo-i", "su", "su-l", "runuser", "runuser-l", "polkit-1", "doas"};
  return std::find(std::begin(kServices), std::end(kServices), service) != std::end(kServices);
}

AuthAction action_of_service(Text service) {
  if (service.starts_with("sudo")) return AuthAction::kSudo;
  return service.starts_with("su") ? AuthAction::kSu : AuthAction::kLoginFailed;
}

// "name(uid=1000)" without its number.
Text without_uid(Text name) {
  const std::size_t open = name.rfind("(uid=");
  return open != kNowhere && name.ends_with(')') ? name.substr(0, open) : name;
}

// "…; logname=L uid=N euid=N tty=T ruser=R rhost=H[  user=U]". R is what an FTP client sent, and H a name of the peer's
// own zone without spaces: the end is read first.
void read_failure(Text service, Text text, AuthEvent& event) {
  const std::size_t remote_host = text.rfind(" rhost=");
  const std::size_t remote_user = text.find(" ruser=");
  if (remote_host == kNowhere || remote_user == kNowhere || remote_user > remote_host) return;
  // But pam_sss writes " user=" behind any host, with one space, and a name that no account need have.
  Text rest = text.substr(text.find(" rhost=") + 7);
  take_word(rest);
  if (rest.starts_with("user=") && rest.contains(" rhost=")) return;
  rest = text.substr(remote_host + 7);
  const Text host = take_word(rest);
  Text user;
  rest = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
  if (take_prefix(rest, "user=")) {
    user = rest;
  } else if (!rest.empty()) {
    return;
  }
  put_source({host, {}}, event);
  const std::size_t tty = text.find(" tty=");
  if (tty != kNowhere && tty < remote_user && remote_user > tty + 5) {
    event.tty = text.substr(tty + 5, remote_user - tty - 5);
  }
  const Text caller = text.substr(remote_user + 7, remote_host - remote_user - 7);
  if (changes_user(service)) {
    if (!caller.empty()) event.user_name = caller;
    if (!user.empty()) event.target_user = user;
    if (service.starts_with("sudo")) event.target_user = {};  // sudo asks for the caller's own password
  } else if (!user.empty()) {
    event.user_name = user;
  } else if (!caller.empty()) {
    event.user_name = caller;
  }
}

// What a module says, for the service that uses it.
std::optional<AuthEvent> read_pam_text(Text service, Text text) {
  const auto failure = [&](AuthAction action) { return make(action, AuthOutcome::kFailure); };
  if (take_prefix(text, "session opened for user ")) {
    AuthEvent event = make(AuthAction::kSessionOpen, AuthOutcome::kSuccess);
    const std::size_t by = text.rfind(" by ");
    const Text user = without_uid(text.substr(0, by));
    const Text caller = by == kNowhere ? Text{} : without_uid(text.substr(by + 4));
    if (changes_user(service)) {
      if (!caller.empty()) event.user_name = caller;
      event.target_user = user;
    } else {
      event.user_name = user;
    }
    return event;
  }
  if (take_prefix(text, "session closed for user ")) {
    AuthEvent event = make(AuthAction::kSessionClose, AuthOutcome::kSuccess);
    (changes_user(service) ? event.target_user : event.user_name) = text;
    return event;
  }
  if (text.starts_with("authentication failure;")) {
    AuthEvent event = failure(action_of_service(service));
    read_failure(service, text, event);
    return event;
  }
  if (text.starts_with("check pass; user unknown") || text.starts_with("bad username")) {
    return failure(AuthAction::kInvalidUser);
  }
  if (take_prefix(text, "password changed for ")) {
    AuthEvent event = make(AuthAction::kOther, AuthOutcome::kSuccess);
    event.target_user = text;
    return event;
  }
  if (take_prefix(text, "Refused user ")) {
    AuthEvent event = failure(AuthAction::kLoginFailed);
    if (const std::size_t name_end = text.rfind(" for service "); name_end != kNowhere) {
      event.user_name = text.substr(0, name_end);
    }
    return event;
  }
  if (take_prefix(text, "Consecutive login failures for user ")) {
    AuthEvent event = failure(AuthAction::kLockout);
    if (take_suffix(text, " account temporarily locked")) event.user_name = text;
    return event;
  }
  if (text.starts_with("user ") && text.contains(" tally ") && text.contains(", deny ")) {
    // "user NAME (1000) tally 5, deny 3"
    AuthEvent event = failure(AuthAction::kLockout);
    const std::size_t open = text.rfind(" (");
    if (open != kNowhere && open >= 5) event.user_name = text.substr(5, open - 5);
    return event;
  }
  if (take_prefix(text, "account ")) {
    const std::size_t name_end = text.find(" has expired");
    if (name_end == kNowhere) return {};
    AuthEvent event = failure(AuthAction::kLoginFailed);
    event.user_name = text.substr(0, name_end);
    return event;
  }
  if (text.starts_with("requirement ") && text.ends_with('"')) {
    // pam_succeed_if: requirement "uid >= 1000" not met by user "NAME"
    constexpr Text kBeforeName = " not met by user \"";
    const std::size_t name = text.find(kBeforeName);
    if (name == kNowhere) return {};
    AuthEvent event = failure(AuthAction::kOther);
    const std::size_t begin = name + kBeforeName.size();
    event.user_name = text.substr(begin, text.size() - 1 - begin);
    return event;
  }
  if (text.starts_with("conversation failed")) return failure(AuthAction::kOther);
  if (take_prefix(text, "auth could not identify password for [")) {
    AuthEvent event = failure(AuthAction::kOther);
    if (take_suffix(text, "]")) event.user_name = text;
    return event;
  }
  return {};
}

// "pam_unix(sshd:auth): text", in the messages of any program.
std::optional<AuthEvent> read_pam(Text text) {
  const std::size_t close = text.find("): ");
  const std::size_t open = text.find('(');
  if (close == kNowhere || open > close) return {};
  const Text place = text.substr(open + 1, close - open - 1);
  return read_pam_text(place.substr(0, place.find(':')), text.substr(close + 3));
}

// "PAM 2 more authentication failures; logname= …", with or without a module before it.
std::optional<AuthEvent> read_more_failures(Text program, Text text) {
  if (!take_prefix(text, "PAM ")) return {};
  if (!is_number(take_word(text)) || !text.starts_with("more authentication failure")) return {};
  AuthEvent event = make(AuthAction::kLoginFailed, AuthOutcome::kFailure);
  read_failure(program, text, event);
  return event;
}

// --- sudo, su, login ---

// The value of "KEY=" in "… ; KEY=value ; …", up to `until` or, if that is empty, to the end: where the key stands
// once. What users chose, a folder's name or a variable among them, may look like another field; a key that stands
// twice is believed nowhere.
Text sudo_field(Text text, Text key, Text until) {
  const std::size_t place = text.find(key);
  if (place == kNowhere || text.find(key, place + key.size()) != kNowhere) return {};
  const std::size_t begin = place + key.size();
  const std::size_t end = until.empty() ? kNowhere : text.find(until, begin);
  return text.substr(begin, end == kNowhere ? end : end - begin);
}

// "NAME : [problem ; ][HOST=…]TTY=pts/0 ; PWD=/home ; USER=root ; [GROUP= ; ][TSID= ; ][ENV= ; ]COMMAND=/bin/id"
std::optional<AuthEvent> read_sudo(Text text) {
  text = text.substr(std::min(text.find_first_not_of(' '), text.size()));
  const std::size_t colon = text.find(" : ");
  if (colon == kNowhere) return {};
  const Text name = without_spaces(text.substr(0, colon));
  const Text fields = text.substr(colon + 1);  // with the colon, so that each field has its separator before it
  if (name.contains(' ') || fields.starts_with(": (command continued)")) return {};
  constexpr std::array<Text, 4> kFirst = {": TTY=", ": PWD=", ": HOST=", ": USER="};
  const bool in_order =
      std::any_of(kFirst.begin(), kFirst.end(), [&](Text field) { return fields.starts_with(field); });
  const bool has_fields = fields.contains(" ; USER=") || fields.contains(" ; PWD=") || fields.contains(" ; COMMAND=");
  if (!in_order && !has_fields) return {};
  AuthEvent event = make(AuthAction::kSudo, in_order ? AuthOutcome::kSuccess : AuthOutcome::kFailure);
  event.user_name = name;
  event.tty = sudo_field(fields, " TTY=", " ; ");
  event.target_user = sudo_field(fields, "; USER=", " ; ");
  // Of two commands one is made up; from the first one on everything is shown, so that none is hidden.
  if (const std::size_t command = fields.find("; COMMAND="); command != kNowhere) {
    event.command = fields.substr(command + 10);
  }
  return event;
}

std::optional<AuthEvent> read_su(Text text) {
  AuthEvent event = make(AuthAction::kSu, AuthOutcome::kSuccess);
  const auto set = [&](Text user, Text target) {
    event.user_name = user;
    event.target_user = target;
  };
  if (take_prefix(text, "FAILED SU ") || take_prefix(text, "BAD SU ")) event.outcome = AuthOutcome::kFailure;
  if (take_prefix(text, "(to ")) {
    // util-linux: "(to root) alice on pts/0"
    const std::size_t close = text.find(") ");
    const std::size_t on = text.rfind(" on ");
    if (close == kNowhere || on == kNowhere || on < close + 2) return event;
    set(text.substr(close + 2, on - close - 2), text.substr(0, close));
    event.tty = text.substr(on + 4);
    return event;
  }
  const bool refused = take_prefix(text, "FAILED su for ");
  if (refused || take_prefix(text, "Successful su for ")) {
    // shadow: "FAILED su for root by alice"
    const std::size_t by = text.rfind(" by ");
    if (refused) event.outcome = AuthOutcome::kFailure;
    if (by != kNowhere) set(text.substr(by + 4), text.substr(0, by));
    return event;
  }
  if (text.starts_with("+ ") || text.starts_with("- ")) {
    // shadow: "+ /dev/pts/0 alice:root"
    if (text[0] == '-') event.outcome = AuthOutcome::kFailure;
    text.remove_prefix(2);
    const Text tty = take_word(text);
    const std::size_t colon = text.find(':');
    if (colon == kNowhere) return {};
    event.tty = tty;
    set(text.substr(0, colon), text.substr(colon + 1));
    return event;
  }
  if (take_prefix(text, "'su ")) {
    // "'su root' failed for alice on /dev/pts/0"
    const std::size_t failed = text.find("' failed for ");
    const std::size_t on = text.rfind(" on ");
    if (failed == kNowhere) return {};
    event.outcome = AuthOutcome::kFailure;
    const std::size_t name = failed + 13;
    if (on == kNowhere || on < name) return event;
    set(text.substr(name, on - name), text.substr(0, failed));
    event.tty = text.substr(on + 4);
    return event;
  }
  if (text.starts_with("pam_authenticate: ")) {
    event.outcome = AuthOutcome::kFailure;
    return event;
  }
  // BSD: "BAD SU alice to root on /dev/ttyp0", without BAD SU where it went well.
  const std::size_t to = text.find(" to ");
  const std::size_t on = text.rfind(" on ");
  if (to == kNowhere || on == kNowhere || on < to + 4) return {};
  set(text.substr(0, to), text.substr(to + 4, on - to - 4));
  event.tty = text.substr(on + 4);
  return event;
}

std::optional<AuthEvent> read_login(Text text) {
  AuthEvent event = make(AuthAction::kLogin, AuthOutcome::kSuccess);
  if (take_prefix(text, "FAILED LOGIN ")) {
    // "FAILED LOGIN 1 FROM host FOR alice, Authentication failure", "FAILED LOGIN (1) on '/dev/tty1' FOR 'alice', …"
    event.action = AuthAction::kLoginFailed;
    event.outcome = AuthOutcome::kFailure;
    const std::size_t name = text.find(" FOR ");
    const std::size_t reason = text.rfind(", ");
    if (name == kNowhere) return event;
    if (reason != kNowhere && reason >= name + 5) {
      event.user_name = without_quotes(text.substr(name + 5, reason - name - 5));
    }
    if (const std::size_t tty = text.find(" on "); tty < name) {
      event.tty = without_quotes(text.substr(tty + 4, name - tty - 4));
    }
    if (const std::size_t from = text.find(" FROM "); from < name) {
      put_source({text.substr(from + 6, name - from - 6), {}}, event);
    }
    return event;
  }
  const bool root = take_prefix(text, "ROOT ");
  if (!take_prefix(text, "LOGIN ")) return {};
  text = text.substr(std::min(text.find_first_not_of(' '), text.size()));
  if (!take_prefix(text, "ON ") && !take_prefix(text, "on ")) return {};
  event.tty = without_quotes(take_word(text));
  if (root) event.user_name = "root";
  if (take_prefix(text, "BY ")) {
    const std::size_t from = text.rfind(" FROM ");
    event.user_name = text.substr(0, from);
    if (from != kNowhere) put_source({text.substr(from + 6), {}}, event);
  } else if (take_prefix(text, "FROM ") || take_prefix(text, "from '")) {
    put_source({take_word(text), {}}, event);
  }
  return event;
}

// --- accounts and sessions ---

// gpasswd's "user NAME added by ADMIN to group GROUP", "user NAME removed by ADMIN from group GROUP".
bool read_membership(Text text, AuthEvent& event) {
  if (!take_prefix(text, "user ")) return false;
  const Text user = take_word(text);
  const bool added = take_prefix(text, "added by ");
  if (!added && !take_prefix(text, "removed by ")) return false;
  const Text admin = take_word(text);
  if (!take_prefix(text, added ? "to group " : "from group ")) return false;
  event.user_name = admin;
  event.target_user = user;
  return true;
}

// useradd, usermod, passwd and their like say in many ways what they changed; the account stands in the first quotes,
// behind "name=", or last.
std::optional<AuthEvent> read_account_change(Text text) {
  const bool failed = text.contains("fail") || text.starts_with("cannot") || text.contains(" not ");
  AuthEvent event = make(AuthAction::kOther, failed ? AuthOutcome::kFailure : AuthOutcome::kSuccess);
  const bool is_group = text.starts_with("new group") || text.starts_with("group ") ||
                        text.starts_with("removed group") || text.starts_with("removed shadow group");
  if (is_group || read_membership(text, event)) return event;
  if (take_prefix(text, "changed password expiry for ")) {
    event.target_user = text;
  } else if (const std::size_t name = text.find("name="); name != kNowhere && text.starts_with("new user")) {
    event.target_user = text.substr(name + 5, std::min(text.find(',', name), text.size()) - name - 5);
  } else if (const std::size_t open = text.find('\''); open != kNowhere) {
    const std::size_t close = text.find('\'', open + 1);
    if (close != kNowhere) event.target_user = text.substr(open + 1, close - open - 1);
  }
  return event;
}

std::optional<AuthEvent> read_logind(Text text) {
  take_suffix(text, ".");
  if (take_prefix(text, "New session ")) {
    AuthEvent event = make(AuthAction::kSessionOpen, AuthOutcome::kSuccess);
    if (const std::size_t name = text.find(" of user "); name != kNowhere) {
      text.remove_prefix(name + 9);
      event.user_name = text.substr(0, text.find(" with class "));
      take_suffix(event.user_name, ".");
    }
    return event;
  }
  if (text.starts_with("Session ") && text.contains(" logged out")) {
    return make(AuthAction::kLogout, AuthOutcome::kSuccess);
  }
  if (text.starts_with("Removed session ")) return make(AuthAction::kSessionClose, AuthOutcome::kSuccess);
  return {};
}

// "alice: Executing command [USER=root] [TTY=unknown] [CWD=/] [COMMAND=/bin/id]"
std::optional<AuthEvent> read_pkexec(Text text) {
  const std::size_t colon = text.find(": ");
  if (colon == kNowhere || !text.substr(colon + 2).starts_with("Executing command [")) return {};
  AuthEvent event = make(AuthAction::kOther, AuthOutcome::kSuccess);
  event.user_name = text.substr(0, colon);
  event.target_user = sudo_field(text, "[USER=", "] ");
  event.tty = sudo_field(text, "[TTY=", "] ");
  event.command = sudo_field(text, "[COMMAND=", {});
  take_suffix(event.command, "]");
  return event;
}

enum class Program : std::uint8_t { kOther, kSshd, kSudo, kSu, kLogin, kLogind, kAccounts, kPkexec };

Program program_of(Text name) {
  struct Named {
    Text name;
    Program program;
  };
  static constexpr Named kPrograms[] = {
      {"sshd", Program::kSshd},
      {"sshd-session", Program::kSshd},
      {"sshd-auth", Program::kSshd},
      {"sudo", Program::kSudo},
      {"su", Program::kSu},
      {"su-l", Program::kSu},
      {"runuser", Program::kSu},
      {"login", Program::kLogin},
      {"systemd-logind", Program::kLogind},
      {"useradd", Program::kAccounts},
      {"usermod", Program::kAccounts},
      {"userdel", Program::kAccounts},
      {"adduser", Program::kAccounts},
      {"groupadd", Program::kAccounts},
      {"groupmod", Program::kAccounts},
      {"groupdel", Program::kAccounts},
      {"gpasswd", Program::kAccounts},
      {"passwd", Program::kAccounts},
      {"chpasswd", Program::kAccounts},
      {"chage", Program::kAccounts},
      {"chfn", Program::kAccounts},
      {"chsh", Program::kAccounts},
      {"newusers", Program::kAccounts},
      {"pkexec", Program::kPkexec},
  };
  for (const Named& known : kPrograms) {
    if (known.name == name) return known.program;
  }
  return Program::kOther;
}

std::optional<AuthEvent> read_of(Program program, Text text) {
  switch (program) {
    case Program::kSshd: return read_sshd(text);
    case Program::kSudo: return read_sudo(text);
    case Program::kSu: return read_su(text);
    case Program::kLogin: return read_login(text);
    case Program::kLogind: return read_logind(text);
    case Program::kAccounts: return read_account_change(text);
    case Program::kPkexec: return read_pkexec(text);
    case Program::kOther: break;
  }
  return {};
}

}  // namespace

std::string_view word_of(AuthAction action) {
  static constexpr Text kWords[] = {"login",        "logout",     "login_failed", "invalid_user",
                                    "sudo",         "su",         "session_open", "session_close",
                                    "key_accepted", "disconnect", "lockout",      "other"};
  return kWords[static_cast<std::size_t>(action)];
}

std::string_view word_of(AuthOutcome outcome) {
  static constexpr Text kWords[] = {"success", "failure", "unknown"};
  return kWords[static_cast<std::size_t>(outcome)];
}

std::optional<AuthEvent> read_auth_message(std::string_view program, std::string_view message) {
  const Text text = message.substr(std::min(message.find_first_not_of(' '), message.size()));
  program = program.substr(program.rfind('/') + 1);
  Text module;  // "sshd(pam_unix)[4711]: session opened …": as modules named themselves once
  if (const std::size_t open = program.find("(pam_"); open != kNowhere) {
    module = program.substr(open);
    program = program.substr(0, open);
  }
  const Program known = program_of(program);
  const bool is_pam = module.data() != nullptr || text.starts_with("pam_") || text.starts_with("PAM ");
  if (known == Program::kOther && !is_pam) return {};
  const auto read = [&](Text words) {
    std::optional<AuthEvent> event;
    if (module.data() != nullptr) event = read_pam_text(program, words);
    if (!event && words.starts_with("pam_")) event = read_pam(words);
    if (!event && words.starts_with("PAM ")) event = read_more_failures(program, words);
    // What a module says is not what the program says in the same words.
    if (!event && !words.starts_with("pam_unix(")) event = read_of(known, words);
    return event;
  };
  const std::size_t line_end = text.find('\n');
  // A command may have lines, and hides nothing behind its first.
  if (line_end == kNowhere || (!is_pam && (known == Program::kSudo || known == Program::kPkexec))) return read(text);
  // A daemon's own words end with their line, and what follows in a file is another's, or a comment. But where all of
  // it can be read as one message, too, a name may have had the line's end in it: then nothing more is said.
  std::optional<AuthEvent> event = read(text.substr(0, line_end));
  const std::optional<AuthEvent> whole = read(text);
  if (event && whole && whole->source_ip.data() != nullptr && whole->source_ip.data() != event->source_ip.data()) {
    event = make(event->action, event->outcome);
  }
  return event;
}

std::optional<Repetition> read_repetition(std::string_view message) {
  Text text = without_spaces(message);
  const auto take_count = [&](Repetition& repetition) {
    const Text digits = take_word(text);
    const auto times = parse_integer(digits);
    if (!is_number(digits)) return false;
    // What does not fit is as absurd as the largest number.
    repetition.times = times ? static_cast<std::uint64_t>(*times) : ~0ULL;
    return take_prefix(text, "times") || take_prefix(text, "time");
  };
  Repetition repetition;
  if (take_prefix(text, "message repeated ")) {
    if (!take_count(repetition) || !take_prefix(text, ": [") || !take_suffix(text, "]")) return {};
    take_prefix(text, " ");
    repetition.message = text;
    return repetition;
  }
  const bool dashed = take_prefix(text, "--- ");
  if (!take_prefix(text, "last message repeated ") || !take_count(repetition)) return {};
  if (dashed && !take_suffix(text, " ---")) return {};
  if (!text.empty()) return {};
  return repetition;
}

}  // namespace otomo::formats
