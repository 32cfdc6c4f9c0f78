// SPDX-License-Identifier: Apache-2.0
#include "formats/json_records.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"

namespace otomo::formats {

namespace {

constexpr std::size_t kIndexStep = 16 * 1024;
// The place before a record and its first member are looked for in this many bytes.
constexpr std::size_t kStartBytesMax = 128;

bool is_between(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ','; }

// For a text that starts with `{ "NAME" : [`, members that are no objects or arrays before it allowed: the place
// behind the bracket; else npos. A look at the first members is enough: what is deeper is read as a whole and looked at
// then.
std::size_t container_start(std::string_view text, std::string_view container) {
  constexpr std::size_t kLookBytes = 4096;
  text = text.substr(0, kLookBytes);
  std::size_t at = 1;
  const auto skip_space = [&] { at = std::min(text.find_first_not_of(" \t\r\n", at), text.size()); };
  const auto skip_string = [&] {
    ++at;
    while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    ++at;
  };
  while (true) {
    skip_space();
    if (at >= text.size() || text[at] != '"') return std::string_view::npos;
    const std::size_t key = at + 1;
    skip_string();
    if (at > text.size()) return std::string_view::npos;
    const std::string_view name = text.substr(key, at - 1 - key);
    skip_space();
    if (at >= text.size() || text[at] != ':') return std::string_view::npos;
    ++at;
    skip_space();
    if (at >= text.size() || text[at] == '{') return std::string_view::npos;
    if (text[at] == '[') return name == container ? at + 1 : std::string_view::npos;
    if (text[at] == '"') {
      skip_string();
      skip_space();
    } else {
      at = text.find_first_of(",}", at);
    }
    if (at >= text.size() || text[at] != ',') return std::string_view::npos;
    ++at;
  }
}

// Where the piece that starts at or before `from` ends: behind the first newline there that a brace follows, or npos.
std::size_t piece_end(std::string_view bytes, std::size_t from) {
  while (true) {
    const std::size_t newline = bytes.find('\n', from);
    if (newline == std::string_view::npos || newline + 1 == bytes.size()) return std::string_view::npos;
    if (bytes[newline + 1] == '{') return newline + 1;
    from = newline + 1;
  }
}

}  // namespace

const JsonMember* find_member(const JsonText& json, const JsonMembers& members, std::string_view key) {
  const JsonMember* found = nullptr;
  members.of_name_size(key.size(), [&](const JsonMember& member) {
    if (same_name(json.key(member), key)) found = &member;
    return found != nullptr;
  });
  return found;
}

Verdict detect_json_records(const JsonRecordForm& form, std::string_view head, bool whole) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto skip_between = [&] { head.remove_prefix(std::min(head.find_first_not_of(", \t\r\n"), head.size())); };
  skip_between();
  if (head.empty()) return whole ? Verdict::kMaybe : Verdict::kNo;
  if (head[0] != '{' && head[0] != '[') return Verdict::kNo;
  JsonText json;
  JsonMembers members;
  std::uint32_t end = 0;
  std::size_t next = 0;
  bool in_container = head[0] == '[';
  if (in_container) {
    head.remove_prefix(1);
  } else if (!form.container.empty()) {
    if (const std::size_t first = container_start(head, form.container); first != std::string_view::npos) {
      in_container = true;
      head.remove_prefix(first);
    }
  }
  constexpr int kElementsMax = 8;
  for (int looked = 0; looked < kElementsMax; ++looked) {
    skip_between();
    if (in_container && looked == 0 && head.starts_with(']')) return Verdict::kMaybe;  // an empty container
    if (!head.starts_with('{')) break;
    json.start(head);
    JsonWalk walk = JsonWalk::kIncomplete;
    for (std::size_t more = 1024; walk == JsonWalk::kIncomplete && json.extend(more); more *= 2) {
      walk = json.walk(0, members, end, next);
      if ((form.is_surely_record != nullptr ? form.is_surely_record : form.is_record)(json, members)) {
        return Verdict::kYes;
      }
    }
    if (form.is_record(json, members)) return Verdict::kYes;
    if (walk != JsonWalk::kDone) break;
    const JsonMember* records =
        in_container || form.container.empty() ? nullptr : find_member(json, members, form.container);
    head.remove_prefix(records != nullptr && records->value.kind == '[' ? records->value.begin + 1 : end);
  }
  return Verdict::kNo;
}

