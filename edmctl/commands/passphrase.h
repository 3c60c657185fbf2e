#pragma once

#include <string>

#include "edmctl/commands/invocation.h"

namespace edm::ctl {

inline constexpr const char* kPassphraseFile = "--passphrase-file";

// The first line of --passphrase-file (- is standard input), else what is typed: `twice` for a new one. Never
// an argument of its own: those are seen by everybody on the machine.
Result<std::string> ReadPassphrase(Invocation& invocation, bool twice);

}  // namespace edm::ctl
