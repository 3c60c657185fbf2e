#include "master/adapters/state/load.h"

#include "master/adapters/state/keys.h"
#include "master/adapters/state/mirror.h"

namespace edm::master {

Result<Mandate> TakeEpoch(KvStore& store) {
  const std::string key(keys::kEpoch);
  EDM_TRY(const auto before, store.Get(key));
  const auto epoch = (before ? EpochOf(*before) : 0) + 1;
  EDM_CHECK(store.Transact({{KvOp::Kind::kPut, key, std::to_string(epoch), before ? before->revision : 0}}));
  // Its revision is the fence; whoever came between has taken the next epoch.
  EDM_TRY(const auto taken, store.Get(key));
  if (!taken || EpochOf(*taken) != epoch) {
    return Error{Code::kAborted, "key " + key, "another master took the epoch", {}, "campaign again"};
  }
  return Mandate{epoch, {KvOp::Kind::kCheck, key, "", taken->revision}};
}

Result<State> ReadState(KvStore& store, const Sealer& sealer) {
  EDM_TRY(const auto snapshot, store.List(std::string(keys::kRoot)));
  StateMirror mirror(sealer);
  EDM_CHECK(mirror.Take(snapshot));
  return mirror.Share();
}

Result<State> LoadState(KvStore& store, const Sealer& sealer) {
  EDM_TRY(const auto mandate, TakeEpoch(store));
  EDM_TRY(auto state, ReadState(store, sealer));
  state.epoch = mandate.epoch;
  return state;
}

}  // namespace edm::master
