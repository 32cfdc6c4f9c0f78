// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/messages.h"

#include <algorithm>

namespace otomo::engine {

namespace {

void put_where_null(formats::Column& column, std::size_t from, std::size_t to, std::string_view text) {
  if (!column.wanted) return;
  for (std::size_t row = from; row < to; ++row) {
    if (column.text[row].data() == nullptr) column.text[row] = text;
  }
}

formats::Column* column_named(formats::Batch& batch, std::string_view name) {
  const auto found = std::find_if(batch.columns.begin(), batch.columns.end(),
                                  [&](const formats::Column& column) { return column.spec->name == name; });
  return found == batch.columns.end() ? nullptr : &*found;
}

}  // namespace

MessageReader::MessageReader(const formats::Registry& registry, std::span<const formats::Format* const> wanted,
                             std::function<Reading&(const formats::Format&)> open)
    : open_(std::move(open)) {
  for (const formats::Format* format : wanted) {
    if (format->table.empty() || format->messages != nullptr) continue;
    candidates_.push_back({format, format->objects_of.empty() ? format : registry.find(format->objects_of)});
  }
}

void MessageReader::project(const formats::MessageColumns& columns, formats::Batch& envelopes) {
  for (const std::size_t column : {columns.message, columns.log_group, columns.log_stream, columns.owner}) {
    envelopes.columns[column].wanted = true;
  }
  envelopes.event_time.wanted = true;
  envelopes.offsets_wanted = true;
}

void MessageReader::start(const formats::Batch& envelopes, const formats::MessageColumns& columns,
                          const Source& source) {
  envelopes_ = &envelopes;
  columns_ = columns;
  source_ = &source;
  row_ = 0;
  begun_ = false;
  reading_ = nullptr;
}

const formats::Format* MessageReader::format_of(std::string_view message) const {
  for (const Candidate& candidate : candidates_) {
    if (source_->messages != nullptr) {
      if (candidate.detects == source_->messages) return candidate.reads;
    } else if (!message.empty() && candidate.detects->detect(message, true) == formats::Verdict::kYes) {
      return candidate.reads;
    }
  }
  return nullptr;
}

formats::Batch* MessageReader::next() {
  // The last batch was used. What is left of its last message goes on in the next one.
  if (!begun_) reading_ = nullptr;
  if (reading_ != nullptr) reading_->batch->clear();
  while (row_ < envelopes_->rows) {
    const std::string_view message = envelopes_->columns[columns_.message].text[row_];
    if (!begun_) {
      const formats::Format* format = format_of(message);
      if (format == nullptr) {
        ++row_;
        continue;
      }
      if (reading_ != nullptr && format != format_) return reading_->batch.get();
      if (reading_ == nullptr) {
        format_ = format;
        reading_ = &open_(*format);
        reading_->batch->clear();
        own_account_id_ = column_named(*reading_->batch, "account_id");
        own_log_group_ = column_named(*reading_->batch, "log_group");
        own_log_stream_ = column_named(*reading_->batch, "log_stream");
      }
      // What the message says without a year happened in the year of the envelope.
      const bool timed = envelopes_->event_time.valid[row_] != 0;
      reading_->reader->restart(
          {message, timed ? std::optional(envelopes_->event_time.integers[row_]) : std::nullopt, &source_->settings});
      begun_ = true;
      message_at_ = 0;
    }
    formats::Batch& batch = *reading_->batch;
    const std::size_t before = batch.rows;
    const std::size_t rejects_before = batch.rejects.size();
    message_at_ += reading_->reader->read(message.substr(message_at_), message_at_, true, batch);
    put_envelope(before);
    for (std::size_t i = rejects_before; i < batch.rejects.size(); ++i) {
      batch.rejects[i].offset = envelopes_->offsets[row_];
    }
    if (message_at_ == message.size()) {
      begun_ = false;
      ++row_;
    }
    if (batch.full()) return &batch;
  }
  return reading_ == nullptr ? nullptr : reading_->batch.get();
}

// What the envelope says of the rows from `from` on.
void MessageReader::put_envelope(std::size_t from) {
  formats::Batch& batch = *reading_->batch;
  const auto text_of = [&](std::size_t column) { return envelopes_->columns[column].text[row_]; };
  for (formats::Column* column : {&batch.account_id, own_account_id_}) {
    if (column != nullptr) put_where_null(*column, from, batch.rows, text_of(columns_.owner));
  }
  for (formats::Column* column : {&batch.log_group, own_log_group_}) {
    if (column != nullptr) put_where_null(*column, from, batch.rows, text_of(columns_.log_group));
  }
  for (formats::Column* column : {&batch.log_stream, own_log_stream_}) {
    if (column != nullptr) put_where_null(*column, from, batch.rows, text_of(columns_.log_stream));
  }
  if (batch.offsets_wanted) {
    std::fill_n(batch.offsets.begin() + static_cast<std::ptrdiff_t>(from), batch.rows - from,
                envelopes_->offsets[row_]);
  }
  if (batch.event_time.wanted && envelopes_->event_time.valid[row_] != 0) {
    for (std::size_t row = from; row < batch.rows; ++row) {
      if (batch.event_time.valid[row] == 0) batch.event_time.set_integer(row, envelopes_->event_time.integers[row_]);
    }
  }
}

}  // namespace otomo::engine
