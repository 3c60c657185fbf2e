#include "common/adapters/kv/faulty_kv_store.h"

#include <algorithm>
#include <thread>

namespace edm {
namespace {

Error Away() { return Error{Code::kUnavailable, "store", "a fault was injected", {}, "try again"}; }

}  // namespace

void FaultyKvStore::Script(std::initializer_list<KvFault> faults) {
  const std::lock_guard lock(mutex_);
  scripted_.insert(scripted_.end(), faults);
}

KvFault FaultyKvStore::Next() {
  const std::lock_guard lock(mutex_);
  if (!scripted_.empty()) {
    const auto fault = scripted_.front();
    scripted_.pop_front();
    return fault;
  }
  const double drawn = std::uniform_real_distribution<>(0, 1)(random_);
  if (drawn < rates_.fail_before) return {KvFault::Kind::kFailBefore};
  if (drawn < rates_.fail_before + rates_.fail_after) return {KvFault::Kind::kFailAfter};
  if (drawn < rates_.fail_before + rates_.fail_after + rates_.delay) {
    const auto most = std::max<std::int64_t>(1, rates_.delay_max.count());
    return {KvFault::Kind::kDelay,
            Millis(static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most)) + 1)};
  }
  return {};
}

template <class T, class Call>
Result<T> FaultyKvStore::Spoiled(Call call) {
  const auto fault = Next();
  if (fault.kind == KvFault::Kind::kFailBefore) return Away();
  if (fault.kind == KvFault::Kind::kDelay) std::this_thread::sleep_for(fault.delay);
  auto result = call();
  if (fault.kind == KvFault::Kind::kFailAfter) return Away();
  return result;
}

Result<std::optional<KvEntry>> FaultyKvStore::Get(const std::string& key) {
  return Spoiled<std::optional<KvEntry>>([&] { return inner_.Get(key); });
}

Result<KvSnapshot> FaultyKvStore::List(const std::string& prefix) {
  return Spoiled<KvSnapshot>([&] { return inner_.List(prefix); });
}

Status FaultyKvStore::Transact(const std::vector<KvOp>& ops) {
  return Spoiled<Unit>([&] { return inner_.Transact(ops); });
}

Result<KvSnapshot> FaultyKvStore::Watch(const std::string& prefix, KvRevision since, Millis wait) {
  return Spoiled<KvSnapshot>([&] { return inner_.Watch(prefix, since, wait); });
}

}  // namespace edm
