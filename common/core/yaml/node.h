#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edm::yaml {

// 1-based; 0 where the text is not ours (what another program printed).
struct Position {
  int line = 0;
  int column = 0;
  bool operator==(const Position&) const = default;
};

enum class Kind : std::uint8_t { kNull, kBool, kInteger, kFloat, kString, kSequence, kMap };

// "a list", "a map", "true or false": for errors.
std::string_view KindName(Kind kind);

class Node;
struct Entry;

// A value of a document, with the place where it is written. Owns all below it; a copy is deep. Aliases and
// merge keys are already resolved: what stood behind an alias keeps the place of its anchor.
class Node {
 public:
  Node() = default;
  static Node Null(Position at = {});
  static Node Bool(bool value, Position at = {});
  static Node Integer(long long value, Position at = {});
  static Node Float(std::string text, Position at = {});
  static Node String(std::string text, Position at = {});
  static Node Strings(const std::vector<std::string>& texts);
  static Node Sequence(Position at = {});
  static Node Map(Position at = {});

  Kind kind() const { return kind_; }
  Position at() const { return at_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_map() const { return kind_ == Kind::kMap; }
  bool is_sequence() const { return kind_ == Kind::kSequence; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_scalar() const { return !is_map() && !is_sequence() && !is_null(); }

  // The scalar: a string's own text; "true", "false", decimal digits for the others; empty for the rest.
  const std::string& text() const { return text_; }
  void set_text(std::string text) { text_ = std::move(text); }

  const std::vector<Node>& items() const { return items_; }
  std::vector<Node>& items() { return items_; }
  const std::vector<Entry>& entries() const { return entries_; }
  std::vector<Entry>& entries() { return entries_; }

  // Null when this is no map or has no such key.
  const Node* Find(std::string_view key) const;
  Node* Find(std::string_view key);
  // Replaces or appends; this becomes a map if it was null.
  Node& Set(std::string_view key, Node value);
  bool Remove(std::string_view key);
  void Add(Node item);

  // Equal in what it says, wherever it is written; the order of a map's keys does not count.
  bool SameAs(const Node& other) const;

 private:
  Node(Kind kind, std::string text, Position at) : kind_(kind), at_(at), text_(std::move(text)) {}

  Kind kind_ = Kind::kNull;
  Position at_;
  std::string text_;
  std::vector<Node> items_;
  std::vector<Entry> entries_;
};

struct Entry {
  std::string key;
  Position key_at;
  Node value;
};

// "services.web" + "ports" = "services.web.ports"; a key with other than letters, digits, '_' and '-' is
// quoted.
std::string PathOf(std::string_view parent, std::string_view key);
std::string PathOf(std::string_view parent, std::size_t index);

}  // namespace edm::yaml
