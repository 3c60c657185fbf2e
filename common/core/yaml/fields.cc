#include "common/core/yaml/fields.h"

#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::yaml {

void Problems::Add(Position at, std::string_view path, std::string cause, std::string hint) {
  if (errors_.size() >= kKeptMax) return;
  errors_.push_back({Code::kInvalidArgument, ObjectOf(at, path), std::move(cause), {}, std::move(hint)});
}

std::string Problems::ObjectOf(Position at, std::string_view path) const {
  auto object = file_;
  if (at.line > 0) object += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  if (!path.empty()) object.append(" ").append(path);
  return object;
}

Status Problems::AsStatus() const {
  if (errors_.empty()) return Ok();
  return Joined(errors_);
}

Error Joined(const std::vector<Error>& errors) {
  auto headline = errors.front();
  for (std::size_t i = 1; i < errors.size() && headline.evidence.size() < Problems::kKeptMax; ++i) {
    headline.evidence.push_back(ToString(errors[i]));
  }
  return headline;
}

Fields::Fields(const Node& map, std::string path, Problems& problems)
    : map_(map), path_(std::move(path)), problems_(problems) {
  if (!map.is_map() && !map.is_null()) {
    problems_.Add(map.at(), path_, "is " + std::string(KindName(map.kind())) + ", not a map",
                  "write keys with values");
  }
}

const Node* Fields::Any(std::string_view key) {
  known_.emplace_back(key);
  const auto* node = map_.Find(key);
  return node && !node->is_null() ? node : nullptr;
}

void Fields::Wrong(const Node& node, std::string_view key, std::string cause, std::string hint) {
  problems_.Add(node.at(), PathTo(key), std::move(cause), std::move(hint));
}

const Node* Fields::Typed(std::string_view key, Kind kind) {
  const auto* node = Any(key);
  if (!node || node->kind() == kind) return node;
  Wrong(*node, key, "is " + std::string(KindName(node->kind())) + ", not " + std::string(KindName(kind)),
        "write " + std::string(KindName(kind)));
  return nullptr;
}

std::optional<std::string> Fields::String(std::string_view key) {
  const auto* node = Any(key);
  if (!node) return {};
  if (node->is_scalar()) return node->text();
  Wrong(*node, key, "is " + std::string(KindName(node->kind())) + ", not a text", "write one value");
  return {};
}

std::optional<bool> Fields::Bool(std::string_view key) {
  const auto* node = Typed(key, Kind::kBool);
  if (!node) return {};
  return node->text() == "true";
}

std::optional<std::int64_t> Fields::Integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const auto* node = Typed(key, Kind::kInteger);
  if (!node) return {};
  std::int64_t value = 0;
  const auto& text = node->text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most)
    return value;
  Wrong(*node, key, "is " + Shown(text),
        "write a number from " + std::to_string(least) + " to " + std::to_string(most));
  return {};
}

std::optional<Millis> Fields::Duration(std::string_view key) {
  const auto* node = Any(key);
  if (!node) return {};
  if (node->is_scalar()) {
    auto parsed = ParseDuration(node->text());
    if (parsed.ok()) return *parsed;
  }
  Wrong(*node, key, "is no duration", "write a number with its unit, as 500ms, 60s, 5m or 2h");
  return {};
}

std::vector<std::string> Fields::Strings(std::string_view key) {
  const auto* node = Any(key);
  if (!node) return {};
  if (node->is_scalar()) return {node->text()};
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < node->items().size(); ++i) {
    const auto& item = node->items()[i];
    if (item.is_scalar()) {
      texts.push_back(item.text());
    } else {
      problems_.Add(item.at(), PathOf(PathTo(key), i),
                    "is " + std::string(KindName(item.kind())) + ", not a text", "write one value");
    }
  }
  if (node->is_map()) Wrong(*node, key, "is a map, not a list", "write a list of texts");
  return texts;
}

std::map<std::string, std::string> Fields::StringMap(std::string_view key) {
  const auto* node = Typed(key, Kind::kMap);
  std::map<std::string, std::string> texts;
  if (!node) return texts;
  for (const auto& [name, name_at, value] : node->entries()) {
    if (value.is_scalar() || value.is_null()) {
      texts[name] = value.text();
    } else {
      problems_.Add(value.at(), PathOf(PathTo(key), name),
                    "is " + std::string(KindName(value.kind())) + ", not a text", "write one value");
    }
  }
  return texts;
}

const Node* Fields::Map(std::string_view key) { return Typed(key, Kind::kMap); }
const Node* Fields::List(std::string_view key) { return Typed(key, Kind::kSequence); }

void Fields::Finish() {
  for (const auto& entry : map_.entries()) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    const auto nearest = Nearest(entry.key, known_);
    problems_.Add(entry.key_at, PathTo(entry.key), "is not a known key",
                  nearest ? "did you mean '" + *nearest + "'?" : "known keys: " + Join(known_, ", "));
  }
}

}  // namespace edm::yaml
