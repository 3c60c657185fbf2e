#include "edmctl/inventory/ini_words.h"

#include "common/base/text.h"

namespace edm::ctl {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::string_view WithoutRemark(std::string_view line) {
  for (std::size_t i = 1; i < line.size(); ++i) {
    if ((line[i] == '#' || line[i] == ';') && IsBlank(line[i - 1])) return Trim(line.substr(0, i));
  }
  return Trim(line);
}

Result<std::vector<IniWord>> IniWords(std::string_view line) {
  std::vector<IniWord> words;
  char quote = 0;
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (!inside && c == '#') break;
    if (quote == 0 && IsBlank(c)) {
      inside = false;
      continue;
    }
    if (!inside) words.push_back({"", static_cast<int>(i)});
    inside = true;
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      words.back().text += line[++i];
    } else {
      words.back().text += c;
    }
  }
  if (quote == 0) return words;
  return Error{Code::kInvalidArgument, "line", "a quote is not closed", {}, "close it, or take it away"};
}

}  // namespace edm::ctl
