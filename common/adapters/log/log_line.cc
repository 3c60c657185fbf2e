#include "common/adapters/log/log_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace edm {
namespace {

constexpr std::string_view kPlain = "-_./:@+,%";  // beside letters and digits: what needs no quotes

std::string_view Word(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20U) >= 'a' && (c | 0x20U) <= 'z') ||
           kPlain.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// What came from elsewhere must not make a second line, nor steer a terminal.
std::string OneLine(std::string_view text) {
  auto line = ToUtf8(text);
  for (auto& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line;
}

std::string ValueText(const LogField& field) {
  if (const auto* number = std::get_if<std::uint64_t>(&field.value)) return std::to_string(*number);
  if (const auto* share = std::get_if<double>(&field.value)) return fmt::format("{:.3f}", *share);
  const auto text = std::get<std::string_view>(field.value);
  if (IsPlain(text)) return std::string(text);
  return nlohmann::json(OneLine(text)).dump();
}

bool IsEmpty(const LogField& field) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text != nullptr && text->empty();
}

}  // namespace

std::string TextLine(WallTime time, LogLevel level, std::string_view message, const LogFields& fields) {
  auto line = fmt::format("{} {:<5} {}", FormatRfc3339(time), Word(level), OneLine(message));
  for (const auto& field : fields) {
    if (!IsEmpty(field)) line += fmt::format(" {}={}", field.name, ValueText(field));
  }
  return line;
}

std::string JsonLine(WallTime time, LogLevel level, std::string_view message, const LogFields& fields) {
  nlohmann::ordered_json line{
      {"time", FormatRfc3339(time)}, {"level", Word(level)}, {"message", ToUtf8(message)}};
  for (const auto& field : fields) {
    if (IsEmpty(field)) continue;
    auto& value = line[std::string(field.name)];
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      value = ToUtf8(*text);
    } else {
      std::visit([&](const auto& it) { value = it; }, field.value);
    }
  }
  return line.dump();
}

}  // namespace edm
