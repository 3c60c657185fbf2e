#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace edm::ctl {

// sshd hands a command to the login shell there as one text. So a word may hold only what means nothing to
// any shell: letters, digits and . _ - / : = @ + , and it is never empty. Everything else goes over standard
// input.
Status CheckWords(const std::vector<std::string>& words);

}  // namespace edm::ctl
