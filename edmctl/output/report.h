#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// The block that people read when something failed:
//
//   error: shop/web not healthy in 60 s: nothing listens on 8000
//     seen   it listens on 3000
//     now    release 4 restored, serving http://10.0.0.12:30081
//     next   set PORT=8000
//
// `now` says how things stand after the failure; empty: nothing is said.
std::string RenderError(const Terminal& terminal, const Error& error, const std::string& now = {});

std::string RenderWarning(const Terminal& terminal, const std::string& text);

// What a shell sees: 0 done, 1 the operation failed, 2 usage, 3 not found, 4 not allowed, 5 cannot reach the
// master, 6 timed out, 7 cancelled, 8 conflict.
int ExitCodeOf(const Error& error);

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitTimedOut = 6;
inline constexpr int kExitCancelled = 7;

// `object` of errors about the way to the master starts with this: no answer of the master's own says so.
inline constexpr const char* kMasterObject = "master at ";

}  // namespace edm::ctl
