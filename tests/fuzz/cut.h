// SPDX-License-Identifier: Apache-2.0
//
// Reading a text through a format in as many calls as one likes, and what must hold of it: the records and rejects do
// not depend on the cut nor on the columns that are wanted. Used by the unit tests and the fuzz targets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace otomo::fuzz {

struct Piece {
  bool is_record = false;
  std::uint64_t offset = 0;
  std::string raw;
  std::string text;  // all columns, or the reject
};

struct Reading {
  std::vector<Piece> pieces;
  std::vector<std::string> rows;  // the pieces' texts
  formats::Counts counts;
  std::size_t batch_rejects_max = 0;  // of one call
};

inline void put_column(const formats::Column& column, std::size_t row, std::string& out) {
  if (column.spec->type == formats::Type::kText) {
    out += column.text[row].data() == nullptr ? std::string_view("\\N") : column.text[row];
  } else if (column.valid[row] == 0) {
    out += "\\N";
  } else if (column.spec->type == formats::Type::kDouble) {
    out += std::to_string(column.doubles[row]);
  } else if (column.spec->type == formats::Type::kStruct) {
    for (const auto& child : column.children) put_column(child, row, out);
  } else if (column.spec->type == formats::Type::kList || column.spec->type == formats::Type::kMap) {
    for (std::uint32_t i = row == 0 ? 0 : column.list_end[row - 1]; i < column.list_end[row]; ++i) {
      for (const auto& child : column.children) put_column(child, i, out);
    }
  } else {
    out += std::to_string(column.integers[row]);
  }
  out += '\x1f';
}

// Reads `text`; `ends` are the places up to which it is shown before all of it is.
// REQUIRES: the batch was made for the format and is used with the same `columns` always.
inline Reading read_cut(const formats::Format& format, std::string_view text, std::vector<std::size_t> ends,
                        bool columns, formats::Batch& batch) {
  Reading reading;
  const formats::LiteralFilter none;
  const auto reader = format.make_reader(none);
  const formats::SourceSettings settings;
  std::string head(text.substr(0, kDetectionBytesMax));
  head.append(kBlockPaddingBytes, '\0');
  reader->restart({std::string_view(head).substr(0, head.size() - kBlockPaddingBytes), {}, &settings});
  batch.offsets_wanted = batch.raw_wanted = true;
  if (columns) {
    for (auto& column : batch.columns) column.want_all();
    batch.event_time.wanted = batch.account_id.wanted = batch.region.wanted = true;
  }
  ends.push_back(text.size());
  std::size_t at = 0;
  for (const std::size_t& end : ends) {
    const std::size_t shown = std::min(end, text.size());
    const bool last = &end == &ends.back();
    while (shown >= at) {
      // A copy of exactly what may be seen, so that a sanitizer finds any look behind the padding.
      std::vector<char> block(shown - at + kBlockPaddingBytes);
      std::copy(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(shown),
                block.begin());
      batch.clear();
      const std::size_t consumed = reader->read({block.data(), shown - at}, at, last, batch);
      if (consumed > shown - at) std::abort();
      for (std::size_t row = 0; row < batch.rows; ++row) {
        Piece piece{true, batch.offsets[row], std::string(batch.raw[row]), std::to_string(batch.offsets[row]) + '\x1f'};
        piece.text += batch.raw[row];
        if (columns) {
          for (const auto& column : batch.columns) put_column(column, row, piece.text);
          put_column(batch.event_time, row, piece.text);
          put_column(batch.account_id, row, piece.text);
          put_column(batch.region, row, piece.text);
        }
        reading.pieces.push_back(std::move(piece));
      }
      for (const auto& reject : batch.rejects) {
        reading.pieces.push_back({false, reject.offset, std::string(reject.raw),
                                  "reject " + std::to_string(reject.offset) + ' ' +
                                      std::string(word_of(reject.reason)) + ' ' + std::string(reject.raw)});
      }
      reading.counts += batch.counts;
      reading.batch_rejects_max = std::max(reading.batch_rejects_max, batch.rejects.size());
      at += consumed;
      if (consumed == 0 && !batch.full()) break;
      if (last && at == text.size() && !batch.full()) break;
    }
  }
  if (at != text.size()) std::abort();
  for (const Piece& piece : reading.pieces) reading.rows.push_back(piece.text);
  return reading;
}

// Rejects are listed behind the records of their call, so only the sets can be compared.
inline std::vector<std::string> sorted(std::vector<std::string> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

// The bytes of `text` that belong to no record and no reject.
inline std::string uncovered(const Reading& reading, std::string_view text) {
  std::vector<bool> covered(text.size());
  for (const Piece& piece : reading.pieces) {
    for (std::size_t i = piece.offset; i < std::min(text.size(), piece.offset + piece.raw.size()); ++i)
      covered[i] = true;
  }
  std::string rest;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!covered[i]) rest += text[i];
  }
  return rest;
}

// The fuzz targets' body: the first byte chooses the cut.
inline void check(const formats::Format& format, std::string_view input) {
  if (input.empty()) return;
  const std::string_view text = input.substr(1);
  std::string padded(text);
  padded.append(kBlockPaddingBytes, '\0');
  format.detect(std::string_view(padded).substr(0, text.size()), true);
  format.read_key(text);
  if (!format.make_reader) return;  // its objects are recognised, and hold no records
  // A reader looks again at what it was shown before: not too many steps for long texts.
  constexpr std::size_t kStepsMax = 64;
  const std::size_t step = std::max<std::size_t>(1U + static_cast<unsigned char>(input[0]), text.size() / kStepsMax);
  std::vector<std::size_t> ends;
  for (std::size_t end = step; end < text.size(); end += step) ends.push_back(end);
  static formats::Batch filled(format.columns);  // one format per program; made once, because they are large
  static formats::Batch bare(format.columns);
  const Reading whole = read_cut(format, text, {}, true, filled);
  const Reading cut = read_cut(format, text, ends, true, filled);
  if (sorted(whole.rows) != sorted(cut.rows)) std::abort();
  const Reading counted = read_cut(format, text, {}, false, bare);
  if (counted.counts.records != whole.counts.records || counted.counts.rejects != whole.counts.rejects) std::abort();
}

}  // namespace otomo::fuzz
