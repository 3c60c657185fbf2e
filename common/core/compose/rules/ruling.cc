#include "common/core/compose/rules/ruling.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/base/text.h"
#include "common/core/compose/final_compose.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

using yaml::Node;

// One step of a path as PathOf wrote it; `rest` moves behind it.
const Node* Step(const Node& from, std::string_view& rest) {
  if (rest.starts_with("[\"")) {
    const auto end = rest.find("\"]");
    const auto key = rest.substr(2, end - 2);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 2);
    return from.Find(key);
  }
  if (rest.starts_with('[')) {
    const auto end = std::min(rest.find(']'), rest.size());
    std::size_t index = 0;
    std::from_chars(rest.data() + 1, rest.data() + end, index);
    rest = rest.substr(std::min(end + 1, rest.size()));
    return index < from.items().size() ? &from.items()[index] : nullptr;
  }
  if (rest.starts_with('.')) rest.remove_prefix(1);
  const auto end = std::min(rest.find_first_of(".["), rest.size());
  const auto key = rest.substr(0, end);
  rest = rest.substr(end);
  return from.Find(key);
}

// Where `path` is written, or the nearest place above it.
yaml::Position Written(const Node& root, std::string_view path) {
  const auto* node = &root;
  auto at = root.at();
  while (!path.empty()) {
    node = Step(*node, path);
    if (!node) break;
    at = node->at();
  }
  return at;
}

}  // namespace

std::string_view Spot::name() const {
  const std::string_view all = path;
  if (all.ends_with("\"]")) {
    const auto open = all.rfind("[\"") + 2;
    return all.substr(open, all.size() - open - 2);
  }
  return all.substr(all.rfind('.') + 1);
}

std::string Ruling::ObjectOf(const Spot& spot) const {
  const auto& source = is_effective() && document.written ? *document.written : document;
  const auto at = is_effective() ? Written(source.root, spot.path) : spot.node.at();
  auto object = source.file;
  if (at.line > 0) object += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  return spot.path.empty() ? object : object + " " + spot.path;
}

void Ruling::Add(Severity severity, const Spot& spot, std::string cause, std::string instead) {
  const auto code = severity == Severity::kRefusal ? Code::kInvalidArgument : Code::kOk;
  findings_.push_back(
      {severity, spot.path, {code, ObjectOf(spot), std::move(cause), {}, std::move(instead)}});
}

void Ruling::Refuse(const Spot& spot, std::string cause, std::string instead) {
  Add(Severity::kRefusal, spot, std::move(cause), std::move(instead));
}

void Ruling::Warn(const Spot& spot, std::string cause, std::string instead) {
  Add(Severity::kWarning, spot, std::move(cause), std::move(instead));
}

void Ruling::Used(std::string grant) {
  if (used_) used_->insert(std::move(grant));
}

void Ruling::Append(std::vector<Finding> findings) {
  std::ranges::move(findings, std::back_inserter(findings_));
}

bool Ruling::Expect(const Spot& spot, yaml::Kind kind) {
  if (spot.node.kind() == kind) return true;
  if (!spot.node.is_null()) {
    Refuse(spot, "is " + std::string(KindName(spot.node.kind())) + ", not " + std::string(KindName(kind)),
           "write " + std::string(KindName(kind)));
  }
  return false;
}

bool IsVacant(const Node& node) {
  if (node.is_sequence()) return node.items().empty();
  if (node.is_map()) return node.entries().empty();
  return node.is_null() || node.text().empty() || Folded(node.text()) == "false";
}

void JudgeKeys(Ruling& ruling, const Spot& map, std::span<const KeyRule> rules) {
  if (!ruling.Expect(map, yaml::Kind::kMap)) return;
  for (const auto& [key, key_at, value] : map.node.entries()) {
    if (key.starts_with("x-")) continue;
    const Spot spot{value, yaml::PathOf(map.path, key)};
    const auto rule = std::ranges::find(rules, key, &KeyRule::key);
    if (rule == rules.end()) {
      std::vector<std::string> known;
      for (const auto& each : rules) known.emplace_back(each.key);
      const auto nearest = Nearest(key, known);
      const Node place = Node::Null(key_at);
      ruling.Refuse({place, spot.path}, "is not a key that is known here",
                    nearest ? "did you mean '" + *nearest + "'?" : "remove it");
    } else if (rule->check) {
      if (!value.is_null()) rule->check(ruling, spot);
    } else if (!rule->cause.empty() && !IsVacant(value)) {
      ruling.Refuse(spot, std::string(rule->cause), std::string(rule->instead));
    }
  }
}

std::vector<Spot> Texts(Ruling& ruling, const Spot& value) {
  std::vector<Spot> spots;
  if (value.node.is_scalar()) spots.push_back(value);
  if (value.node.is_map()) ruling.Refuse(value, "is a map, not a list", "write a list of texts");
  for (std::size_t i = 0; i < value.node.items().size(); ++i) {
    const Spot item{value.node.items()[i], yaml::PathOf(value.path, i)};
    if (item.node.is_scalar()) {
      spots.push_back(item);
    } else {
      ruling.Refuse(item, "is " + std::string(KindName(item.node.kind())) + ", not a text", "write a text");
    }
  }
  return spots;
}

std::vector<NamedText> NamedTexts(Ruling& ruling, const Spot& value) {
  std::vector<NamedText> texts;
  if (!value.node.is_map()) {
    for (const auto& spot : Texts(ruling, value)) {
      texts.push_back({spot.node.text().substr(0, spot.node.text().find('=')), spot});
    }
    return texts;
  }
  for (const auto& entry : value.node.entries()) {
    const Spot spot{entry.value, yaml::PathOf(value.path, entry.key)};
    if (entry.value.is_map() || entry.value.is_sequence()) {
      ruling.Refuse(spot, "is " + std::string(KindName(entry.value.kind())) + ", not a text",
                    "write one value");
    } else {
      texts.push_back({entry.key, spot});
    }
  }
  return texts;
}

void JudgeLabels(Ruling& ruling, const Spot& labels) {
  for (const auto& [name, spot] : NamedTexts(ruling, labels)) {
    const auto folded = Folded(name);
    if (!folded.starts_with("dev.edm.") && !folded.starts_with("com.docker.")) continue;
    ruling.Refuse(spot, "the label '" + Shown(name) + "' belongs to edm or Docker",
                  "use a label with another prefix");
  }
}

}  // namespace edm::compose
