// SPDX-License-Identifier: Apache-2.0
#include "formats/auth_rows.h"

#include "formats/lines.h"

namespace otomo::formats {

void AuthRows::restart() {
  told_ = 0;
  forget();
}

void AuthRows::forget() {
  last_of_host_.clear();
  last_ = nullptr;
}

void AuthRows::remember(const HostRecord& record, bool is_event) {
  const std::size_t bytes = record.host.size() + (is_event ? record.program.size() + record.message.size() : 0);
  auto place = last_of_host_.find(record.host);
  if (bytes > kRepeatedBytesMax) {
    if (place != last_of_host_.end()) last_of_host_.erase(place);
    last_ = nullptr;
    return;
  }
  if (place == last_of_host_.end()) {
    if (last_of_host_.size() == kRememberedHostsMax) forget();
    place = last_of_host_.emplace(record.host, Remembered{}).first;
  }
  last_ = &place->second;
  *last_ = {is_event, {}, {}, {}};
  if (!is_event) return;
  last_->program = record.program;
  last_->message = record.message;
  last_->pid = record.pid;
}

bool AuthRows::put_rows(const HostRecord& record, const AuthEvent& event, std::uint64_t times, std::string_view raw,
                        std::uint64_t offset, Batch& batch) {
  using namespace auth_log;
  auto& columns = batch.columns;
  const auto put_text = [&](std::size_t column, std::size_t row, std::string_view value) {
    if (columns[column].wanted) columns[column].set_text(row, value);
  };
  HostRecord shown = record;
  for (; told_ < times; ++told_) {
    if (batch.full()) return false;
    if (told_ > 0) shown.bad_values = 0;  // of the record, not of each row
    const std::size_t row = put_host_row(shown, raw, offset, batch);
    put_text(kHost, row, record.host);
    put_text(kProgram, row, record.program);
    if (columns[kPid].wanted) {
      if (record.pid) {
        columns[kPid].set_integer(row, *record.pid);
      } else {
        columns[kPid].set_null(row);
      }
    }
    put_text(kAction, row, word_of(event.action));
    put_text(kOutcome, row, word_of(event.outcome));
    put_text(kUserName, row, event.user_name);
    put_text(kTargetUser, row, event.target_user);
    put_text(kSourceIp, row, event.source_ip);
    if (columns[kSourcePort].wanted) {
      if (event.source_port.data() == nullptr) {
        columns[kSourcePort].set_null(row);
      } else {
        put_integer(columns[kSourcePort], row, event.source_port, batch);
      }
    }
    put_text(kAuthMethod, row, event.auth_method);
    put_text(kKeyFingerprint, row, event.key_fingerprint);
    put_text(kTty, row, event.tty);
    put_text(kCommand, row, event.command);
    put_text(kMessage, row, record.message);
  }
  told_ = 0;
  return true;
}

bool AuthRows::put(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch) {
  HostRecord shown = record;
  std::uint64_t times = 1;
  bool refers_back = false;
  if (const auto repetition = read_repetition(record.message)) {
    times = repetition->times;
    if (times > kRepetitionsMax || (times > 1 && repetition->message.size() > kRepeatedBytesMax)) {
      times = 1;
      ++shown.bad_values;
    }
    refers_back = repetition->message.data() == nullptr;
    if (refers_back) {
      // A daemon that names no host speaks of what it wrote last.
      const Remembered* last = last_;
      if (record.host.data() != nullptr) {
        const auto place = last_of_host_.find(record.host);
        last = place == last_of_host_.end() ? nullptr : &place->second;
      }
      if (last == nullptr) {
        // Its first lines are not here, or too many hosts spoke in between.
        return put_rows(shown, {}, 1, raw, offset, batch);
      }
      if (!last->is_event) return true;
      shown.program = batch.arena.copy(last->program);
      shown.message = batch.arena.copy(last->message);
      shown.pid = last->pid;
      if (record.host.data() == nullptr) {
        for (const auto& [host, remembered] : last_of_host_) {
          if (&remembered == last && !host.empty()) shown.host = batch.arena.copy(host);
        }
      }
    } else {
      shown.message = repetition->message;
    }
  }
  const auto event = read_auth_message(shown.program, shown.message);
  if (event && !put_rows(shown, *event, times, raw, offset, batch)) return false;
  // What repeats a message leaves it the last one.
  if (!refers_back) remember(shown, event.has_value());
  return true;
}

}  // namespace otomo::formats
