// SPDX-License-Identifier: Apache-2.0
//
// The records inside messages: the rows of a batch of envelopes (CloudWatch Logs) are offered, one by one, to the
// formats that were asked for, and those that are records of one are read by its reader. What is no record of theirs is
// passed over: it belongs to the envelopes' own table. One per worker.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/reading/source.h"
#include "formats/format.h"
#include "formats/registry.h"

namespace otomo::engine {

struct Reading {
  std::unique_ptr<formats::Batch> batch;
  std::unique_ptr<formats::RecordReader> reader;
};

class MessageReader {
 public:
  // `wanted`: the formats of the table that is read. `open` makes a format's batch and reader.
  MessageReader(const formats::Registry& registry, std::span<const formats::Format* const> wanted,
                std::function<Reading&(const formats::Format&)> open);

  // Marks the columns of an envelope that are needed here.
  static void project(const formats::MessageColumns& columns, formats::Batch& envelopes);

  // Takes the rows of `envelopes`, which must stay until next() has returned nullptr.
  void start(const formats::Batch& envelopes, const formats::MessageColumns& columns, const Source& source);
  // Records of one format, or nullptr when all messages are read. Valid until the next call.
  formats::Batch* next();
  const formats::Format* format() const { return format_; }  // of the batch that next() returned

 private:
  struct Candidate {
    const formats::Format* reads;    // with its reader
    const formats::Format* detects;  // by its detector
  };

  const formats::Format* format_of(std::string_view message) const;
  void put_envelope(std::size_t from);

  std::vector<Candidate> candidates_;
  std::function<Reading&(const formats::Format&)> open_;
  const formats::Batch* envelopes_ = nullptr;
  formats::MessageColumns columns_{};
  const Source* source_ = nullptr;
  std::size_t row_ = 0;         // of the message that comes next
  bool begun_ = false;          // its reader is at it
  std::size_t message_at_ = 0;  // bytes of it that were read
  const formats::Format* format_ = nullptr;
  Reading* reading_ = nullptr;  // of format_; nullptr: none is begun
  // Its own columns of those names, where it has them.
  formats::Column* own_account_id_ = nullptr;
  formats::Column* own_log_group_ = nullptr;
  formats::Column* own_log_stream_ = nullptr;
};

}  // namespace otomo::engine
