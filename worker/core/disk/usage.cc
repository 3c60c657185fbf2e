#include "worker/core/disk/usage.h"

#include <algorithm>
#include <map>

#include "common/model/trial_name.h"

namespace edm::worker {
namespace {

constexpr std::string_view kImages = "images";
constexpr std::string_view kContainerLogs = "container-logs";

// Uses by kind, in the order in which people look for them.
class Uses {
 public:
  void Add(std::string_view kind, std::optional<std::uint64_t> bytes, std::uint64_t shared_bytes = 0) {
    const auto [found, is_new] = by_kind_.try_emplace(std::string(kind));
    auto& use = found->second;
    if (is_new) {
      use = {.kind = std::string(kind), .count = 0, .bytes = 0, .shared_bytes = {}};
      order_.push_back(std::string(kind));
    }
    ++use.count;
    use.bytes = use.bytes && bytes ? std::optional(*use.bytes + *bytes) : std::nullopt;
    // The same layers may stand in several: the largest is the least that they can be together.
    if (kind == kImages) use.shared_bytes = std::max(use.shared_bytes.value_or(0), shared_bytes);
  }
  std::vector<DiskUse> Take() const {
    std::vector<DiskUse> all;
    for (const auto& kind : order_) all.push_back(by_kind_.at(kind));
    return all;
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [kind, use] : by_kind_) sum += use.bytes.value_or(0);
    return sum;
  }

 private:
  std::map<std::string, DiskUse> by_kind_;
  std::vector<std::string> order_;
};

class Ledger {
 public:
  void Add(const std::string& instance, std::string_view kind, std::optional<std::uint64_t> bytes,
           std::uint64_t shared_bytes = 0) {
    ours_.Add(kind, bytes, shared_bytes);
    if (!instance.empty()) instances_[std::string(InstanceOf(instance))].Add(kind, bytes, shared_bytes);
  }
  void AddObjects(const std::vector<EngineObject>& objects, std::string_view kind) {
    for (const auto& one : objects) {
      if (one.instance.empty()) {
        foreign_.Add(kind, one.bytes, one.shared_bytes);
      } else {
        Add(one.instance, kind, one.bytes, one.shared_bytes);
      }
    }
  }
  void AddStored(const std::vector<StoredThing>& things, std::string_view kind) {
    for (const auto& one : things) Add(one.instance, kind, one.bytes);
  }
  // What is shared is an image's layer, and counted there.
  void AddCache(const std::vector<CacheRecord>& records, const CacheIds& ours) {
    for (const auto& one : records)
      (ours.contains(one.id) ? ours_ : foreign_).Add("build-cache", one.is_shared ? 0 : one.bytes);
  }
  MachineDisk Close(std::uint64_t other_bytes) {
    ours_.Add("state", other_bytes);
    MachineDisk disk;
    disk.uses = ours_.Take();
    disk.foreign = foreign_.Take();
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const auto& [instance, uses] : instances_) order.emplace_back(uses.bytes(), instance);
    std::ranges::sort(order, [](const auto& one, const auto& other) {
      return one.first != other.first ? one.first > other.first : one.second < other.second;
    });
    for (const auto& [bytes, instance] : order)
      disk.instances.push_back({instance, instances_[instance].Take()});
    return disk;
  }

 private:
  Uses ours_;
  Uses foreign_;
  std::map<std::string, Uses> instances_;
};

}  // namespace

MachineDisk Summarize(const EngineObjects& engine, const std::vector<CacheRecord>& cache,
                      const CacheIds& our_cache, const StoredThings& stored) {
  Ledger ledger;
  ledger.AddObjects(engine.images, kImages);
  ledger.AddObjects(engine.volumes, "volumes");
  ledger.AddObjects(engine.containers, "containers");
  for (const auto& one : engine.containers) {
    if (!one.instance.empty()) ledger.Add(one.instance, kContainerLogs, one.log_bytes);
  }
  ledger.AddStored(stored.checkouts, "checkouts");
  ledger.AddStored(stored.mirrors, "mirrors");
  ledger.AddStored(stored.histories, "events");
  ledger.AddCache(cache, our_cache);
  return ledger.Close(stored.other_bytes);
}

}  // namespace edm::worker
