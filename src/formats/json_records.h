// SPDX-License-Identifier: Apache-2.0
//
// The road of every format whose records are JSON objects: cuts JSON texts out of blocks, whether they stand one per
// line, one behind another without newlines, in an array, or in the array of a container, and leaves the meaning of an
// object to its format.
//
//   object   = container / *( [ "," ] record )              ; JSON texts one after another: a file, or JSON lines
//   container= "{" *( member "," ) DQUOTE name DQUOTE ":" array *( "," member ) "}" / array
//   array    = "[" [ record *( "," record ) ] "]"
//
// A record that breaks does not lose its neighbours. Inside an array the next one is looked for where an element starts
// with the same first member (machines write them alike); elsewhere, at the next line that opens an object.
//
// Where the object's head shows one record per line, a line that opens an object always starts a record, whatever
// stands before it. Such an object is read one piece after another, each from such a line up to the next; what a piece
// holds depends on nothing else, so that several workers may share the object (Format::starts_record). Readers
// belong to one thread each.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "formats/format.h"
#include "formats/json_walk.h"

namespace otomo::formats {

// What the objects of a format look like.
struct JsonRecordForm {
  std::string_view container;     // the member that holds the records: "Records"; empty: none does
  std::string_view first_member;  // looked for behind a broken record that does not show its own
  // Is this a record, judged by the names and values of its members? A container is none.
  bool (*is_record)(const JsonText& json, const JsonMembers& members);
  // The same, where not all members may have been seen: only what those to come cannot change. nullptr: is_record.
  bool (*is_surely_record)(const JsonText& json, const JsonMembers& members) = nullptr;
};

class JsonRecordReader : public RecordReader {
 public:
  JsonRecordReader(const JsonRecordForm& form, const LiteralFilter& filter) : form_(form), filter_(filter) {}

  void restart(const ObjectContext& context) override;
  std::size_t read(std::string_view bytes, std::uint64_t offset, bool last, Batch& batch) final;

 protected:
  // The batch whose wanted columns hold for all that follows. Once, before the first take().
  virtual void begin(const Batch& batch) = 0;
  // To which depth take() wants its objects indexed. From begin() on.
  virtual JsonDepth depth() const { return JsonDepth::kTop; }
  // Makes a row, or several, or a reject, of a whole object in valid UTF-8 (kBlockPaddingBytes behind `text`), which is
  // not always a record. False: the batch is full before all of it is told; it is shown again with the next one.
  virtual bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
                    Batch& batch) = 0;

  // Takes what is whole of an object that has no end or breaks inside: `text` begins with it and ends where the next
  // one begins, or with the last "}" that is there. What is taken does not matter to the reject that it becomes. False:
  // as with take().
  virtual bool take_broken(std::string_view /*text*/, std::uint64_t /*offset*/, Batch& /*batch*/) { return true; }
  // The text that is taken is not the object's own: bytes that are no UTF-8 were repaired.
  bool is_repaired() const { return is_repaired_; }

  // A copy in the batch's arena that has padding behind it.
  static std::string_view padded(std::string_view text, Batch& batch);

 private:
  enum class Place : std::uint8_t {
    kTop,       // between JSON texts
    kArray,     // between elements of an array
    kTail,      // behind that array, in the object that holds it
    kSkipping,  // inside a record that was found too long
  };

  std::size_t read_pieces(std::string_view bytes, bool last);
  bool skip_long_piece(std::string_view bytes, bool last);
  bool read_piece(std::string_view bytes);
  bool finish_steps();
  void index_from(std::size_t place);
  std::size_t left() const { return bytes_.size() - at_; }
  std::uint64_t offset_at(std::size_t place) const { return offset_ + place; }
  bool step();
  bool enter(Place place, std::size_t at);
  bool enter_container();
  std::size_t token_of(std::size_t place);
  bool read_element();
  bool leaves_line(std::size_t stop) const;
  bool enter_late_container();
  bool consume(std::uint32_t end, std::size_t next);
  bool lacks_literals(std::string_view record) const;
  bool recover(JsonWalk walk);
  bool skip_overlong();
  std::string first_key(std::string_view element) const;
  std::size_t next_start(std::string_view text) const { return find_start(text, first_key(text), 1); }
  std::size_t find_start(std::string_view text, const std::string& key, std::size_t from) const;
  void reject(RejectReason reason, std::string_view raw, std::uint64_t offset);
  bool reject_line();
  bool reject_other_value();
  static std::size_t array_of(std::string_view text, std::string_view name);
  bool skip_tail_member();
  bool take_valid(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset);
  bool take_broken_part(std::string_view text);

  const JsonRecordForm& form_;
  const LiteralFilter& filter_;
  std::string_view bytes_;
  std::uint64_t offset_ = 0;
  bool last_ = false;
  Batch* batch_ = nullptr;
  std::size_t at_ = 0;
  bool begun_ = false;
  JsonDepth depth_ = JsonDepth::kTop;
  bool is_repaired_ = false;

  Place place_ = Place::kTop;
  bool closes_object_ = false;  // the array stands in an object
  bool in_lines_ = false;       // a record ended, or broke off, with its line
  bool behind_record_ = false;  // what follows tells whether it ended with its line
  Place skip_place_ = Place::kTop;
  std::string skip_key_;
  bool in_pieces_ = false;  // the head shows one record per line
  bool in_piece_ = false;   // the batch was full in the middle of one
  bool torn_ = false;       // the bytes end with the object, not with a line

  JsonText json_;
  std::size_t origin_ = 0;  // of json_ in bytes_
  std::size_t token_ = 0;   // at or near at_
  JsonMembers members_;
  JsonShapes shapes_;
};

// A test of objects that looks at the names of their members alone, made once per shape. One per reader.
class JsonNamesTest {
 public:
  explicit JsonNamesTest(bool (*test)(const JsonText& json, const JsonMembers& members)) : test_(test) {}

  bool operator()(const JsonText& json, const JsonMembers& members) {
    if (members.shape() == 0) return test_(json, members);
    Verdict& verdict = verdicts_[members.shape() % JsonShapes::kShapesMax];
    if (verdict.shape != members.shape()) verdict = {members.shape(), test_(json, members)};
    return verdict.passes;
  }

 private:
  struct Verdict {
    std::uint32_t shape = 0;
    bool passes = false;
  };

  bool (*test_)(const JsonText& json, const JsonMembers& members);
  std::array<Verdict, JsonShapes::kShapesMax> verdicts_;
};

// The same text, without a call for the sizes that names have.
inline bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() < 8) return a == b;
  std::uint64_t first[2];
  std::uint64_t last[2];
  std::memcpy(&first[0], a.data(), 8);
  std::memcpy(&first[1], b.data(), 8);
  std::memcpy(&last[0], a.data() + a.size() - 8, 8);
  std::memcpy(&last[1], b.data() + b.size() - 8, 8);
  return first[0] == first[1] && last[0] == last[1] && (a.size() <= 16 || a == b);
}

// The member with that name (as it is written between its quotes), or nullptr.
const JsonMember* find_member(const JsonText& json, const JsonMembers& members, std::string_view key);

// Does the head show one JSON object per line? Several of them, and nothing else: then each `{` behind a newline starts
// a record. REQUIRES: kBlockPaddingBytes readable bytes behind head.end().
bool shows_one_object_per_line(std::string_view head);
// Format::starts_record of such formats.
StartsRecord starts_of_json_lines(std::string_view head);

// Judges an object's first records.
Verdict detect_json_records(const JsonRecordForm& form, std::string_view head, bool whole);

}  // namespace otomo::formats
