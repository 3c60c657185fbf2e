#include "edmctl/output/terminal.h"

#include <algorithm>

#include "common/base/text.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kColumnsDefault = 80;
constexpr std::size_t kColumnsLeast = 40;  // narrower terminals wrap

bool IsUnicodeLocale(const std::string& locale) {
  const auto folded = Folded(locale);
  return folded.find("utf-8") != std::string::npos || folded.find("utf8") != std::string::npos;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Index behind the escape sequence that begins at `at` (ECMA-48: CSI ends with 0x40-0x7E, OSC with BEL or
// ST).
std::size_t EndOfEscape(const std::string& text, std::size_t at) {
  if (at + 1 >= text.size()) return text.size();
  if (text[at + 1] == '[') {
    auto end = at + 2;
    while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
    return std::min(end + 1, text.size());
  }
  if (text[at + 1] == ']') {
    const auto end = text.find_first_of("\x07\x1b", at + 2);
    if (end == std::string::npos) return text.size();
    return std::min(end + (text[end] == '\x1b' ? 2 : 1), text.size());
  }
  return at + 2;
}

}  // namespace

Terminal DescribeTerminal(const TerminalFacts& facts) {
  Terminal terminal;
  terminal.live = facts.is_tty && !facts.term.empty() && facts.term != "dumb";
  terminal.color = terminal.live && !facts.no_color;
  terminal.unicode = IsUnicodeLocale(facts.locale);
  terminal.columns = facts.columns == 0 ? kColumnsDefault : std::max(facts.columns, kColumnsLeast);
  return terminal;
}

std::string Toned(const Terminal& terminal, Tone tone, const std::string& text) {
  if (!terminal.color || text.empty()) return text;
  switch (tone) {
    case Tone::kPlain:
      return text;
    case Tone::kGood:
      return "\x1b[32m" + text + "\x1b[0m";
    case Tone::kBad:
      return "\x1b[31m" + text + "\x1b[0m";
    case Tone::kWarning:
      return "\x1b[33m" + text + "\x1b[0m";
    case Tone::kFaint:
      return "\x1b[2m" + text + "\x1b[0m";
    case Tone::kStrong:
      return "\x1b[1m" + text + "\x1b[0m";
  }
  return text;
}

const Symbols& SymbolsFor(const Terminal& terminal) {
  static constexpr Symbols kUnicode = {"✓", "✗", "▸", "→", "…", "━", "─"};
  static constexpr Symbols kAscii = {"+", "x", ">", "->", "~", "=", "-"};
  return terminal.unicode ? kUnicode : kAscii;
}

std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !IsContinuation(c); }));
}

std::string Fitted(const Terminal& terminal, const std::string& text, std::size_t columns) {
  auto clean = Harmless(text);
  if (Width(clean) <= columns) return clean;
  if (columns == 0) return {};
  std::size_t end = 0;
  for (std::size_t seen = 0; end < clean.size(); ++end) {
    if (!IsContinuation(clean[end]) && ++seen == columns) break;
  }
  return clean.substr(0, end) + SymbolsFor(terminal).more;
}

std::string Harmless(const std::string& text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == 0x1B) {
      at = EndOfEscape(text, at);
      continue;
    }
    clean += c < 0x20 || c == 0x7F ? ' ' : text[at];
    ++at;
  }
  return clean;
}

}  // namespace edm::ctl
