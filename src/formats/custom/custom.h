// SPDX-License-Identifier: Apache-2.0
//
// Formats that users describe: a TOML file says how a record is found and taken apart, what its columns are, and shows
// records that prove it. From the file's text comes a Format like any other, but for three things: it is made at run
// time and stands in no list, its objects are told by the user (or by the key that the file names), never by content
// alone, and a file whose samples do not come out as it says is refused. Opens no file. Any thread.
//
//   name = "myapp"                      # the word after --format, and the table
//   summary = "My application's log"
//   kind = "regex"                      # or grok, json, delimiter
//   pattern = '^(?P<time>\S+) (?P<level>\w+) (?P<user>\S+) (?P<bytes>\d+|-)$'
//   time = "time"                       # event_time; or { column = …, format = … }; two columns are joined by a space
//   account = "…"                       # the columns that name account and Region, if any
//   region = "…"
//   key = "*/myapp/*.log"               # objects of a source that is not told its format
//   [columns]                           # types; every other group is a text
//   time = { type = "timestamp", format = "iso" }          # see time_form.h
//   bytes = "bigint"                    # text, integer, bigint, double, boolean, timestamp
//   [[samples]]
//   text = '2026-03-02T09:14:07Z INFO alice 42'
//   expect = { level = "INFO", bytes = 42, event_time = 2026-03-02T09:14:07Z }
//   null = []
//   [[samples]]
//   text = 'no record'
//   reject = true
//
// regex, grok: pattern; record_start, for records of several lines. grok: [patterns], the user's own.
// json: [columns] in order, { path = "request.headers.host" } where it is not the name; container; lines = true.
// delimiter: [columns] in order; delimiter; quote; header = true, and { field = "c-ip" } where it is not the name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/custom/samples.h"
#include "formats/format.h"

namespace otomo::formats::custom {

struct Checked {
  std::shared_ptr<const Format> format;
  std::string summary;  // how records are found, in one line
  std::vector<CheckedSample> samples;
};

// Errors name `file_name`, line and column, and say what would be right.
Result<Checked> check(std::string_view text, std::string_view file_name);
Result<std::shared_ptr<const Format>> load(std::string_view text, std::string_view file_name);

}  // namespace otomo::formats::custom
