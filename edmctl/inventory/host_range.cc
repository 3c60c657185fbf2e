#include "edmctl/inventory/host_range.h"

#include <charconv>
#include <optional>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::ctl {
namespace {

Error Wrong(std::string_view pattern, std::string cause) {
  return {
      Code::kInvalidArgument, Shown(pattern), std::move(cause), {}, "a range is [1:3], [01:12:2] or [a:f]"};
}

std::optional<int> Number(std::string_view text) {
  int value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc() || read.ptr != end || value < 0) return std::nullopt;
  return value;
}

std::string Padded(int number, std::size_t width) {
  auto text = std::to_string(number);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

bool IsLetter(std::string_view text) {
  return text.size() == 1 && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

// What stands between the brackets, written out.
Result<std::vector<std::string>> Values(std::string_view pattern, std::string_view range, std::size_t most) {
  auto parts = Split(range, ':');
  if (parts.size() < 2 || parts.size() > 3) return Wrong(pattern, "[" + Shown(range) + "] is no range");
  if (parts[0].empty()) parts[0] = "0";
  const auto step = parts.size() == 3 ? Number(parts[2]) : std::optional(1);
  if (!step || *step < 1) return Wrong(pattern, "the step of [" + Shown(range) + "] is no number above 0");
  const bool letters = IsLetter(parts[0]) && IsLetter(parts[1]);
  const auto first = letters ? std::optional<int>(parts[0][0]) : Number(parts[0]);
  const auto last = letters ? std::optional<int>(parts[1][0]) : Number(parts[1]);
  if (!first || !last)
    return Wrong(pattern, "[" + Shown(range) + "] has neither two numbers nor two letters");
  if (*first > *last) return Wrong(pattern, "[" + Shown(range) + "] counts down");
  if (static_cast<std::size_t>((*last - *first) / *step) >= most) {
    return Error{Code::kResourceExhausted,
                 Shown(pattern),
                 "it stands for more than " + std::to_string(most) + " hosts",
                 {},
                 "split the inventory"};
  }
  // A leading zero says how wide all of them are.
  const auto width = parts[0].size() > 1 && parts[0][0] == '0' ? parts[0].size() : 0;
  if (!letters && width != 0 && parts[1].size() != width)
    return Wrong(pattern, "both ends of [" + Shown(range) + "] must have as many digits");
  std::vector<std::string> values;
  for (int value = *first; value <= *last; value += *step)
    values.push_back(letters ? std::string(1, static_cast<char>(value)) : Padded(value, width));
  return values;
}

}  // namespace

Result<std::vector<std::string>> ExpandHosts(std::string_view pattern, std::size_t names_max) {
  std::vector<std::string> names{""};
  auto rest = pattern;
  for (auto open = rest.find('['); open != std::string_view::npos; open = rest.find('[')) {
    const auto close = rest.find(']', open);
    if (close == std::string_view::npos) return Wrong(pattern, "the ] of a range is missing");
    EDM_TRY(const auto values,
            Values(pattern, rest.substr(open + 1, close - open - 1), names_max / names.size()));
    std::vector<std::string> longer;
    for (const auto& name : names) {
      for (const auto& value : values) longer.push_back(name + std::string(rest.substr(0, open)) + value);
    }
    names = std::move(longer);
    rest.remove_prefix(close + 1);
  }
  if (rest.find(']') != std::string_view::npos) return Wrong(pattern, "a ] stands without its [");
  for (auto& name : names) name += rest;
  return names;
}

}  // namespace edm::ctl