StartsRecord starts_of_json_lines(std::string_view head) {
  if (!shows_one_object_per_line(head)) return nullptr;
  return [](std::string_view line) { return line.starts_with('{'); };
}

bool shows_one_object_per_line(std::string_view head) {
  // A look at the first lines is enough: what follows may be anything, as long as all readers of the object agree.
  constexpr int kLinesMax = 4;
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  JsonText json;
  JsonMembers members;
  for (int lines = 0; lines < kLinesMax; ++lines) {
    head.remove_prefix(std::min(head.find_first_not_of("\r\n"), head.size()));
    if (!head.starts_with('{')) return false;
    const std::size_t newline = head.find('\n');
    if (newline == std::string_view::npos) return lines > 0;  // the head ends in a line
    std::string_view line = head.substr(0, newline);
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    if (!json.read(line, members)) return false;
    head.remove_prefix(newline + 1);
    if (lines > 0 && head.empty()) return true;
  }
  return true;
}

void JsonRecordReader::restart(const ObjectContext& context) {
  place_ = Place::kTop;
  in_lines_ = false;
  behind_record_ = false;
  in_pieces_ = form_.container.empty() && shows_one_object_per_line(context.head);
  in_piece_ = false;
  torn_ = true;
}

std::size_t JsonRecordReader::read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) {
  bytes_ = bytes;
  offset_ = offset;
  last_ = last;
  batch_ = &batch;
  at_ = 0;
  if (offset == 0 && place_ == Place::kTop) {
    if (bytes.size() < 3 && !last) return 0;
    if (bytes.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }
  if (!begun_) {
    begin(batch);
    depth_ = depth();
    begun_ = true;
  }
  if (in_pieces_) return read_pieces(bytes, last);
  index_from(at_);
  finish_steps();
  return at_;
}

// All that can be done with these bytes. True: nothing of them is left.
bool JsonRecordReader::finish_steps() {
  while (!batch_->full() && step()) {
  }
  if (last_ && at_ == bytes_.size() && (place_ == Place::kArray || place_ == Place::kTail)) {
    // All records in it were whole, but there may have been more.
    batch_->add_reject(offset_at(at_), RejectReason::kTruncated, "the container of the records is not closed", "");
    place_ = Place::kTop;
  }
  return at_ == bytes_.size();
}

std::size_t JsonRecordReader::read_pieces(std::string_view bytes, bool last) {
  if (place_ == Place::kSkipping && !skip_long_piece(bytes, last)) return at_;
  while (at_ < bytes.size() && !batch_->full()) {
    std::size_t end = piece_end(bytes, at_);
    if (end == std::string_view::npos) {
      if (!last && bytes.size() - at_ < kRecordBytesMax) break;  // more bytes, please
      end = bytes.size();
    }
    if (!in_piece_ && end - at_ >= kRecordBytesMax) {
      reject(RejectReason::kTooLong, bytes.substr(at_, kRejectRawBytesMax), offset_at(at_));
      at_ = end;
      if (end < bytes.size() || last) continue;
      // More of it follows. A newline at the end may be the one before the next piece.
      place_ = Place::kSkipping;
      if (bytes.ends_with('\n')) --at_;
      break;
    }
    if (!read_piece(bytes.substr(0, end))) break;
  }
  return at_;
}

// The rest of a piece that was found too long. False: it does not end in these bytes.
bool JsonRecordReader::skip_long_piece(std::string_view bytes, bool last) {
  const std::size_t end = piece_end(bytes, 0);
  if (end == std::string_view::npos) {
    at_ = bytes.size() - (!last && bytes.ends_with('\n') ? 1 : 0);
    if (last) place_ = Place::kTop;
    return false;
  }
  at_ = end;
  place_ = Place::kTop;
  return true;
}

// The piece from at_ to the end of `bytes`. False: the batch was full before its end.
bool JsonRecordReader::read_piece(std::string_view bytes) {
  bytes_ = bytes;
  last_ = true;
  torn_ = !bytes.ends_with('\n');
  const std::string_view piece = bytes.substr(at_);
  if (!in_piece_ && piece[0] == '{') {
    if (!filter_.any_of.empty() && lacks_literals(piece)) {
      ++batch_->counts.skipped;  // taken for one record: it is not looked at
      at_ = bytes.size();
      return true;
    }
    // Mostly one record and its newline.
    index_from(at_);
    json_.finish();
    std::uint32_t end = 0;
    std::size_t next = 0;
    if (json_.walk(0, shapes_, members_, end, next) == JsonWalk::kDone &&
        std::all_of(piece.begin() + end, piece.end(), is_between)) {
      if (!take_valid(json_, piece.substr(0, end), members_, offset_at(at_))) return false;
      at_ = bytes.size();
      return true;
    }
  }
  index_from(at_);
  in_piece_ = !finish_steps();
  if (!in_piece_) {
    place_ = Place::kTop;
    in_lines_ = behind_record_ = false;
  }
  return !in_piece_;
}

std::string_view JsonRecordReader::padded(std::string_view text, Batch& batch) {
  char* place = batch.arena.allocate(text.size() + kBlockPaddingBytes);
  std::memcpy(place, text.data(), text.size());
  std::memset(place + text.size(), 0, kBlockPaddingBytes);
  return {place, text.size()};
}

// Bytes that are no UTF-8 are repaired first; what is read then is the repaired record.
bool JsonRecordReader::take_valid(const JsonText& json, std::string_view text, const JsonMembers& members,
                                  std::uint64_t offset) {
  Batch& batch = *batch_;
  is_repaired_ = false;
  if (json.is_ascii() || utf8::is_valid(text)) return take(json, text, members, offset, batch);
  is_repaired_ = true;
  const Counts before = batch.counts;
  const std::string_view fixed = padded(batch.repaired(text), batch);
  JsonText fixed_json;
  JsonMembers fixed_members;
  if (!fixed_json.read(fixed, fixed_members, depth_)) {
    batch.add_reject(offset, RejectReason::kBadJson, "", fixed);
    return true;
  }
  const bool taken = take(fixed_json, fixed, fixed_members, offset, batch);
  if (!taken) batch.counts.repaired_bytes = before.repaired_bytes;  // it is shown, and repaired, again
  return taken;
}

bool JsonRecordReader::take_broken_part(std::string_view text) {
  Batch& batch = *batch_;
  text = text.substr(0, text.rfind('}') + 1);
  is_repaired_ = !utf8::is_valid(text);
  if (!is_repaired_) return take_broken(text, offset_at(at_), batch);
  const Counts before = batch.counts;
  text = padded(batch.repaired(text), batch);
  batch.counts.repaired_bytes = before.repaired_bytes;  // the reject counts them
  return take_broken(text, offset_at(at_), batch);
}

void JsonRecordReader::index_from(std::size_t place) {
  origin_ = place;
  json_.start(bytes_.substr(place), depth_);
  token_ = 0;
}

// One element, bracket or separator. False: nothing more can be done with these bytes.
bool JsonRecordReader::step() {
  if (place_ == Place::kSkipping) return skip_overlong();
  if (behind_record_ && at_ < bytes_.size()) {
    in_lines_ = in_lines_ || bytes_[at_] == '\n';
    behind_record_ = false;
  }
  while (at_ < bytes_.size() && is_between(bytes_[at_])) ++at_;
  if (at_ == bytes_.size()) return false;
  const char c = bytes_[at_];
  switch (place_) {
    case Place::kTop:
      if (c == '{') return enter_container() || read_element();
      if (c == '[') {
        closes_object_ = false;
        return enter(Place::kArray, at_ + 1);
      }
      return reject_line();
    case Place::kArray:
      if (c == '{') return read_element();
      if (c == ']') return enter(closes_object_ ? Place::kTail : Place::kTop, at_ + 1);
      return reject_other_value();
    case Place::kTail:
      if (c == '}') return enter(Place::kTop, at_ + 1);
      if (c == ']') {  // one bracket too many
        reject(RejectReason::kBadJson, bytes_.substr(at_, 1), offset_at(at_));
        return enter(Place::kTail, at_ + 1);
      }
      return skip_tail_member();
    case Place::kSkipping: break;
  }
  return false;
}

// Goes on at `at`, where depth is counted anew.
bool JsonRecordReader::enter(Place place, std::size_t at) {
  place_ = place;
  at_ = at;
  index_from(at);
  return true;
}

// Goes into the container that starts here, if one does.
bool JsonRecordReader::enter_container() {
  if (form_.container.empty()) return false;
  const std::size_t first = container_start(bytes_.substr(at_), form_.container);
  if (first == std::string_view::npos) return false;
  closes_object_ = true;
  return enter(Place::kArray, at_ + first);
}

// The token at byte `place` of bytes_, indexing as far as needed.
std::size_t JsonRecordReader::token_of(std::size_t place) {
  const auto relative = static_cast<std::uint32_t>(place - origin_);
  while (json_.indexed_bytes() <= relative && json_.extend(kIndexStep)) {
  }
  if (token_ < json_.token_count() && json_.token(token_) == relative) return token_;
  token_ = json_.token_at(
      relative, token_ > 0 && token_ <= json_.token_count() && json_.token(token_ - 1) < relative ? token_ : 0);
  return token_;
}

bool JsonRecordReader::read_element() {
  const std::size_t token = token_of(at_);
  const auto begin = static_cast<std::uint32_t>(at_ - origin_);
  std::uint32_t end = 0;
  std::size_t next = 0;
  JsonWalk walk = JsonWalk::kIncomplete;
  std::size_t step = kIndexStep;
  while (true) {
    if (token < json_.token_count()) walk = json_.walk(token, members_, end, next);
    if (leaves_line(origin_ + (walk == JsonWalk::kDone ? end : json_.indexed_bytes()))) walk = JsonWalk::kInvalid;
    if (walk != JsonWalk::kIncomplete) break;
    if (json_.indexed_bytes() - begin > kRecordBytesMax || !json_.extend(step)) break;
    step *= 2;  // so that a long record is walked a few times only
  }
  if (walk == JsonWalk::kDone && end - begin <= kRecordBytesMax) {
    if (place_ == Place::kTop && enter_late_container()) return true;
    if (!filter_.any_of.empty() && lacks_literals(json_.slice(begin, end))) {
      ++batch_->counts.skipped;
      return consume(end, next);
    }
    if (!take_valid(json_, json_.slice(begin, end), members_, offset_at(at_))) return false;
    return consume(end, next);
  }
  return recover(walk);
}

// Where lines were records so far, one does not reach over its line's end if an object opens right behind: looking
// for the end of a record that was cut would take as long as the rest of the file, for each such line.
bool JsonRecordReader::leaves_line(std::size_t stop) const {
  if (place_ != Place::kTop || !in_lines_) return false;
  const std::size_t newline = bytes_.substr(0, stop).find('\n', at_);
  return newline != std::string_view::npos && newline + 1 < bytes_.size() && bytes_[newline + 1] == '{';
}

// The object in members_ holds the records behind members that enter_container() does not look through. Goes there.
bool JsonRecordReader::enter_late_container() {
  if (form_.container.empty()) return false;
  const JsonMember* records = find_member(json_, members_, form_.container);
  if (records == nullptr || records->value.kind != '[' || form_.is_record(json_, members_)) return false;
  closes_object_ = true;
  return enter(Place::kArray, origin_ + records->value.begin + 1);
}

bool JsonRecordReader::consume(std::uint32_t end, std::size_t next) {
  at_ = origin_ + end;
  token_ = next;
  behind_record_ = place_ == Place::kTop;
  return true;
}

bool JsonRecordReader::lacks_literals(std::string_view record) const {
  const char* const begin = record.data();
  const char* const end = begin + record.size();
  for (const std::string& literal : filter_.any_of) {
    if (simd::kernels().find_literal(begin, end, literal) != end) return false;
  }
  // A value can also be written with escapes; such a record is read to be sure.
  return std::memchr(begin, '\\', record.size()) == nullptr;
}

// The element at at_ is broken, unfinished or too long: reject it and go on behind it.
bool JsonRecordReader::recover(JsonWalk walk) {
  const std::string_view rest = bytes_.substr(at_);
  const bool too_long = rest.size() >= kRecordBytesMax && walk != JsonWalk::kInvalid;
  if (walk == JsonWalk::kIncomplete && !last_ && !too_long) return false;
  const std::string_view window = rest.substr(0, kRecordBytesMax);
  const std::size_t next = next_start(window);
  if (next == std::string_view::npos) {
    if (!last_ && rest.size() < kRecordBytesMax) return false;
    if (!take_broken_part(window)) return false;
    if (!last_ || rest.size() > window.size()) {
      reject(RejectReason::kTooLong, rest.substr(0, kRejectRawBytesMax), offset_at(at_));
      skip_place_ = place_;
      skip_key_ = first_key(rest);
      place_ = Place::kSkipping;
      at_ += window.size();
      index_from(at_);
      return true;
    }
    // The object's end, or a piece's. Brackets that close the container are not the record's.
    reject(walk == JsonWalk::kInvalid || !torn_ ? RejectReason::kBadJson : RejectReason::kTruncated, rest,
           offset_at(at_));
    at_ = bytes_.size();
    place_ = Place::kTop;
    return false;
  }
  if (!take_broken_part(rest.substr(0, next))) return false;
  reject(RejectReason::kBadJson, rest.substr(0, next), offset_at(at_));
  if (place_ == Place::kTop) in_lines_ = true;
  at_ += next;
  index_from(at_);
  return true;
}

bool JsonRecordReader::skip_overlong() {
  const std::string_view rest = bytes_.substr(at_);
  place_ = skip_place_;
  const std::size_t next = find_start(rest, skip_key_, 0);
  if (next != std::string_view::npos) {
    at_ += next;
    index_from(at_);
    return true;
  }
  place_ = Place::kSkipping;
  // What may be the first part of a start stays.
  if (last_) {
    at_ = bytes_.size();
  } else if (rest.size() > kStartBytesMax) {
    at_ += rest.size() - kStartBytesMax;
  }
  return false;
}

std::string JsonRecordReader::first_key(std::string_view element) const {
  const std::size_t open = element.find_first_not_of(" \t\r\n", 1);
  if (open == std::string_view::npos || element[open] != '"') return std::string(form_.first_member);
  const std::size_t close = element.find('"', open + 1);
  if (close == std::string_view::npos || close - open > 64) return std::string(form_.first_member);
  return std::string(element.substr(open + 1, close - open - 1));
}

std::size_t JsonRecordReader::find_start(std::string_view text, const std::string& key, std::size_t from) const {
  // What may be the first part of a start.
  const std::size_t certain = last_ ? text.size() : text.size() - std::min(text.size(), kStartBytesMax);
  const std::size_t newline = place_ == Place::kTop ? text.find("\n{", from) : std::string_view::npos;
  // What starts behind a line's start is not the next one, even where more bytes may show one before that line.
  const std::size_t line = newline == std::string_view::npos ? newline : newline + 1;
  const std::string quoted = "\"" + key + "\"";
  for (std::size_t at = text.find(quoted, from); at != std::string_view::npos; at = text.find(quoted, at + 1)) {
    const std::size_t brace = text.find_last_not_of(" \t\r\n", at - 1);
    if (brace == std::string_view::npos || brace < from || text[brace] != '{' || brace == 0) continue;
    if (brace >= line) break;
    const std::size_t before = text.find_last_not_of(" \t\r\n", brace - 1);
    if (before == std::string_view::npos) continue;
    // Between JSON texts there is no comma: what follows one is an element of an array inside the broken record.
    const bool starts =
        place_ == Place::kTop ? text[before] == '}' : text[before] == ',' || text[before] == '}' || text[before] == '[';
    if (starts) return brace;
  }
  return newline < certain ? line : std::string_view::npos;
}

void JsonRecordReader::reject(RejectReason reason, std::string_view raw, std::uint64_t offset) {
  while (!raw.empty() && (is_between(raw.back()))) raw.remove_suffix(1);
  batch_->add_reject(offset, reason, "", raw);
}

// Something at top level that is no JSON text: rejected up to the line's end.
bool JsonRecordReader::reject_line() {
  const std::size_t newline = bytes_.find('\n', at_);
  if (newline == std::string_view::npos && !last_) {
    if (left() < kRecordBytesMax) return false;
    reject(RejectReason::kTooLong, bytes_.substr(at_, kRejectRawBytesMax), offset_at(at_));
    skip_place_ = Place::kTop;
    place_ = Place::kSkipping;
    at_ += kRecordBytesMax;
    index_from(at_);
    return true;
  }
  const std::size_t end = newline == std::string_view::npos ? bytes_.size() : newline;
  reject(RejectReason::kBadJson, bytes_.substr(at_, end - at_), offset_at(at_));
  at_ = end;
  index_from(at_);
  return true;
}

// An element of the container that is no object.
bool JsonRecordReader::reject_other_value() {
  std::uint32_t end = 0;
  std::size_t next = 0;
  if (bytes_[at_] == '[') {
    const std::size_t token = token_of(at_);
    const auto begin = static_cast<std::uint32_t>(at_ - origin_);
    while (token >= json_.token_count() || json_.skip(token, end, next) != JsonWalk::kDone) {
      if (json_.indexed_bytes() - begin > kRecordBytesMax || !json_.extend(kIndexStep)) {
        return recover(JsonWalk::kIncomplete);
      }
    }
    reject(RejectReason::kNotARecord, json_.slice(begin, end), offset_at(at_));
    return consume(end, next);
  }
  // A string or scalar ends before the next separator.
  const std::string_view rest = bytes_.substr(at_);
  std::size_t stop = 1;
  if (rest[0] == '"') {
    while (stop < rest.size() && rest[stop] != '"') stop += rest[stop] == '\\' ? 2 : 1;
    ++stop;
  } else {
    stop = rest.find_first_of(",[]{}\"", 1);
  }
  if (stop > rest.size()) return recover(JsonWalk::kIncomplete);
  reject(RejectReason::kNotARecord, rest.substr(0, stop), offset_at(at_));
  return enter(place_, at_ + stop);
}

// Where the array begins that is the value of member `name`, if that member stands at `text`'s start; else 0.
std::size_t JsonRecordReader::array_of(std::string_view text, std::string_view name) {
  if (name.empty() || text.size() < name.size() + 2 || text.substr(1, name.size()) != name) return 0;
  std::size_t at = name.size() + 1;
  for (const char expected : {'"', ':', '['}) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) ++at;
    if (at == text.size() || text[at++] != expected) return 0;
  }
  return at;
}

// A member behind the array of the container. Those there are no records, unless the container stands there again; they
// end with the object. Whole JSON texts may follow.
bool JsonRecordReader::skip_tail_member() {
  const std::size_t token = token_of(at_);
  while (true) {
    int depth = 0;
    for (std::size_t i = token; i < json_.token_count(); ++i) {
      const std::uint32_t place = json_.token(i);
      const char c = json_.text()[place];
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth < 0) return enter(Place::kTail, origin_ + place);
      if (c != '"' || depth != 0) continue;
      const std::size_t inside = array_of(json_.text().substr(place), form_.container);
      if (inside != 0) return enter(Place::kArray, origin_ + place + inside);
    }
    if (json_.indexed_bytes() + origin_ - at_ > kRecordBytesMax || !json_.extend(kIndexStep)) break;
  }
  return recover(JsonWalk::kIncomplete);
}

}  // namespace otomo::formats
