// SPDX-License-Identifier: Apache-2.0
//
// Columns filled from JSON members by name: nested ones, wrong ones, repeated ones, and what none of them holds.
#include "formats/json_columns.h"

#include <gtest/gtest.h>

#include "formats/json_records.h"
#include "unit/formats/read_all.h"

namespace otomo::formats {
namespace {

constexpr ColumnSpec kElement[] = {{"element"}};
constexpr ColumnSpec kTextToText[] = {{"key"}, {"value"}};
constexpr ColumnSpec kTextToTexts[] = {{"key"}, {"value", Type::kList, kElement}};
constexpr ColumnSpec kInner[] = {{"name"}, {"tags", Type::kList, kElement}, {"size", Type::kInteger}};
constexpr ColumnSpec kInners[] = {{"element", Type::kStruct, kInner}};
constexpr ColumnSpec kOuter[] = {{"id"}, {"parts", Type::kList, kInners}};

constexpr ColumnSpec kColumns[] = {
    {"text_column"},
    {"whole", Type::kInteger},
    {"large", Type::kBigint},
    {"part", Type::kDouble},
    {"flag", Type::kBoolean},
    {"outer", Type::kStruct, kOuter},
    {"list", Type::kList, kInners},
    {"map", Type::kMap, kTextToText},
    {"lists", Type::kMap, kTextToTexts},
    {"user_agent"},
    {"agent"},
    {"other"},
};
constexpr JsonName kNames[] = {{"user_agent", "agent"}, {"cs(User-Agent)", "user_agent"}};

struct Filled {
  std::vector<std::string> values;
  std::uint64_t bad_values = 0;

  const std::string& of(std::string_view column) const {
    for (std::size_t i = 0; i < std::size(kColumns); ++i) {
      if (kColumns[i].name == column) return values[i];
    }
    static const std::string kNone = "no such column";
    return kNone;
  }
};

// The rows of those objects, read by one JsonColumns.
std::vector<Filled> fill_all(const std::vector<std::string>& objects,
                             const std::vector<std::string_view>& wanted = {}) {
  Batch batch(kColumns);
  for (Column& column : batch.columns) {
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), column.spec->name) != wanted.end()) column.want_all();
  }
  JsonColumns columns(kColumns, kNames, "other");
  columns.begin(batch);
  std::vector<std::string> padded;
  std::vector<Filled> rows;
  for (const std::string& object : objects) padded.push_back(object + std::string(kBlockPaddingBytes, ' '));
  for (std::size_t row = 0; row < objects.size(); ++row) {
    JsonText json;
    JsonMembers members;
    EXPECT_TRUE(json.read(std::string_view(padded[row]).substr(0, objects[row].size()), members)) << objects[row];
    const std::uint64_t before = batch.counts.bad_values;
    columns.look_at(json, members);
    columns.put(row, batch);
    Filled& filled = rows.emplace_back();
    filled.bad_values = batch.counts.bad_values - before;
    for (const Column& column : batch.columns) show_value(column, row, filled.values.emplace_back());
  }
  return rows;
}

Filled fill(const std::string& object, const std::vector<std::string_view>& wanted = {}) {
  return fill_all({object}, wanted).front();
}

