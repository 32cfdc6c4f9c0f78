// SPDX-License-Identifier: Apache-2.0
#include "formats/custom/grok.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "formats/custom/description.h"

namespace otomo::formats::custom {

namespace {

constexpr GrokPattern kLibrary[] = {
    // Numbers
    {"INT", R"([+-]?[0-9]+)"},
    {"POSINT", R"([1-9][0-9]*)"},
    {"NONNEGINT", R"([0-9]+)"},
    {"BASE10NUM", R"([+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))"},
    {"NUMBER", R"(%{BASE10NUM})"},
    {"BASE16NUM", R"([+-]?(?:0[xX])?[0-9A-Fa-f]+)"},
    {"BASE16FLOAT", R"([+-]?(?:0[xX])?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+))"},
    // Words
    {"WORD", R"(\b\w+\b)"},
    {"NOTSPACE", R"(\S+)"},
    {"SPACE", R"(\s*)"},
    {"DATA", R"(.*?)"},
    {"GREEDYDATA", R"(.*)"},
    {"QUOTEDSTRING", R"re("(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|`(?:\\.|[^\\`])*`)re"},
    {"QS", R"(%{QUOTEDSTRING})"},
    {"UUID", R"([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})"},
    {"URN", R"(urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:[^\s]+)"},
    {"LOGLEVEL", R"((?i:trace|debug|info(?:rmation)?|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|severe|fatal|alert|)"
                 R"(emerg(?:ency)?))"},
    // Who
    {"USERNAME", R"([a-zA-Z0-9._-]+)"},
    {"USER", R"(%{USERNAME})"},
    {"EMAILLOCALPART", R"([a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*)"},
    {"EMAILADDRESS", R"(%{EMAILLOCALPART}@%{HOSTNAME})"},
    // The characters of both.
    {"HTTPDUSER", R"([a-zA-Z0-9!#$%&'*+/=?^_`{|}~.@-]+)"},
    // Where
    {"MAC", R"((?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}))"},
    {"CISCOMAC", R"((?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})"},
    {"WINDOWSMAC", R"((?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2})"},
    {"COMMONMAC", R"((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})"},
    {"IPV4",
     R"((?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9]))"},
    // Eight groups, or fewer around "::"; the last two may be an IPv4 address, which is tried first, because a group
    // would be content with a part of it. Digits, and groups around "::", are not counted: that would make the program
    // several times larger, and RE2's engines for captures are fast for programs of up to 512 steps only.
    {"IPV6", R"((?:(?:[0-9A-Fa-f]+:){6}(?:[0-9]+(?:\.[0-9]+){3}|[0-9A-Fa-f]+:[0-9A-Fa-f]+)|)"
             R"((?:[0-9A-Fa-f]+(?::[0-9A-Fa-f]+)*)?::)"
             R"((?:(?:[0-9A-Fa-f]+:)*[0-9]+(?:\.[0-9]+){3}|[0-9A-Fa-f]+(?::[0-9A-Fa-f]+)*)?))"
             R"((?:%[0-9A-Za-z._-]+)?)"},
    {"IP", R"((?:%{IPV6}|%{IPV4}))"},
    // Without the limit of 63 bytes per label, for the same reason.
    {"HOSTNAME", R"(\b[0-9A-Za-z_][0-9A-Za-z_-]*(?:\.[0-9A-Za-z_][0-9A-Za-z_-]*)*\.?)"},
    // An IPv4 address is written like a host's name.
    {"IPORHOST", R"((?:%{IPV6}|%{HOSTNAME}))"},
    {"HOSTPORT", R"(%{IPORHOST}:%{POSINT})"},
    {"PATH", R"((?:%{UNIXPATH}|%{WINPATH}))"},
    {"UNIXPATH", R"((?:/[^/\s]*)+)"},
    {"WINPATH", R"((?:[A-Za-z]:|\\)(?:\\[^\\?*]*)+)"},
    {"TTY", R"(/dev/(?:pts/[0-9]+|tty[0-9A-Za-z]*|console))"},
    {"URIPROTO", R"([A-Za-z][A-Za-z0-9+.-]*)"},
    {"URIHOST", R"(%{IPORHOST}(?::%{POSINT})?)"},
    {"URIPATH", R"((?:/[^\s?#"]*)+)"},
    {"URIQUERY", R"([^\s#"]*)"},
    {"URIPARAM", R"(\?%{URIQUERY})"},
    {"URIPATHPARAM", R"(%{URIPATH}(?:%{URIPARAM})?)"},
    {"URI", R"(%{URIPROTO}://(?:%{USER}(?::[^\s@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?)"},
    // When
    {"MONTH",
     R"(\b(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|)"
     R"(oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b)"},
    {"MONTHNUM", R"((?:1[0-2]|0?[1-9]))"},
    {"MONTHNUM2", R"((?:0[1-9]|1[0-2]))"},
    {"MONTHDAY", R"((?:3[01]|[12][0-9]|0?[1-9]))"},
    {"DAY", R"(\b(?i:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b)"},
    {"YEAR", R"((?:[0-9]{4}|[0-9]{2}))"},
    {"HOUR", R"((?:2[0-3]|[01]?[0-9]))"},
    {"MINUTE", R"([0-5][0-9])"},
    {"SECOND", R"((?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)"},
    {"TIME", R"(%{HOUR}:%{MINUTE}(?::%{SECOND})?)"},
    {"TZ", R"((?:[A-Z]{3,4}))"},
    {"ISO8601_TIMEZONE", R"((?:[Zz]|[+-]%{HOUR}(?::?%{MINUTE})?))"},
    {"ISO8601_SECOND", R"(%{SECOND})"},
    {"TIMESTAMP_ISO8601",
     R"(%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[Tt ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?(?:%{ISO8601_TIMEZONE})?)"},
    {"DATE_US", R"(%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR})"},
    {"DATE_EU", R"(%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR})"},
    {"DATE", R"((?:%{DATE_US}|%{DATE_EU}))"},
    {"DATESTAMP", R"(%{DATE}[- ]%{TIME})"},
    {"DATESTAMP_RFC822", R"(%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ})"},
    {"DATESTAMP_RFC2822", R"(%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE})"},
    {"HTTPDATE", R"(%{MONTHDAY}/[A-Za-z]{3}/%{YEAR}:%{TIME} %{INT})"},
    {"HTTPDERROR_DATE", R"(%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR})"},
    // Syslog
    {"SYSLOGTIMESTAMP", R"(%{MONTH} +%{MONTHDAY} %{TIME})"},
    {"PROG", R"([!-Z\\^-~]+)"},
    {"SYSLOGPROG", R"(%{PROG:program}(?:\[%{POSINT:pid}\])?)"},
    {"SYSLOGHOST", R"(%{IPORHOST})"},
    {"SYSLOGFACILITY", R"(<%{NONNEGINT:facility}\.%{NONNEGINT:priority}>)"},
    {"SYSLOGBASE", R"(%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:)"},
    // Web servers
    {"COMMONAPACHELOG",
     R"(%{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[%{HTTPDATE:timestamp}\] )"
     R"re("(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" )re"
     R"((?:-|%{INT:response}) (?:-|%{INT:bytes}))"},
    {"COMBINEDAPACHELOG", R"(%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent})"},
};

