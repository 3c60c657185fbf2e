#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <random>

#include "common/ports/kv_store.h"

namespace edm {

// What befalls one call.
struct KvFault {
  enum class Kind : std::uint8_t {
    kNone,
    kFailBefore,  // nothing happened
    kFailAfter,   // it happened, and the caller is not told: the outcome is unknown to it
    kDelay,
  } kind = Kind::kNone;
  Millis delay{0};
};

// Passes calls on to `inner` (which must outlive it) and spoils some: those named next by Script, then, with
// `seed` rates, at random. Any thread.
class FaultyKvStore final : public KvStore {
 public:
  struct Rates {
    std::uint64_t seed = 0;
    double fail_before = 0;
    double fail_after = 0;
    double delay = 0;
    Millis delay_max{20};
  };

  explicit FaultyKvStore(KvStore& inner) : FaultyKvStore(inner, Rates{}) {}
  FaultyKvStore(KvStore& inner, Rates rates) : inner_(inner), rates_(rates), random_(rates.seed) {}

  // For the next calls, one each.
  void Script(std::initializer_list<KvFault> faults);

  KvLimits limits() const override { return inner_.limits(); }
  Result<std::optional<KvEntry>> Get(const std::string& key) override;
  Result<KvSnapshot> List(const std::string& prefix) override;
  Status Transact(const std::vector<KvOp>& ops) override;
  Result<KvSnapshot> Watch(const std::string& prefix, KvRevision since, Millis wait) override;

 private:
  KvFault Next();
  template <class T, class Call>
  Result<T> Spoiled(Call call);

  KvStore& inner_;
  const Rates rates_;
  std::mutex mutex_;
  std::mt19937_64 random_;        // guarded by mutex_
  std::deque<KvFault> scripted_;  // guarded by mutex_
};

}  // namespace edm