TEST(JsonColumns, FindsMembersWithoutRegardToCase) {
  for (const char* name : {"text_column", "TEXT_COLUMN", "Text-Column", "tExT-cOlUmN"}) {
    const Filled row = fill(std::string(R"({")") + name + R"(":"x","List":[]})");
    EXPECT_EQ(row.of("text_column"), "x") << name;
    EXPECT_EQ(row.of("list"), "") << name;
    EXPECT_EQ(row.of("other"), kNull) << name;
  }
  EXPECT_EQ(fill(R"({"text+column":"x"})").of("text_column"), kNull);
  EXPECT_EQ(fill(R"({"text_colum":"x","text_columns":"y","":"z"})").of("text_column"), kNull);
}

TEST(JsonColumns, ComparesNamesOfEverySize) {
  std::string name = "a-b_cdefghijklmnopqrstuvwxyz0123456789";
  for (std::size_t size = 0; size <= name.size(); ++size) {
    const std::string column = [&] {
      std::string text = name.substr(0, size);
      std::replace(text.begin(), text.end(), '-', '_');
      return text;
    }();
    std::string upper = name.substr(0, size);
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    EXPECT_TRUE(names_column(upper, column)) << size;
    for (std::size_t i = 0; i < size; ++i) {
      for (const char wrong : {'!', '@', '[', '`', '{', '\xC1', '\xAD', '\0'}) {
        std::string changed = upper;
        changed[i] = wrong;
        EXPECT_FALSE(names_column(changed, column)) << size << ' ' << i << ' ' << wrong;
      }
    }
  }
}

TEST(JsonColumns, ANameMayBelongToAnotherColumn) {
  const Filled row = fill(R"x({"user_agent":"a","cs(User-Agent)":"b"})x");
  EXPECT_EQ(row.of("agent"), "a");
  EXPECT_EQ(row.of("user_agent"), "b");
  // Only the exact name is another's.
  const Filled upper = fill(R"({"User-Agent":"c"})");
  EXPECT_EQ(upper.of("agent"), kNull);
  EXPECT_EQ(upper.of("user_agent"), "c");
}

TEST(JsonColumns, Texts) {
  EXPECT_EQ(fill(R"({"text_column":"a\u0041\n\"\\"})").of("text_column"), "aA\n\"\\");
  EXPECT_EQ(fill(R"({"text_column":""})").of("text_column"), "");
  EXPECT_EQ(fill(R"({"text_column":null})").of("text_column"), kNull);
  EXPECT_EQ(fill(R"({})").of("text_column"), kNull);
  EXPECT_EQ(fill(R"({"text_column":12.50})").of("text_column"), "12.50");
  EXPECT_EQ(fill(R"({"text_column":[1, {"a" : 2}]})").of("text_column"), R"([1, {"a" : 2}])");
  EXPECT_EQ(fill(R"({"text_column":"null"})").of("text_column"), "null");
}

TEST(JsonColumns, Numbers) {
  EXPECT_EQ(fill(R"({"whole":42,"large":-9000000000,"part":1.5,"flag":true})").values[1], "42");
  const Filled quoted = fill(R"({"whole":"42","large":"9000000000","part":"-1.5","flag":"false"})");
  EXPECT_EQ(quoted.of("whole"), "42");
  EXPECT_EQ(quoted.of("large"), "9000000000");
  EXPECT_EQ(quoted.of("part"), "-1.500000");
  EXPECT_EQ(quoted.of("flag"), "0");
  EXPECT_EQ(quoted.bad_values, 0U);
  for (const char* none : {"null", R"("")", R"("-")"}) {
    const Filled row = fill(std::string(R"({"whole":)") + none + R"(,"part":)" + none + "}");
    EXPECT_EQ(row.of("whole"), kNull) << none;
    EXPECT_EQ(row.of("part"), kNull) << none;
    EXPECT_EQ(row.bad_values, 0U) << none;
    EXPECT_EQ(row.of("other"), kNull) << none;
  }
  for (const char* wrong : {"4294967296", R"("four")", "1.5", "true", "[4]", R"({"a":4})", "1e3"}) {
    const Filled row = fill(std::string(R"({"whole":)") + wrong + "}");
    EXPECT_EQ(row.of("whole"), kNull) << wrong;
    EXPECT_EQ(row.bad_values, 1U) << wrong;
    EXPECT_EQ(row.of("other"), std::string(R"({"whole":)") + wrong + "}");
  }
}

TEST(JsonColumns, NestedListsOfStructs) {
  const auto rows = fill_all({
      R"({"outer":{"id":1,"parts":[{"name":"a","tags":["x","y"],"size":1},{"name":"b"}]},"list":[{"tags":[]},null,{"size":"7"}]})",
      R"({"outer":null,"list":[]})",
      R"({"list":[{"NAME":"c","Tags":["z"]}],"outer":{"parts":null}})",
  });
  EXPECT_EQ(rows[0].of("outer"), "id=1;parts=name=a;tags=x,y,;size=1;,name=b;tags=\\N;size=\\N;,;");
  EXPECT_EQ(rows[0].of("list"), "name=\\N;tags=;size=\\N;,\\N,name=\\N;tags=\\N;size=7;,");
  EXPECT_EQ(rows[1].of("outer"), kNull);
  EXPECT_EQ(rows[1].of("list"), "");
  EXPECT_EQ(rows[2].of("list"), "name=c;tags=z,;size=\\N;,");
  EXPECT_EQ(rows[2].of("outer"), "id=\\N;parts=\\N;");
  for (const Filled& row : rows) {
    EXPECT_EQ(row.of("other"), kNull);
    EXPECT_EQ(row.bad_values, 0U);
  }
}

