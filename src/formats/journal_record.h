// SPDX-License-Identifier: Apache-2.0
//
// The records of systemd's journal as `journalctl -o json` prints them. The grammar is in journald/journald.cpp; both
// tables over these objects read them with JournalReader. One per reader and thread.
#pragma once

#include <string>
#include <string_view>

#include "formats/host_record.h"
#include "formats/json_records.h"

namespace otomo::formats {

Verdict detect_journal(std::string_view head, bool whole);

class JournalReader : public JsonRecordReader {
 public:
  explicit JournalReader(const LiteralFilter& filter);

 protected:
  // Makes rows of a record, or none. False: the batch is full before all of them are made; the record is shown again.
  virtual bool take_record(const HostRecord& record, std::string_view raw, std::uint64_t offset, Batch& batch) = 0;
  // What take_record() needs of a record; the rest may be missing in it.
  struct Wanted {
    bool host = false, program = false, message = false, pid = false;
    bool facility = false, severity = false, app_data = false;
  };
  virtual Wanted wanted(const Batch& batch) const = 0;

 private:
  void begin(const Batch& batch) final;
  bool take(const JsonText& json, std::string_view text, const JsonMembers& members, std::uint64_t offset,
            Batch& batch) final;

  Wanted wanted_;
  bool time_wanted_ = false;
  std::string app_data_;
  std::vector<const JsonMember*> used_;  // members that a column holds wholly
};

}  // namespace otomo::formats
