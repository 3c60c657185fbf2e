#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"

namespace edm::master {

inline constexpr std::size_t kLogNameDigits = 12;  // hex, in lower case

// A place in an event log, as people give it back: "17", or "4fe1a0b2c0de.17" where there are several
// masters. Each of those keeps logs of its own, which number the same history differently: the name before
// the point is that of the log.
struct Cursor {
  std::uint64_t number = 0;
  bool is_of_another_log = false;  // its number says nothing here
};

// `text` "": from the beginning. Error kInvalidArgument: it is none. A bare number is of any log.
Result<Cursor> CursorFrom(const std::string& text, const std::string& log_name);
std::string ToText(std::uint64_t number, const std::string& log_name);

}  // namespace edm::master
