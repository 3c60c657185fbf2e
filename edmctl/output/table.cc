#include "edmctl/output/table.h"

#include <algorithm>

#include "common/base/text.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kGap = 2;  // spaces

std::string Padded(const std::string& text, std::size_t width) {
  const auto own = Width(text);
  return own >= width ? text : text + std::string(width - own, ' ');
}

std::vector<std::size_t> WidthsOf(const Row& headings, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& heading : headings) widths.push_back(Width(heading));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i) {
      widths[i] = std::max(widths[i], Width(Harmless(row[i])));
    }
  }
  return widths;
}

std::string Line(const Terminal& terminal, const Row& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto cell = Harmless(row[i]);
    if (i + 1 < row.size()) {
      line += Padded(cell, widths[i] + kGap);
    } else if (terminal.live && Width(line) < terminal.columns) {
      line += Fitted(terminal, cell, terminal.columns - Width(line));
    } else {
      line += cell;
    }
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string RenderTable(const Terminal& terminal, const Row& headings, const std::vector<Row>& rows) {
  const auto widths = WidthsOf(headings, rows);
  auto text = Toned(terminal, Tone::kFaint, Line(terminal, headings, widths)) + "\n";
  for (const auto& row : rows) text += Line(terminal, row, widths) + "\n";
  return text;
}

std::string RenderFields(const Terminal& terminal,
                         const std::vector<std::pair<std::string, std::string>>& fields) {
  std::size_t width = 0;
  for (const auto& [name, value] : fields) {
    if (!value.empty()) width = std::max(width, Width(name));
  }
  std::string text;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    auto label = name;
    for (const auto& line : Split(value, '\n')) {
      text += Toned(terminal, Tone::kFaint, Padded(label, width)) + std::string(kGap, ' ') + Harmless(line) +
              "\n";
      label.clear();
    }
  }
  return text;
}

}  // namespace edm::ctl
