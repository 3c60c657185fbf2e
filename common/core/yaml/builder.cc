#include "common/core/yaml/builder.h"

#include <yaml-cpp/mark.h>

#include <algorithm>

#include "common/base/text.h"
#include "common/core/yaml/scalar.h"
#include "common/model/names.h"

namespace edm::yaml {
namespace {

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";
constexpr std::string_view kMergeKey = "<<";

Position PlaceOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Aliases may multiply what is written by this much, in bytes.
constexpr std::size_t kWrittenOutFactor = 4;

Cost CostOf(const Node& node) {
  Cost cost{1, node.text().size()};
  for (const auto& item : node.items()) cost += CostOf(item);
  for (const auto& entry : node.entries()) {
    cost += CostOf(entry.value);
    cost.bytes += entry.key.size();
  }
  return cost;
}

std::size_t DepthOf(const Node& node) {
  std::size_t depth = 0;
  for (const auto& item : node.items()) depth = std::max(depth, DepthOf(item));
  for (const auto& entry : node.entries()) depth = std::max(depth, DepthOf(entry.value));
  return depth + 1;
}

Builder::Refusal TagRefusal(Position at, const std::string& tag) {
  return {at, "has the tag '" + Shown(tag) + "'", "leave the tag out"};
}

void CheckCollectionTag(Position at, const std::string& tag, std::string_view name) {
  const auto own = std::string(kCoreTag).append(name);
  if (!tag.empty() && tag != "?" && tag != "!" && tag != own) throw TagRefusal(at, tag);
}

}  // namespace

void Builder::OnDocumentStart(const YAML::Mark& mark) {
  if (has_document_)
    throw Refusal{PlaceOf(mark), "a second document begins here", "keep one document per file"};
  has_document_ = true;
}

void Builder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  Put(Node::Null(PlaceOf(mark)), anchor);
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       const std::string& value) {
  const auto at = PlaceOf(mark);
  if (tag == "?") return Put(TypedScalar(value, at), anchor);
  const auto own = tag.starts_with(kCoreTag) ? tag.substr(kCoreTag.size()) : "";
  if (tag.empty() || tag == "!" || own == "str") return Put(Node::String(value, at), anchor);
  if (own != "int" && own != "bool" && own != "float" && own != "null") throw TagRefusal(at, tag);
  Put(TypedScalar(value, at), anchor);
}

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto at = PlaceOf(mark);
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end())
    throw Refusal{at, "an alias stands inside what it names", "write the value out"};
  if (open_.size() + found->second.depth > limits_.depth) {
    throw Refusal{at, "is nested deeper than " + std::to_string(limits_.depth), "make it flatter",
                  Code::kResourceExhausted};
  }
  Count(found->second.cost, at);
  Put(found->second.node, 0);
}

void Builder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                              YAML::EmitterStyle::value) {
  CheckCollectionTag(PlaceOf(mark), tag, "seq");
  Begin(Node::Sequence(PlaceOf(mark)), anchor);
}

void Builder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) {
  CheckCollectionTag(PlaceOf(mark), tag, "map");
  Begin(Node::Map(PlaceOf(mark)), anchor);
}

void Builder::Begin(Node node, YAML::anchor_t anchor) {
  const auto at = node.at();
  if (open_.size() + 1 > limits_.depth) {
    throw Refusal{at, "is nested deeper than " + std::to_string(limits_.depth), "make it flatter",
                  Code::kResourceExhausted};
  }
  if (!open_.empty() && open_.back().node.is_map() && !open_.back().has_key) {
    throw Refusal{at, "a key is a list or a map", "use a text as the key"};
  }
  open_.push_back(Open{std::move(node), anchor, false, {}, {}, {}, {}});
}

void Builder::Count(Cost cost, Position at) {
  spent_ += cost;
  if (spent_.bytes > limits_.bytes * kWrittenOutFactor) {
    throw Refusal{
        at, "grows past " + FormatBytes(limits_.bytes * kWrittenOutFactor) + " once aliases are written out",
        "make it smaller, or use fewer aliases", Code::kResourceExhausted};
  }
  if (spent_.nodes <= limits_.nodes) return;
  throw Refusal{at, "has more than " + std::to_string(limits_.nodes) + " values, aliases written out",
                "make it smaller, or use fewer aliases", Code::kResourceExhausted};
}

void Builder::Put(Node node, YAML::anchor_t anchor) {
  const auto at = node.at();
  Count({1, node.text().size()}, at);
  if (anchor != 0) {
    const auto cost = CostOf(node);
    Count(cost, at);  // the copy that is kept costs as much again
    anchors_[anchor] = Anchored{node, cost, DepthOf(node)};
  }
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  auto& open = open_.back();
  if (open.node.is_sequence()) return open.node.Add(std::move(node));
  if (!open.has_key) return PutKey(open, node);
  open.has_key = false;
  if (open.key == kMergeKey) {
    open.merged.push_back(std::move(node));
  } else {
    open.node.entries().push_back(Entry{std::move(open.key), open.key_at, std::move(node)});
  }
}

void Builder::PutKey(Open& open, const Node& node) {
  if (node.is_null()) throw Refusal{node.at(), "a key is empty", "write the key, or quote it"};
  if (!node.is_scalar()) throw Refusal{node.at(), "a key is a list or a map", "use a text as the key"};
  if (!open.keys.insert(node.text()).second) {
    throw Refusal{node.at(), "the key '" + Shown(node.text()) + "' stands twice in one map",
                  "remove one of the two"};
  }
  if (open.keys.size() > limits_.entries) {
    throw Refusal{node.at(), "a map has more than " + std::to_string(limits_.entries) + " keys", "use fewer",
                  Code::kResourceExhausted};
  }
  open.has_key = true;
  open.key = node.text();
  open.key_at = node.at();
}

void Builder::Close() {
  auto open = std::move(open_.back());
  open_.pop_back();
  if (!open.merged.empty()) Merge(open);
  Put(std::move(open.node), open.anchor);
}

void Builder::Merge(Open& open) {
  const auto from = std::move(open.merged.front());
  if (from.is_map()) return MergeOne(open, from);
  if (!from.is_sequence())
    throw Refusal{from.at(), "'<<' takes a map or a list of maps", "name an anchored map"};
  for (const auto& item : from.items()) MergeOne(open, item);
}

void Builder::MergeOne(Open& open, const Node& from) {
  if (!from.is_map()) throw Refusal{from.at(), "'<<' takes a map or a list of maps", "name an anchored map"};
  for (const auto& entry : from.entries()) {
    if (open.keys.insert(entry.key).second) open.node.entries().push_back(entry);
  }
}

}  // namespace edm::yaml
