#include "worker/core/disk/cache_order.h"

#include <algorithm>
#include <map>

namespace edm::worker {
namespace {

struct Node {
  const CacheRecord* record = nullptr;
  WallTime used_at;
  std::size_t depth = 0;  // of what was made from it: 0 where nothing was
  bool stays = false;
};

// Passes on what a record says of those that it was made from. A chain is as long as a build has steps; more
// rounds than that only a loop would need, which a cache has not.
constexpr int kRoundsMax = 200;

bool Raise(Node& parent, const Node& child) {
  bool is_changed = false;
  if (child.stays && !parent.stays) is_changed = parent.stays = true;
  if (child.used_at > parent.used_at) {
    parent.used_at = child.used_at;
    is_changed = true;
  }
  if (child.depth + 1 > parent.depth) {
    parent.depth = child.depth + 1;
    is_changed = true;
  }
  return is_changed;
}

void PassUp(std::map<std::string, Node>& nodes) {
  bool is_changed = true;
  for (int round = 0; is_changed && round < kRoundsMax; ++round) {
    is_changed = false;
    for (const auto& [id, node] : nodes) {
      for (const auto& parent : node.record->parents) {
        const auto found = nodes.find(parent);
        if (found != nodes.end() && Raise(found->second, node)) is_changed = true;
      }
    }
  }
}

}  // namespace

std::vector<CacheCandidate> OrderCache(const std::vector<CacheRecord>& records, const CacheIds& ours) {
  std::map<std::string, Node> nodes;
  for (const auto& one : records)
    nodes[one.id] = {&one, one.used_at, 0, one.is_in_use || !ours.contains(one.id)};
  PassUp(nodes);
  std::vector<const Node*> free;
  for (const auto& [id, node] : nodes) {
    if (!node.stays) free.push_back(&node);
  }
  std::ranges::sort(free, [](const auto* one, const auto* other) {
    if (one->used_at != other->used_at) return one->used_at < other->used_at;
    if (one->depth != other->depth) return one->depth < other->depth;
    return one->record->id < other->record->id;
  });
  std::vector<CacheCandidate> order;
  for (const auto* node : free) order.push_back({node->record, node->used_at});
  return order;
}

}  // namespace edm::worker
