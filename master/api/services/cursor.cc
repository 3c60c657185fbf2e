#include "master/api/services/cursor.h"

#include <charconv>

#include "common/model/names.h"

namespace edm::master {

Result<Cursor> CursorFrom(const std::string& text, const std::string& log_name) {
  Cursor cursor;
  if (text.empty()) return cursor;
  const auto point = text.find('.');
  const auto digits = point == std::string::npos ? text : text.substr(point + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cursor.number);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return Error{Code::kInvalidArgument,
                 "cursor",
                 Shown(text) + " is none",
                 {},
                 "give back the cursor of an event, as it is"};
  }
  cursor.is_of_another_log = point != std::string::npos && text.substr(0, point) != log_name;
  return cursor;
}

std::string ToText(std::uint64_t number, const std::string& log_name) {
  return log_name.empty() ? std::to_string(number) : log_name + "." + std::to_string(number);
}

}  // namespace edm::master
