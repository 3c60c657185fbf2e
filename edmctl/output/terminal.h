#pragma once

#include <cstddef>
#include <string>

namespace edm::ctl {

// Where output goes, and how it may look there. Decided once, at start; what renders only reads it.
struct Terminal {
  bool live = false;  // lines may be drawn over: a terminal that knows the escapes
  bool color = false;
  bool unicode = false;  // ✓ ✗ → instead of plain ASCII
  std::size_t columns = 80;
};

// What the decision depends on.
struct TerminalFacts {
  bool is_tty = false;
  std::size_t columns = 0;  // 0: unknown
  bool no_color = false;    // --no-color, or NO_COLOR is set and not empty
  std::string term;         // TERM
  std::string locale;       // the first of LC_ALL, LC_CTYPE, LANG that is set
};

Terminal DescribeTerminal(const TerminalFacts& facts);

enum class Tone { kPlain, kGood, kBad, kWarning, kFaint, kStrong };

// `text` in that tone, or as it is where there is no color.
std::string Toned(const Terminal& terminal, Tone tone, const std::string& text);

struct Symbols {
  const char* done;
  const char* failed;
  const char* running;
  const char* arrow;
  const char* more;  // something was cut off here
  const char* bar_full;
  const char* bar_empty;
};
const Symbols& SymbolsFor(const Terminal& terminal);

// Columns that UTF-8 text takes; each code point counts as one.
std::size_t Width(const std::string& text);

// At most `columns` wide, ending in the sign for "more" when something was cut. Control characters, which
// could steer the terminal, become spaces.
std::string Fitted(const Terminal& terminal, const std::string& text, std::size_t columns);

// `text` without control characters, escape sequences of colour included.
std::string Harmless(const std::string& text);

}  // namespace edm::ctl