TEST(JsonColumns, ValuesOfTheWrongKindAreNullCountedAndKept) {
  for (const char* column : {"outer", "list", "map"}) {
    for (const char* wrong : {"1", R"("x")", "true", R"([1])", R"({"id":"x"})"}) {
      const bool fits = (column[0] == 'l') ? wrong[0] == '[' : wrong[0] == '{';
      if (fits) continue;
      const Filled row = fill(std::string("{\"") + column + "\":" + wrong + "}");
      EXPECT_EQ(row.of(column), kNull) << column << ' ' << wrong;
      EXPECT_EQ(row.bad_values, 1U);
      EXPECT_EQ(row.of("other"), std::string("{\"") + column + "\":" + wrong + "}");
    }
  }
  // An element of the wrong kind is a NULL in its place.
  const Filled row = fill(R"({"list":[1,{"name":"a"}]})");
  EXPECT_EQ(row.of("list"), "\\N,name=a;tags=\\N;size=\\N;,");
  EXPECT_EQ(row.bad_values, 1U);
  EXPECT_EQ(row.of("other"), R"({"list":[1,{"name":"a"}]})");
  // What lies below is read as far as it is valid; this is not.
  const Filled broken = fill(R"({"outer":{"id":1,,},"list":[1,,2]})");
  EXPECT_EQ(broken.of("outer"), kNull);
  EXPECT_EQ(broken.of("other"), R"({"outer":{"id":1,,},"list":[1,,2]})");
}

TEST(JsonColumns, Maps) {
  const auto rows = fill_all({
      R"({"map":{"a":"1","b":2,"c":null,"a":"3"},"lists":{"x":["1","2"],"y":[],"x":["3"]}})",
      R"({"map":{},"lists":{"z":["4"]}})",
  });
  EXPECT_EQ(rows[0].of("map"), "b,2,c,\\N,a,3,");
  EXPECT_EQ(rows[0].of("lists"), "y,,x,3,,");
  EXPECT_EQ(rows[0].of("other"),
            R"({"map":{"a":"1","b":2,"c":null,"a":"3"},"lists":{"x":["1","2"],"y":[],"x":["3"]}})");
  EXPECT_EQ(rows[1].of("map"), "");
  EXPECT_EQ(rows[1].of("lists"), "z,4,,");
  // Many keys, each twice, the second time escaped.
  std::string object = R"({"map":{)";
  std::string expected;
  for (int i = 0; i < 500; ++i) object += "\"k" + std::to_string(i) + "\":\"old\",";
  for (int i = 0; i < 500; ++i) {
    object += std::string(i == 0 ? "" : ",") + "\"\\u006b" + std::to_string(i) + "\":\"new\"";
    expected += "k" + std::to_string(i) + ",new,";
  }
  EXPECT_EQ(fill(object + "}}").of("map"), expected);
}

TEST(JsonColumns, OfRepeatedMembersTheLastCounts) {
  const Filled row = fill(R"({"whole":1,"WHOLE":2,"outer":{"id":"a","ID":"b"}})");
  EXPECT_EQ(row.of("whole"), "2");
  EXPECT_EQ(row.of("outer"), "id=b;parts=\\N;");
  EXPECT_EQ(row.of("other"), R"({"whole":1,"outer":{"id":"a","ID":"b"}})");
  EXPECT_EQ(fill(R"({"whole":1,"WHOLE":2})", {"whole"}).of("whole"), "2");
  EXPECT_EQ(fill(R"({"agent":"1","user_agent":"2"})", {"agent"}).of("agent"), "2");
  EXPECT_EQ(fill(R"({"user_agent":"2","agent":"1"})", {"agent"}).of("agent"), "1");
  // A list that is given twice is not the two together.
  EXPECT_EQ(fill(R"({"outer":{"parts":[{"name":"a"},{"name":"b"}],"parts":[{"name":"c"}]}})").of("outer"),
            "id=\\N;parts=name=c;tags=\\N;size=\\N;,;");
}

