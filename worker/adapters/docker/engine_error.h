#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::worker {

// Of an answer whose words alone are known.
inline constexpr int kServerError = 500;

// An answer of the engine that is no success, as an Error: the code by what may be done about it, the cause
// in the engine's own words. Pure.
Error EngineError(int status, std::string_view message, std::string_view object);

// The "message" of an error body, else the body itself, on one line and at most 512 bytes.
std::string EngineMessage(std::string_view body);

}  // namespace edm::worker
