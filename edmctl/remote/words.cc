#include "edmctl/remote/words.h"

#include <algorithm>
#include <string_view>

#include "common/model/names.h"

namespace edm::ctl {

Status CheckWords(const std::vector<std::string>& words) {
  constexpr std::string_view kPlain = "._-/:=@+,";
  for (const auto& word : words) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [&](unsigned char c) {
      return (c < 0x80 && std::isalnum(c) != 0) ||
             kPlain.find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (plain) continue;
    return Error{Code::kInvalidArgument,
                 "word " + Shown(word) + " of a command over ssh",
                 "a shell could take it for more than a word",
                 {},
                 "use letters, digits and . _ - / : = @ + ,"};
  }
  return Ok();
}

}  // namespace edm::ctl
