#include "common/core/compose/interpolate.h"

#include <optional>

#include "common/model/names.h"

namespace edm::compose {
namespace {

constexpr int kNestedMax = 8;
constexpr std::size_t kResultBytesMax = 1U << 20;

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsNamePart(char c) { return IsNameStart(c) || (c >= '0' && c <= '9'); }

Error Refused(std::string cause, std::string hint) {
  return Error{Code::kInvalidArgument, "", std::move(cause), {}, std::move(hint)};
}

// One text being substituted, and how deep it stands in defaults of defaults.
class Substitution {
 public:
  Substitution(const Variables& variables, const UnsetSink& on_unset)
      : variables_(variables), on_unset_(on_unset) {}

  Result<std::string> Run(std::string_view text, int depth) {
    if (depth > kNestedMax) return Refused("variables are nested deeper than 8", "write the default out");
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
      if (out.size() > kResultBytesMax)
        return Refused("is larger than 1 MiB once filled in", "make it smaller");
      if (text[i] != '$') {
        out += text[i++];
        continue;
      }
      EDM_TRY(const auto piece, Dollar(text.substr(i), depth));
      out += piece.value;
      i += piece.length;
    }
    return out;
  }

 private:
  struct Piece {
    std::string value;
    std::size_t length = 0;
  };

  // `text` begins with '$'.
  Result<Piece> Dollar(std::string_view text, int depth) {
    if (text.starts_with("$$")) return Piece{"$", 2};
    if (text.starts_with("${")) return Braced(text, depth);
    const auto length = NameLength(text.substr(1));
    if (length == 0) return BadFormat(text);
    const auto name = text.substr(1, length);
    return Piece{ValueOr(name), length + 1};
  }

  Result<Piece> Braced(std::string_view text, int depth) {
    const auto close = ClosingBrace(text);
    if (close == std::string_view::npos) return BadFormat(text);
    const auto body = text.substr(2, close - 2);
    const auto length = NameLength(body);
    if (length == 0) return BadFormat(text);
    const auto name = body.substr(0, length);
    auto rest = body.substr(length);
    if (rest.empty()) return Piece{ValueOr(name), close + 1};
    const bool empty_counts = rest.front() == ':';
    if (empty_counts) rest.remove_prefix(1);
    if (rest.empty()) return BadFormat(text);
    const auto operation = rest.front();
    const auto operand = rest.substr(1);
    const auto* value = Find(name);
    const bool is_set = value && !(empty_counts && value->empty());
    if (operation == '-') return Chosen(is_set, value, operand, depth, close + 1);
    if (operation == '+') {
      if (!is_set) return Piece{"", close + 1};
      EDM_TRY(auto filled, Run(operand, depth + 1));
      return Piece{std::move(filled), close + 1};
    }
    if (operation != '?') return BadFormat(text);
    if (is_set) return Piece{*value, close + 1};
    EDM_TRY(const auto why, Run(operand, depth + 1));
    return Refused("the variable " + Shown(name) + " is required" + (why.empty() ? "" : ": " + Shown(why)),
                   "set it in .env or with -e " + Shown(name) + "=...");
  }

  Result<Piece> Chosen(bool is_set, const std::string* value, std::string_view operand, int depth,
                       std::size_t length) {
    if (is_set) return Piece{*value, length};
    EDM_TRY(auto filled, Run(operand, depth + 1));
    return Piece{std::move(filled), length};
  }

  static std::size_t NameLength(std::string_view text) {
    if (text.empty() || !IsNameStart(text.front())) return 0;
    std::size_t length = 1;
    while (length < text.size() && IsNamePart(text[length])) ++length;
    return length;
  }

  // Of the brace that `text` opens at 1.
  static std::size_t ClosingBrace(std::string_view text) {
    int open = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') ++open;
      if (text[i] == '}' && --open == 0) return i;
    }
    return std::string_view::npos;
  }

  static Error BadFormat(std::string_view text) {
    return Refused("'" + Shown(text.substr(0, 40)) + "' is no variable",
                   "write ${NAME}, or $$ for a dollar sign");
  }

  const std::string* Find(std::string_view name) const {
    const auto found = variables_.find(std::string(name));
    return found == variables_.end() ? nullptr : &found->second;
  }

  std::string ValueOr(std::string_view name) const {
    if (const auto* value = Find(name)) return *value;
    if (on_unset_) on_unset_(name);
    return "";
  }

  const Variables& variables_;
  const UnsetSink& on_unset_;
};

}  // namespace

Result<std::string> Interpolate(std::string_view text, const Variables& variables,
                                const UnsetSink& on_unset) {
  return Substitution(variables, on_unset).Run(text, 0);
}

void DoubleDollars(yaml::Node& node) {
  if (node.is_string()) {
    std::string doubled;
    for (const char c : node.text()) doubled.append(c == '$' ? 2 : 1, c);
    node.set_text(std::move(doubled));
  }
  for (auto& item : node.items()) DoubleDollars(item);
  for (auto& entry : node.entries()) DoubleDollars(entry.value);
}

}  // namespace edm::compose
