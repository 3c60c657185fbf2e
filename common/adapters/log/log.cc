#include "common/adapters/log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "common/adapters/log/log_line.h"

namespace edm {
namespace {

bool as_json = false;  // set once, before threads

spdlog::level::level_enum Of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Lines are whole when they come here.
spdlog::logger& Lines() {
  static const auto kLogger = [] {
    auto logger = std::make_shared<spdlog::logger>("edm", std::make_shared<spdlog::sinks::stdout_sink_mt>());
    logger->set_pattern("%v");
    return logger;
  }();
  return *kLogger;
}

}  // namespace

bool Logs(LogLevel level) { return Lines().should_log(Of(level)); }

void Log(LogLevel level, std::string_view message, const LogFields& fields) {
  if (!Logs(level)) return;
  const auto now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  const auto line = as_json ? JsonLine(now, level, message, fields) : TextLine(now, level, message, fields);
  Lines().log(Of(level), spdlog::string_view_t(line));
}

Status SetUpLog(std::string_view format, std::string_view level) {
  if (format != "text" && format != "json") {
    return Error{Code::kInvalidArgument,
                 "log.format",
                 "there is no format " + std::string(format),
                 {},
                 "text or json"};
  }
  for (const auto known : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    const auto name = spdlog::level::to_string_view(Of(known));
    const std::string_view word(name.data(), name.size());
    if (level != (word == "warning" ? "warn" : word)) continue;
    as_json = format == "json";
    Lines().set_level(Of(known));
    return Ok();
  }
  return Error{Code::kInvalidArgument,
               "log.level",
               "there is no level " + std::string(level),
               {},
               "debug, info, warn or error"};
}

}  // namespace edm
