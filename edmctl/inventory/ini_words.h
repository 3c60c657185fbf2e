#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::ctl {

struct IniWord {
  std::string text;  // without its quotes
  int column = 0;    // from 0
};

// The words of a host's line, as Ansible splits them: by blanks, with quotes and backslashes as a shell has
// them, up to a '#' that begins a word. Never empty. Error: a quote that is not closed.
Result<std::vector<IniWord>> IniWords(std::string_view line);

// Up to a '#' or ';' behind a blank, without the blanks before it.
std::string_view WithoutRemark(std::string_view line);

}  // namespace edm::ctl
