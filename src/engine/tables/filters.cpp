// SPDX-License-Identifier: Apache-2.0
#include "engine/tables/filters.h"

#include <algorithm>

#include "engine/tables/lend.h"
#include "formats/object_facts.h"

namespace otomo::engine {

namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::ExpressionType;

class Pruner {
 public:
  Pruner(duckdb::ClientContext& context, const duckdb::LogicalGet& get, const Session& session,
         const std::vector<const formats::Format*>& formats,
         ColumnMeaning (*meaning_of)(const formats::Format&, duckdb::column_t))
      : context_(context), get_(get), session_(session), formats_(formats), meaning_of_(meaning_of) {
    for (const formats::Format* format : session.inputs.registry->all()) {
      if (format->messages != nullptr && format->table != formats.front()->table) envelopes_.push_back(format);
    }
  }

  Pruning run(const std::vector<duckdb::unique_ptr<Expression>>& filters) {
    Pruning result;
    for (const auto& filter : filters) {
      if (session_.inputs.literal_filters) {
        for (const formats::Format* format : formats_) {
          std::vector<std::string> literals;
          std::vector<std::string>& best = result.literals[format].any_of;
          if (literals_of(*filter, *format, literals) && better(literals, best)) best = std::move(literals);
        }
      }
      if (const auto earliest = earliest_event(*filter)) {
        earliest_us_ = std::max(earliest_us_.value_or(*earliest), *earliest);
      }
      if (const auto latest = latest_event(*filter)) {
        result.range.latest_us = std::min(result.range.latest_us.value_or(*latest), *latest);
      }
      if (only_of_key(*filter)) key_filters_.push_back(filter.get());
    }
    result.range.earliest_us = earliest_us_;
    const io::ObjectList& objects = session_.inputs.listing.objects;
    if (!earliest_us_ && key_filters_.empty()) {
      result.objects = io::ObjectSet::all(objects.size());
      return result;
    }
    io::ObjectCursor cursor(objects);
    while (const io::Object* object = cursor.next()) {
      if (earliest_us_ && ends_before(object->path, *earliest_us_)) continue;
      if (!key_filters_.empty() && !may_pass_key_filters(object->path, session_.source_of(*object).settings)) continue;
      result.objects.add(cursor.number());
    }
    return result;
  }

 private:
  // Does the key prove that all records are older? Of the table's formats, some know the key; they must agree.
  bool ends_before(std::string_view path, std::int64_t instant_us) const {
    bool proven = false;
    for (const formats::Format* format : formats_) {
      if (!format->read_key(path)) continue;
      const auto latest = formats::latest_event_us(*format, path);
      if (!latest || *latest >= instant_us) return false;
      proven = true;
    }
    return proven;
  }

  // What the object is will be known by its content: it may be any format of the table, or hold envelopes of its
  // records. Where all of them say that its key does not pass, it is left out.
  bool may_pass_key_filters(const std::string& path, const formats::SourceSettings& settings) const {
    std::vector<formats::KeyFacts> tried;
    const auto passes = [&](const formats::Format* format) {
      formats::KeyFacts facts = formats::object_facts(format, path, settings);
      if (std::find(tried.begin(), tried.end(), facts) != tried.end()) return false;
      tried.push_back(std::move(facts));
      return passes_key_filters(path, tried.back());
    };
    return std::any_of(formats_.begin(), formats_.end(), passes) ||
           std::any_of(envelopes_.begin(), envelopes_.end(), passes);
  }

  // Fewer and longer literals rule out more.
  static bool better(const std::vector<std::string>& fresh, const std::vector<std::string>& old) {
    if (fresh.empty()) return false;
    if (old.empty() || fresh.size() != old.size()) return old.empty() || fresh.size() < old.size();
    const auto shorter = [](const std::string& a, const std::string& b) { return a.size() < b.size(); };
    return std::min_element(fresh.begin(), fresh.end(), shorter)->size() >
           std::min_element(old.begin(), old.end(), shorter)->size();
  }