TEST(JsonColumns, OtherHoldsWhatHasNoPlace) {
  EXPECT_EQ(fill(R"({"new":{"a":[1, 2]},"text_column":"x","n\"ew":null})").of("other"),
            R"({"new":{"a":[1, 2]},"n\"ew":null})");
  EXPECT_EQ(fill(R"({"other":"x"})").of("other"), R"({"other":"x"})");
  EXPECT_EQ(fill(R"({"outer":{"id":"a","new":1}})").of("other"), R"({"outer":{"id":"a","new":1}})");
  EXPECT_EQ(fill(R"({"list":[{"name":"a"},{"new":1}]})").of("other"), R"({"list":[{"name":"a"},{"new":1}]})");
  // A null in a place that is not there is nothing.
  EXPECT_EQ(fill(R"({"outer":{"id":"a","new":null}})").of("other"), kNull);
}

TEST(JsonColumns, OtherDoesNotDependOnWhatElseIsWanted) {
  for (const char* object : {
           R"({"outer":{"id":"a","new":1},"whole":"x","list":[{"new":1}],"map":{"a":1,"a":2},"new":3})",
           R"({"outer":{"parts":[{"size":"large"}]},"large":1})",
           R"({"outer":{"parts":[{"size":5}]},"large":1})",
       }) {
    const Filled all = fill(object);
    const Filled alone = fill(object, {"other"});
    EXPECT_EQ(alone.of("other"), all.of("other")) << object;
    EXPECT_EQ(alone.bad_values, 0U) << object;
    for (const ColumnSpec& column : kColumns) {
      EXPECT_EQ(fill(object, {column.name}).of(column.name), all.of(column.name)) << object << ' ' << column.name;
      EXPECT_EQ(fill(object, {column.name, "other"}).of("other"), all.of("other")) << object << ' ' << column.name;
    }
  }
}

TEST(JsonColumns, RecordsMayHaveTheirMembersInAnyOrder) {
  const auto rows = fill_all({
      R"({"text_column":"a","whole":1,"new":1})",
      R"({"whole":2,"text_column":"b"})",
      R"({"new":3,"text_column":"c","Whole":3})",
      R"({})",
      R"({"text_column":"d","whole":4,"new":4})",
  });
  std::string texts;
  std::string others;
  for (const Filled& row : rows) {
    texts += row.of("text_column") + row.of("whole") + ' ';
    others += row.of("other") + ' ';
  }
  EXPECT_EQ(texts, "a1 b2 c3 \\N\\N d4 ");
  EXPECT_EQ(others, R"({"new":1} \N {"new":3} \N {"new":4} )");
}

// More members than places are remembered for.
TEST(JsonColumns, AnyNumberOfMembers) {
  std::string object = "{";
  for (int i = 0; i < 3000; ++i) object += "\"m" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  const Filled row = fill(object + R"("text_column":"x"})");
  EXPECT_EQ(row.of("text_column"), "x");
  EXPECT_TRUE(row.of("other").ends_with(R"("m2999":2999})"));
}

TEST(JsonColumns, MembersOfARecordForAFormatThatFillsItsOwnColumns) {
  for (const bool other : {false, true}) {
    Batch batch(kColumns);
    JsonColumns columns(kColumns, kNames, "other");
    columns.begin_alone(other);
    const std::string object = R"({"text_column":"x","whole":"y","new":1})";
    const std::string padded = object + std::string(kBlockPaddingBytes, ' ');
    JsonText json;
    JsonMembers members;
    ASSERT_TRUE(json.read(std::string_view(padded).substr(0, object.size()), members));
    columns.look_at(json, members);
    EXPECT_EQ(columns.text(0, batch.arena), "x");
    EXPECT_EQ(columns.member(3), nullptr);
    if (!other) continue;
    EXPECT_TRUE(columns.other(batch).ends_with(R"("new":1})"));
  }
}

TEST(LiteralOfMembers, OnlyWhatLiesWithinOneNameOrScalar) {
  EXPECT_EQ(literal_of_members("64496"), "64496");
  EXPECT_EQ(literal_of_members("shop-photos"), "shop-photos");
  for (const char* value : {"\"a\"", "a,b", "a:b", "{", "}", "\xEF\xBF\xBD"}) EXPECT_FALSE(literal_of_members(value));
}

}  // namespace
}  // namespace otomo::formats
