#include <algorithm>

#include "common/base/text.h"
#include "common/core/compose/interpolate.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

constexpr std::size_t kVariablesMax = 2'000;
constexpr std::size_t kValuesBytesMax = 1U << 20;

// A cursor over the text that knows its line.
class Lines {
 public:
  Lines(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  char Next() {
    const auto c = text_[at_++];
    if (c == '\n') ++line_;
    return c;
  }
  void SkipBlanks() {
    while (!done() && (peek() == ' ' || peek() == '\t' || peek() == '\r')) Next();
  }
  void SkipLine() {
    while (!done() && Next() != '\n') {
    }
  }
  std::string_view RestOfLine() {
    const auto end = std::min(text_.find('\n', at_), text_.size());
    const auto rest = text_.substr(at_, end - at_);
    at_ = end;
    return rest;
  }
  Error Refused(std::string cause, std::string hint) const {
    return Error{Code::kInvalidArgument,
                 std::string(name_) + ":" + std::to_string(line_),
                 std::move(cause),
                 {},
                 std::move(hint)};
  }

 private:
  std::string_view text_;
  std::string_view name_;
  std::size_t at_ = 0;
  int line_ = 1;
};

Result<std::string> ReadSingleQuoted(Lines& lines) {
  const auto open = lines.Refused("a single quote is never closed", "close it, or use double quotes");
  lines.Next();
  std::string value;
  while (!lines.done() && lines.peek() != '\'') value += lines.Next();
  if (lines.done()) return open;
  lines.Next();
  return value;
}

// The escapes of double quotes are resolved before variables, so that "\$" must survive as a dollar sign.
Result<std::string> ReadDoubleQuoted(Lines& lines) {
  const auto open = lines.Refused("a double quote is never closed", "close it, or use single quotes");
  lines.Next();
  std::string value;
  while (!lines.done() && lines.peek() != '"') {
    const auto c = lines.Next();
    if (c != '\\' || lines.done()) {
      value += c;
      continue;
    }
    switch (const auto escaped = lines.Next()) {
      case 'n':
        value += '\n';
        break;
      case 'r':
        value += '\r';
        break;
      case 't':
        value += '\t';
        break;
      case '$':
        value += "$$";
        break;
      case '"':
      case '\\':
        value += escaped;
        break;
      default:
        value += '\\';
        value += escaped;
    }
  }
  if (lines.done()) return open;
  lines.Next();
  return value;
}

std::string ReadPlain(Lines& lines) {
  auto rest = lines.RestOfLine();
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '#' && (rest[i - 1] == ' ' || rest[i - 1] == '\t')) {
      rest = rest.substr(0, i);
      break;
    }
  }
  if (rest.starts_with('#')) return "";
  return std::string(Trim(rest));
}

Result<std::string> ReadValue(Lines& lines, const Variables& seen) {
  const auto start = lines;
  if (lines.peek() == '\'') return ReadSingleQuoted(lines);
  std::string written;
  if (lines.peek() == '"') {
    EDM_TRY(written, ReadDoubleQuoted(lines));
  } else {
    written = ReadPlain(lines);
  }
  auto filled = Interpolate(written, seen, {});
  if (!filled.ok())
    return start.Refused(filled.error().cause, "put the value in single quotes to keep it as it is");
  return filled;
}

}  // namespace

Result<Variables> ReadDotenv(std::string_view text, std::string_view name, const Variables& variables) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  Lines lines(text, name);
  if (!IsUtf8(text) || text.find('\0') != std::string_view::npos) {
    return lines.Refused("is not UTF-8 text", "save it as UTF-8");
  }
  Variables read;
  auto seen = variables;
  std::size_t bytes = 0;
  while (!lines.done()) {
    lines.SkipBlanks();
    if (lines.peek() == '#' || lines.peek() == '\n' || lines.done()) {
      lines.SkipLine();
      continue;
    }
    std::string key;
    while (!lines.done() && lines.peek() != '=' && lines.peek() != '\n') key += lines.Next();
    std::string_view trimmed = Trim(key);
    if (trimmed.starts_with("export ")) trimmed = Trim(trimmed.substr(7));
    if (lines.peek() != '=')
      return lines.Refused("'" + Shown(trimmed) + "' has no value", "write NAME=value");
    if (!CheckVariable(trimmed).ok()) {
      return lines.Refused("'" + Shown(trimmed) + "' is not a variable's name",
                           "use letters, digits and '_'");
    }
    lines.Next();
    lines.SkipBlanks();
    EDM_TRY(auto value, ReadValue(lines, seen));
    if (!Trim(ReadPlain(lines)).empty())
      return lines.Refused("text stands after the closing quote", "remove it");
    bytes += value.size();
    if (bytes > kValuesBytesMax) return lines.Refused("its values grow past 1 MiB", "make it smaller");
    if (read.size() >= kVariablesMax) return lines.Refused("has more than 2000 variables", "make it smaller");
    if (!variables.contains(std::string(trimmed))) seen[std::string(trimmed)] = value;
    read[std::string(trimmed)] = std::move(value);
  }
  return read;
}

}  // namespace edm::compose
