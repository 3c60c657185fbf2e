#include "common/base/result.h"

#include <array>

namespace edm {

std::string_view CodeName(Code code) {
  static constexpr std::array<std::string_view, 17> kNames = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : "UNKNOWN";
}

std::string ToString(const Error& error) {
  std::string text = error.object;
  if (!text.empty() && !error.cause.empty()) text += ": ";
  text += error.cause;
  if (!error.hint.empty()) text += " (" + error.hint + ")";
  return text;
}

Error About(Error error, std::string_view object) {
  if (error.object.empty()) error.object = object;
  return error;
}

}  // namespace edm
