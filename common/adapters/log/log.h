#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/result.h"

namespace edm {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

// What a line is about. Names are those of the API: operation, instance, worker, attempt, ...
// An empty text is left out. Never a secret: no token, no environment, no output of builds.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::uint64_t, double> value;
};
using LogFields = std::vector<LogField>;

// One line on standard output: `message` is what happened, lower case, the same words each time, so that it
// can be searched for; what differs stands in the fields. Any thread; blocks while standard output does.
void Log(LogLevel level, std::string_view message, const LogFields& fields = {});
bool Logs(LogLevel level);  // whether such a line would be written

// `format`: text or json; `level`: debug, info, warn or error, the least that is written. Once, in main,
// before threads; without it: text, info.
Status SetUpLog(std::string_view format, std::string_view level);

}  // namespace edm
