#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace edm::ctl {

// What a person sees after `text` was written to a terminal of endless height: understands line ends, "\r",
// cursor up (CSI A), erasing to the end of line (CSI K) and of screen (CSI J), and leaves colours out. Bytes,
// not columns.
class Screen {
 public:
  void Write(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\x1b') {
        at = Escape(text, at);
      } else if (text[at] == '\n') {
        column_ = 0;
        if (++row_ == lines_.size()) lines_.emplace_back();
      } else if (text[at] == '\r') {
        column_ = 0;
      } else {
        Put(text[at]);
      }
    }
  }

  // Up to the last line that is not empty.
  std::string Text() const {
    std::string text;
    for (const auto& line : lines_) text += line + "\n";
    while (text.ends_with("\n\n")) text.pop_back();
    return text == "\n" ? "" : text;
  }

 private:
  void Put(char c) {
    auto& line = lines_[row_];
    if (line.size() <= column_) line.resize(column_ + 1, ' ');
    line[column_++] = c;
  }

  // Index of the sequence's last byte.
  std::size_t Escape(std::string_view text, std::size_t at) {
    const auto end = text.find_first_of("ABCDHJKm", at);
    const auto number = text.substr(at + 2, end - at - 2);
    const auto count = number.empty() ? 1U : static_cast<std::size_t>(std::stoul(std::string(number)));
    if (text[end] == 'A') row_ -= std::min(count, row_);
    if (text[end] == 'J') lines_.resize(row_ + 1);
    if (text[end] == 'J' || text[end] == 'K') lines_[row_].resize(std::min(column_, lines_[row_].size()));
    return end;
  }

  std::vector<std::string> lines_{1};
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

}  // namespace edm::ctl
