#include "master/api/services/cursor.h"

#include <charconv>
#include <string_view>

#include "common/model/names.h"

namespace edm::master {
namespace {

// As each master makes one for its logs.
bool IsLogName(std::string_view text) {
  return text.size() == kLogNameDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<Cursor> CursorFrom(const std::string& text, const std::string& log_name) {
  Cursor cursor;
  if (text.empty()) return cursor;
  const auto point = text.find('.');
  const auto digits = point == std::string::npos ? text : text.substr(point + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cursor.number);
  const bool is_named = point != std::string::npos;
  if (error != std::errc() || end != digits.data() + digits.size() ||
      (is_named && !IsLogName(std::string_view(text).substr(0, point)))) {
    return Error{Code::kInvalidArgument,
                 "cursor",
                 Shown(text) + " is none",
                 {},
                 "give back the cursor of an event, as it is"};
  }
  cursor.is_of_another_log = is_named && text.substr(0, point) != log_name;
  return cursor;
}

std::string ToText(std::uint64_t number, const std::string& log_name) {
  return log_name.empty() ? std::to_string(number) : log_name + "." + std::to_string(number);
}

}  // namespace edm::master
