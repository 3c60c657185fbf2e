#include "common/core/yaml/scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace edm::yaml {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::optional<long long> Parsed(std::string_view digits, int base, bool negative) {
  unsigned long long magnitude = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, magnitude, base);
  if (digits.empty() || error != std::errc{} || stop != end || magnitude > 0x7FFFFFFFFFFFFFFFULL) return {};
  const auto value = static_cast<long long>(magnitude);
  return negative ? -value : value;
}

std::optional<long long> AsInteger(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !IsDigit(text.front())) return {};
  std::string digits(text);
  std::erase(digits, '_');
  const std::string_view all = digits;
  if (all.starts_with("0x")) return Parsed(all.substr(2), 16, negative);
  if (all.starts_with("0o")) return Parsed(all.substr(2), 8, negative);
  if (all.starts_with("0b")) return Parsed(all.substr(2), 2, negative);
  if (all.size() > 1 && all.front() == '0') return Parsed(all.substr(1), 8, negative);
  return Parsed(all, 10, negative);
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool LooksLikeFloat(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const auto begin = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i - begin;
  };
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  const auto whole = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() + whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

// JSON knows no "1." and no ".5": the shortest text that reads back as the same number.
std::optional<std::string> AsFloat(std::string_view text) {
  if (!LooksLikeFloat(text)) return {};
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{} ||
      !std::isfinite(value))
    return {};
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

}  // namespace

Node TypedScalar(std::string_view text, Position at) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
    return Node::Null(at);
  if (text == "true" || text == "True" || text == "TRUE") return Node::Bool(true, at);
  if (text == "false" || text == "False" || text == "FALSE") return Node::Bool(false, at);
  if (const auto integer = AsInteger(text)) return Node::Integer(*integer, at);
  if (auto number = AsFloat(text)) return Node::Float(std::move(*number), at);
  return Node::String(std::string(text), at);
}

}  // namespace edm::yaml
