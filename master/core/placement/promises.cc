#include "master/core/placement/promises.h"

#include <algorithm>
#include <cmath>

#include "master/core/begin_operation.h"

namespace edm::master {
namespace {

// By so much per second the background may grow while orders are under way: slow enough that a burst of
// builds does not pass for load of somebody else, fast enough that a hog beside endless builds is noticed.
constexpr double kBackgroundGrowth = 0.005;

// Whether what the operation started goes on using the worker after its end.
bool Leaves(OperationKind kind, OperationState state) {
  return state == OperationState::kDone && kind != OperationKind::kStop && kind != OperationKind::kDelete;
}

auto ReservationOf(WorkerRecord& worker, const OperationRecord& record) {
  return std::find_if(worker.reservations.begin(), worker.reservations.end(),
                      [&](const Reservation& one) { return one.operation == record.operation.id; });
}

}  // namespace

void Promise(Draft& draft, const OperationRecord& record, const InstanceRecord& instance) {
  const auto found = draft.state().workers.Find(record.worker);
  if (found == nullptr) return;
  auto worker = *found;
  const auto& one = instance.instance;
  worker.reservations.push_back(
      {.operation = record.operation.id,
       .memory_mib = one.spec.memory_mib == 0 ? kMemoryDefaultMib : one.spec.memory_mib,
       .disk_mib = one.spec.requirements.disk_mib,
       .new_network = one.status.worker != record.worker ||
                      (one.status.release == 0 && NeedsSource(record.operation.kind))});
  draft.PutVolatile(std::move(worker));
}

void PromiseEnds(Draft& draft, const OperationRecord& record, OperationState state) {
  const auto found = draft.state().workers.Find(record.worker);
  if (found == nullptr) return;
  auto worker = *found;
  const auto at = ReservationOf(worker, record);
  if (at == worker.reservations.end()) return;
  worker.reservations.erase(at);
  if (Leaves(record.operation.kind, state)) worker.settling += 1;
  worker.echo_until = draft.now().steady + kOwnWorkEcho;
  draft.PutVolatile(std::move(worker));
}

void NetworkIsTaken(Draft& draft, const OperationRecord& record, WallTime time) {
  const auto found = draft.state().workers.Find(record.worker);
  if (found == nullptr) return;
  auto worker = *found;
  const auto at = ReservationOf(worker, record);
  if (at == worker.reservations.end() || !at->new_network || at->network_taken) return;
  at->network_taken = time;
  draft.PutVolatile(std::move(worker));
}

void TakeSample(WorkerRecord& worker, const Load& load, SteadyTime now) {
  const std::chrono::duration<double> elapsed = now - worker.seen;
  const bool shows_own_work = !worker.reservations.empty() || now < worker.echo_until;
  const double most =
      worker.load && shows_own_work ? worker.background + kBackgroundGrowth * elapsed.count() : 1.0;
  worker.background = std::min(load.cpu_lasting, most);
  worker.load = load;
  worker.settling *= std::exp(-elapsed / std::chrono::duration<double>(kSettlingFade));
  for (auto& one : worker.reservations) {
    if (one.network_taken && load.sampled_at > *one.network_taken) one.new_network = false;
  }
}

}  // namespace edm::master