  std::optional<ColumnMeaning> column_of(const Expression& expression) const {
    if (expression.GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return {};
    const auto& reference = expression.Cast<duckdb::BoundColumnRefExpression>();
    if (reference.binding.table_index != get_.table_index) return {};
    const auto& ids = get_.GetColumnIds();
    if (reference.binding.column_index >= ids.size()) return {};
    const auto& id = ids[reference.binding.column_index];
    if (id.HasChildren()) return {};
    return meaning_of_(*formats_.front(), id.GetPrimaryIndex());
  }

  static std::optional<std::string> text_of(const Expression& expression) {
    if (expression.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return {};
    const auto& value = expression.Cast<duckdb::BoundConstantExpression>().value;
    if (value.IsNull() || value.type().id() != duckdb::LogicalTypeId::VARCHAR) return {};
    return duckdb::StringValue::Get(value);
  }

  bool add_literal(const formats::Format& format, const Expression& column, const Expression& constant,
                   formats::Match match, std::vector<std::string>& literals) const {
    const auto meaning = column_of(column);
    const auto text = text_of(constant);
    if (!meaning || meaning->kind != ColumnMeaning::Kind::kFormat || !text || text->empty()) return false;
    auto literal = format.literal_for(meaning->index, match, *text);
    if (!literal || literal->empty()) return false;
    literals.push_back(std::move(*literal));
    return true;
  }

  // Literals of which each record that satisfies `filter` holds at least one. False: there is no such set.
  bool literals_of(const Expression& filter, const formats::Format& format, std::vector<std::string>& literals) const {
    switch (filter.GetExpressionClass()) {
      case ExpressionClass::BOUND_COMPARISON: {
        const auto& comparison = filter.Cast<duckdb::BoundComparisonExpression>();
        if (filter.GetExpressionType() != ExpressionType::COMPARE_EQUAL) return false;
        return add_literal(format, *comparison.left, *comparison.right, formats::Match::kEquals, literals) ||
               add_literal(format, *comparison.right, *comparison.left, formats::Match::kEquals, literals);
      }
      case ExpressionClass::BOUND_FUNCTION: {
        const auto& call = filter.Cast<duckdb::BoundFunctionExpression>();
        if (call.children.size() != 2) return false;
        formats::Match match{};
        if (call.function.name == "contains") {
          match = formats::Match::kContains;
        } else if (call.function.name == "prefix" || call.function.name == "starts_with") {
          match = formats::Match::kStartsWith;
        } else if (call.function.name == "suffix" || call.function.name == "ends_with") {
          match = formats::Match::kEndsWith;
        } else {
          return false;
        }
        return add_literal(format, *call.children[0], *call.children[1], match, literals);
      }
      case ExpressionClass::BOUND_OPERATOR: {
        if (filter.GetExpressionType() != ExpressionType::COMPARE_IN) return false;
        const auto& in = filter.Cast<duckdb::BoundOperatorExpression>();
        for (std::size_t i = 1; i < in.children.size(); ++i) {
          if (!add_literal(format, *in.children[0], *in.children[i], formats::Match::kEquals, literals)) return false;
        }
        return !literals.empty();
      }
      case ExpressionClass::BOUND_CONJUNCTION: {
        const auto& conjunction = filter.Cast<duckdb::BoundConjunctionExpression>();
        if (filter.GetExpressionType() == ExpressionType::CONJUNCTION_OR) {
          for (const auto& child : conjunction.children) {
            if (!literals_of(*child, format, literals)) return false;
          }
          return !literals.empty();
        }
        for (const auto& child : conjunction.children) {
          std::vector<std::string> fresh;
          if (literals_of(*child, format, fresh) && better(fresh, literals)) literals = std::move(fresh);
        }
        return !literals.empty();
      }
      default: return false;
    }
  }

  // `event_time >= constant` and its like: no record before that instant matters.
  std::optional<std::int64_t> earliest_event(const Expression& filter) const {
    return bound_of(filter, ExpressionType::COMPARE_GREATERTHAN, ExpressionType::COMPARE_GREATERTHANOREQUALTO, true);
  }
  // `event_time <= constant` and its like: none behind it.
  std::optional<std::int64_t> latest_event(const Expression& filter) const {
    return bound_of(filter, ExpressionType::COMPARE_LESSTHAN, ExpressionType::COMPARE_LESSTHANOREQUALTO, false);
  }

  // The constant that `event_time` is compared with in one of two ways, or equal to.
  std::optional<std::int64_t> bound_of(const Expression& filter, ExpressionType strict, ExpressionType or_equal,
                                       bool is_lower) const {
    if (filter.GetExpressionClass() == ExpressionClass::BOUND_BETWEEN) {
      const auto& between = filter.Cast<duckdb::BoundBetweenExpression>();
      return is_event_time(*between.input) ? instant_of(is_lower ? *between.lower : *between.upper) : std::nullopt;
    }
    if (filter.GetExpressionClass() != ExpressionClass::BOUND_COMPARISON) return {};
    const auto& comparison = filter.Cast<duckdb::BoundComparisonExpression>();
    const auto fits = [&](ExpressionType type) {
      return type == strict || type == or_equal || type == ExpressionType::COMPARE_EQUAL;
    };
    const auto type = filter.GetExpressionType();
    if (is_event_time(*comparison.left) && fits(type)) return instant_of(*comparison.right);
    if (is_event_time(*comparison.right) && fits(duckdb::FlipComparisonExpression(type))) {
      return instant_of(*comparison.left);
    }
    return {};
  }

  bool is_event_time(const Expression& expression) const {
    const auto meaning = column_of(expression);
    return meaning && meaning->kind == ColumnMeaning::Kind::kEventTime;
  }

  static std::optional<std::int64_t> instant_of(const Expression& expression) {
    if (expression.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return {};
    const auto& value = expression.Cast<duckdb::BoundConstantExpression>().value;
    if (value.IsNull() || value.type().id() != duckdb::LogicalTypeId::TIMESTAMP_TZ) return {};
    return duckdb::TimestampTZValue::Get(value).value;
  }

  bool only_of_key(const Expression& filter) const {
    bool only = true;
    bool any = false;
    duckdb::ExpressionIterator::VisitExpressionClass(
        filter, ExpressionClass::BOUND_COLUMN_REF, [&](const Expression& reference) {
          const auto meaning = column_of(reference);
          any = true;
          only = only && meaning &&
                 (meaning->kind == ColumnMeaning::Kind::kPath || meaning->kind == ColumnMeaning::Kind::kPartition);
        });
    return any && only && filter.IsConsistent() && !filter.HasSubquery() && !filter.HasParameter();
  }

  void put_key_values(duckdb::unique_ptr<Expression>& expression, const std::string& path,
                      const formats::KeyFacts& facts) const {
    if (const auto meaning = column_of(*expression)) {
      duckdb::Value value(duckdb::LogicalType::VARCHAR);
      if (meaning->kind == ColumnMeaning::Kind::kPath) {
        value = text_value(path);
      } else if (const auto text = partition_value(formats_.front()->partitions[meaning->index], facts)) {
        value = duckdb::Value(*text);
      }
      expression = duckdb::make_uniq<duckdb::BoundConstantExpression>(std::move(value));
      return;
    }
    duckdb::ExpressionIterator::EnumerateChildren(
        *expression, [&](duckdb::unique_ptr<Expression>& child) { put_key_values(child, path, facts); });
  }

  bool passes_key_filters(const std::string& path, const formats::KeyFacts& facts) const {
    for (const Expression* filter : key_filters_) {
      auto copy = filter->Copy();
      put_key_values(copy, path, facts);
      duckdb::Value result;
      if (!duckdb::ExpressionExecutor::TryEvaluateScalar(context_, *copy, result)) continue;
      if (result.IsNull() || !result.GetValue<bool>()) return false;
    }
    return true;
  }

  duckdb::ClientContext& context_;
  const duckdb::LogicalGet& get_;
  const Session& session_;
  const std::vector<const formats::Format*>& formats_;
  std::vector<const formats::Format*> envelopes_;  // whose messages may hold the table's records
  ColumnMeaning (*meaning_of_)(const formats::Format&, duckdb::column_t);
  std::optional<std::int64_t> earliest_us_;
  std::vector<const Expression*> key_filters_;
};

}  // namespace

Pruning prune(duckdb::ClientContext& context, const duckdb::LogicalGet& get,
              const std::vector<duckdb::unique_ptr<duckdb::Expression>>& filters, const Session& session,
              const std::vector<const formats::Format*>& formats,
              ColumnMeaning (*meaning_of)(const formats::Format&, duckdb::column_t)) {
  return Pruner(context, get, session, formats, meaning_of).run(filters);
}

std::optional<std::string> partition_value(const formats::PartitionColumn& partition, const formats::KeyFacts& facts) {
  std::string text;
  for (const char c : partition.pattern) {
    const std::string* part = nullptr;
    switch (c) {
      case 'Y': part = &facts.year; break;
      case 'M': part = &facts.month; break;
      case 'D': part = &facts.day; break;
      case 'H': part = &facts.hour; break;
      case 'A': part = &facts.account_id; break;
      case 'I': part = &facts.minute; break;
      case 'R': part = &facts.region; break;
      case 'O': part = &facts.log_of; break;
      default: text += c; continue;
    }
    if (part->empty()) return {};
    text += *part;
  }
  return text;
}

}  // namespace otomo::engine