// The types of Logstash beside otomo's own words.
std::optional<Type> grok_type(std::string_view word) {
  if (word == "int") return Type::kBigint;
  if (word == "float") return Type::kDouble;
  return type_of(word);
}

class Expander {
 public:
  explicit Expander(const std::map<std::string, std::string, std::less<>>& own) : own_(own) {}

  bool expand(std::string_view pattern) {
    for (std::size_t at = 0; at < pattern.size();) {
      const std::size_t open = std::min(pattern.find("%{", at), pattern.size());
      result_.regex += pattern.substr(at, open - at);
      if (result_.regex.size() > kGrokBytesMax) {
        return fail(fmt::format("the pattern is longer than {} bytes when it is written out", kGrokBytesMax));
      }
      if (open == pattern.size()) return true;
      const std::size_t close = pattern.find('}', open);
      if (close == std::string_view::npos) return fail("a %{ has no end");
      if (!refer(pattern.substr(open + 2, close - open - 2))) return false;
      at = close + 1;
    }
    return true;
  }

  GrokExpansion take() { return std::move(result_); }
  const std::string& wrong() const { return wrong_; }

 private:
  bool fail(std::string message) {
    wrong_ = std::move(message);
    return false;
  }

  bool refer(std::string_view reference) {
    if (++references_ > kGrokReferencesMax) {
      return fail(fmt::format("the pattern has more than {} references", kGrokReferencesMax));
    }
    const auto part = [&] {
      const std::size_t colon = std::min(reference.find(':'), reference.size());
      const std::string_view taken = reference.substr(0, colon);
      reference.remove_prefix(std::min(colon + 1, reference.size()));
      return taken;
    };
    const std::string_view name = part();
    const std::string_view field = part();
    const std::string_view type = part();
    if (!reference.empty()) return fail(fmt::format("%{{{}:{}:{}:…}} has too many parts", name, field, type));
    const auto expression = find(name);
    if (!expression) return fail(fmt::format("there is no pattern %{{{}}}", name));
    if (!field.empty() && !is_column_name(field)) return fail(fmt::format("'{}' is no name for a column", field));
    if (!type.empty()) {
      const auto known = grok_type(type);
      if (!known) return fail(fmt::format("there is no type '{}' (%{{{}:{}:{}}})", type, name, field, type));
      const auto [place, fresh] = result_.types.emplace(field, *known);
      if (!fresh && place->second != *known) return fail(fmt::format("field {} has two types", field));
    }
    if (std::find(open_.begin(), open_.end(), name) != open_.end()) {
      return fail(fmt::format("%{{{}}} refers to itself", name));
    }
    if (open_.size() == kGrokDepthMax) return fail(fmt::format("references are nested deeper than {}", kGrokDepthMax));
    open_.push_back(name);
    result_.regex += field.empty() ? "(?:" : fmt::format("(?P<{}>", field);
    if (!expand(*expression)) return false;
    result_.regex += ')';
    open_.pop_back();
    return true;
  }

  std::optional<std::string_view> find(std::string_view name) const {
    if (const auto own = own_.find(name); own != own_.end()) return own->second;
    for (const GrokPattern& one : kLibrary) {
      if (one.name == name) return one.expression;
    }
    return {};
  }

  const std::map<std::string, std::string, std::less<>>& own_;
  GrokExpansion result_;
  std::string wrong_;
  std::vector<std::string_view> open_;
  std::size_t references_ = 0;
};

}  // namespace

std::span<const GrokPattern> grok_library() { return kLibrary; }

std::expected<GrokExpansion, std::string> expand_grok(std::string_view pattern,
                                                      const std::map<std::string, std::string, std::less<>>& own) {
  Expander expander(own);
  if (!expander.expand(pattern)) return std::unexpected(expander.wrong());
  return expander.take();
}

}  // namespace otomo::formats::custom
