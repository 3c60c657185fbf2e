#include "master/adapters/loop/batch.h"

#include <algorithm>

#include "master/adapters/state/codec.h"

namespace edm::master {
namespace {

std::size_t SizeOf(const KvOp& op) { return op.key.size() + op.value.size(); }

class Packer {
 public:
  explicit Packer(const std::optional<KvOp>& fence) : fence_(fence) { Open(); }

  void Add(std::vector<KvOp> group) {
    std::size_t bytes = 0;
    for (const auto& op : group) bytes += SizeOf(op);
    if (current_.size() + group.size() > KvStore::kOpsMax || bytes_ + bytes > KvStore::kTransactionBytesMax)
      Next();
    for (auto& op : group) Put(std::move(op));
  }

  std::vector<std::vector<KvOp>> Take() {
    Next();
    return std::move(done_);
  }

 private:
  void Put(KvOp op) {
    const auto same =
        std::find_if(current_.begin(), current_.end(), [&](const KvOp& one) { return one.key == op.key; });
    if (same != current_.end()) {
      bytes_ += SizeOf(op) - SizeOf(*same);
      *same = std::move(op);
      return;
    }
    if (current_.size() == KvStore::kOpsMax || bytes_ + SizeOf(op) > KvStore::kTransactionBytesMax) Next();
    bytes_ += SizeOf(op);
    current_.push_back(std::move(op));
  }
  void Next() {
    if (current_.size() > (fence_ ? 1 : 0)) done_.push_back(std::move(current_));
    Open();
  }
  void Open() {
    current_.clear();
    if (fence_) current_.push_back(*fence_);
    bytes_ = fence_ ? SizeOf(*fence_) : 0;
  }

  const std::optional<KvOp>& fence_;
  std::vector<std::vector<KvOp>> done_;
  std::vector<KvOp> current_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::vector<std::vector<KvOp>> PackTransactions(const std::vector<Batch::Entry>& entries,
                                                const Sealer& sealer, const std::optional<KvOp>& fence) {
  Packer packer(fence);
  for (const auto& entry : entries) {
    std::vector<KvOp> group;
    for (const auto& change : entry.decision.changes) {
      auto op = Encode(change, sealer);
      const auto same =
          std::find_if(group.begin(), group.end(), [&](const KvOp& one) { return one.key == op.key; });
      if (same != group.end()) {
        *same = std::move(op);
      } else {
        group.push_back(std::move(op));
      }
    }
    packer.Add(std::move(group));
  }
  return packer.Take();
}

}  // namespace edm::master
