#include "common/core/yaml/node.h"

#include <algorithm>

namespace edm::yaml {

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kBool:
      return "true or false";
    case Kind::kInteger:
      return "a whole number";
    case Kind::kFloat:
      return "a number";
    case Kind::kString:
      return "a text";
    case Kind::kSequence:
      return "a list";
    case Kind::kMap:
      return "a map";
  }
  return "something else";
}

Node Node::Null(Position at) { return Node(Kind::kNull, "", at); }
Node Node::Bool(bool value, Position at) { return Node(Kind::kBool, value ? "true" : "false", at); }
Node Node::Integer(long long value, Position at) { return Node(Kind::kInteger, std::to_string(value), at); }
Node Node::Float(std::string text, Position at) { return Node(Kind::kFloat, std::move(text), at); }
Node Node::String(std::string text, Position at) { return Node(Kind::kString, std::move(text), at); }
Node Node::Sequence(Position at) { return Node(Kind::kSequence, "", at); }
Node Node::Map(Position at) { return Node(Kind::kMap, "", at); }

Node Node::Strings(const std::vector<std::string>& texts) {
  auto list = Sequence();
  for (const auto& text : texts) list.Add(String(text));
  return list;
}

const Node* Node::Find(std::string_view key) const {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  return found == entries_.end() ? nullptr : &found->value;
}

Node* Node::Find(std::string_view key) {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  return found == entries_.end() ? nullptr : &found->value;
}

Node& Node::Set(std::string_view key, Node value) {
  if (is_null()) kind_ = Kind::kMap;
  if (auto* held = Find(key)) return *held = std::move(value);
  const auto at = value.at();
  entries_.push_back(Entry{std::string(key), at, std::move(value)});
  return entries_.back().value;
}

bool Node::Remove(std::string_view key) {
  return std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key; }) > 0;
}

void Node::Add(Node item) { items_.push_back(std::move(item)); }

bool Node::SameAs(const Node& other) const {
  if (kind_ != other.kind_ || text_ != other.text_) return false;
  if (items_.size() != other.items_.size() || entries_.size() != other.entries_.size()) return false;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (!items_[i].SameAs(other.items_[i])) return false;
  }
  return std::ranges::all_of(entries_, [&](const Entry& entry) {
    const auto* theirs = other.Find(entry.key);
    return theirs && entry.value.SameAs(*theirs);
  });
}

std::string PathOf(std::string_view parent, std::string_view key) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  const bool is_plain = !key.empty() && std::ranges::all_of(key, plain);
  std::string path(parent);
  if (!is_plain) return path + "[\"" + std::string(key) + "\"]";
  if (!path.empty()) path += '.';
  return path.append(key);
}

std::string PathOf(std::string_view parent, std::size_t index) {
  return std::string(parent) + "[" + std::to_string(index) + "]";
}

}  // namespace edm::yaml
