#pragma once

#include <string>
#include <string_view>

#include "common/adapters/log/log.h"
#include "common/base/time.h"

namespace edm {

// One line of a log, without its end. Pure.
//   2026-11-29T23:44:01.512Z info  order sent operation=op-81d0 instance=hello attempt=3
std::string TextLine(WallTime time, LogLevel level, std::string_view message, const LogFields& fields);
//   {"time":"2026-…","level":"info","message":"order sent","operation":"op-81d0",…}
std::string JsonLine(WallTime time, LogLevel level, std::string_view message, const LogFields& fields);

}  // namespace edm
