#include "master/adapters/loop/batch.h"

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "master/adapters/state/codec.h"

namespace edm::master {
namespace {

std::size_t SizeOf(const KvOp& op) { return op.key.size() + op.value.size(); }

class Packer {
 public:
  Packer(const KvLimits& limits, const std::optional<KvOp>& fence) : limits_(limits), fence_(fence) {
    Open();
  }

  void Add(std::vector<KvOp> group) {
    std::size_t bytes = 0;
    for (const auto& op : group) bytes += SizeOf(op);
    if (current_.size() + group.size() > limits_.ops || bytes_ + bytes > limits_.bytes) Next();
    for (auto& op : group) Put(std::move(op));
  }

  std::vector<std::vector<KvOp>> Take() {
    Next();
    return std::move(done_);
  }

 private:
  void Put(KvOp op) {
    if (const auto found = positions_.find(op.key); found != positions_.end()) {
      auto& same = current_[found->second];
      bytes_ += SizeOf(op) - SizeOf(same);
      same = std::move(op);
      return;
    }
    if (current_.size() == limits_.ops || bytes_ + SizeOf(op) > limits_.bytes) Next();
    bytes_ += SizeOf(op);
    positions_.emplace(op.key, current_.size());
    current_.push_back(std::move(op));
  }
  void Next() {
    if (current_.size() > (fence_ ? 1 : 0)) done_.push_back(std::move(current_));
    Open();
  }
  void Open() {
    current_.clear();
    positions_.clear();
    if (fence_) current_.push_back(*fence_);
    bytes_ = fence_ ? SizeOf(*fence_) : 0;
  }

  const KvLimits& limits_;
  const std::optional<KvOp>& fence_;
  std::vector<std::vector<KvOp>> done_;
  std::vector<KvOp> current_;
  std::unordered_map<std::string, std::size_t> positions_;  // in it, by key; the fence has none
  std::size_t bytes_ = 0;
};

// What a change is about: two of the same kind and key are of one entry of the store.
std::string_view KeyOf(const Change& change) {
  return std::visit(
      [](const auto& it) -> std::string_view {
        if constexpr (std::is_same_v<std::decay_t<decltype(it)>, StoredAddress>) {
          return it.instance;
        } else {
          return it.key;
        }
      },
      change);
}

// The last change of each entry, where the first one stood.
std::vector<const Change*> LastOfEach(const std::vector<Change>& changes) {
  std::vector<const Change*> last;
  for (const auto& change : changes) {
    const auto same = std::ranges::find_if(last, [&](const Change* one) {
      return one->index() == change.index() && KeyOf(*one) == KeyOf(change);
    });
    if (same != last.end()) {
      *same = &change;
    } else {
      last.push_back(&change);
    }
  }
  return last;
}

}  // namespace

std::vector<std::vector<KvOp>> PackTransactions(const std::vector<Batch::Entry>& entries,
                                                const Sealer& sealer, const KvLimits& limits,
                                                const std::optional<KvOp>& fence) {
  Packer packer(limits, fence);
  for (const auto& entry : entries) {
    std::vector<KvOp> group;
    for (const auto* change : LastOfEach(entry.decision.changes)) group.push_back(Encode(*change, sealer));
    packer.Add(std::move(group));
  }
  return packer.Take();
}

}  // namespace edm::master
