#include <algorithm>
#include <chrono>
#include <thread>

#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"
#include "edmctl/output/report.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Millis kWaitDefault{600'000};
constexpr Millis kPieceMax{50'000};  // of one WaitOperation
constexpr Millis kConditionLookEvery{500};

struct Wanted {
  v1::Phase::Value phase = v1::Phase::RUNNING;
  bool gone = false;  // --for deleted
};

Result<Wanted> WantedOf(const Arguments& args) {
  const auto text = Folded(args.Text("for"));
  if (text.empty() || text == "running") return Wanted{v1::Phase::RUNNING, false};
  if (text == "stopped") return Wanted{v1::Phase::STOPPED, false};
  if (text == "built") return Wanted{v1::Phase::BUILT, false};
  if (text == "deleted") return Wanted{v1::Phase::DELETED, true};
  return UsageError("--for " + text + ": there is no such state", "running, built, stopped or deleted");
}

bool Reached(const v1::Instance& instance, const Wanted& wanted) {
  if (instance.status().phase() != wanted.phase) return false;
  const auto health = instance.status().health();
  return wanted.phase != v1::Phase::RUNNING || health == v1::Health::HEALTHY || health == v1::Health::UNKNOWN;
}

bool HasFailed(const v1::Instance& instance) {
  const auto phase = instance.status().phase();
  return phase == v1::Phase::FAILED || phase == v1::Phase::REJECTED || phase == v1::Phase::LOST;
}

Status Pause(MasterClient& master, const v1::Instance& instance, Millis left) {
  const auto& operation = instance.status().operation();
  if (!operation.empty()) {
    v1::WaitOperationRequest request;
    request.set_id(operation);
    const auto piece = std::min(left, kPieceMax);
    request.mutable_timeout()->set_seconds(piece.count() / 1000);
    request.mutable_timeout()->set_nanos(static_cast<std::int32_t>(piece.count() % 1000 * 1'000'000));
    const auto waited = master.Call<v1::Operation>("WaitOperation", request, piece + Millis(5'000));
    if (!waited.ok() && waited.error().code != Code::kNotFound) return waited.error();
  }
  std::this_thread::sleep_for(std::min(left, kConditionLookEvery));
  return Ok();
}

Result<int> Wait(Invocation& invocation) {
  EDM_TRY(const auto wanted, WantedOf(invocation.args));
  EDM_TRY(const auto id, invocation.InstanceId());
  EDM_TRY(const auto timeout, invocation.args.Duration("timeout"));
  EDM_TRY(auto* master, invocation.Master());
  const auto until = SteadyClock::now() + timeout.value_or(kWaitDefault);
  v1::GetInstanceRequest request;
  request.set_id(id);
  bool operation_over = false;
  for (;;) {
    const auto found = master->Call<v1::Instance>("GetInstance", request);
    if (!found.ok() && wanted.gone && found.error().code == Code::kNotFound) return kExitDone;
    if (!found.ok()) return found.error();
    if (Reached(*found, wanted)) {
      if (invocation.json()) invocation.Print(*found);
      if (invocation.mode == Mode::kHuman) invocation.Out(id + ": " + StateOf(*found) + "\n");
      return kExitDone;
    }
    // A failed state may be that of the try before; it counts once its operation has ended.
    if (operation_over && HasFailed(*found) && !wanted.gone) {
      auto error = ToError(found->status().failure());
      error.code = Code::kFailedPrecondition;
      return About(std::move(error), "instance " + id);
    }
    const auto left = std::chrono::duration_cast<Millis>(until - SteadyClock::now());
    if (left <= Millis(0)) {
      return Error{Code::kDeadlineExceeded,
                   "instance " + id,
                   "is " + StateOf(*found) + " after the whole time",
                   {},
                   "edmctl why " + id};
    }
    EDM_CHECK(Pause(*master, *found, left));
    operation_over = true;
  }
}

}  // namespace

std::vector<Command> WaitCommands() {
  return {{"wait",
           "until an instance is running (or stopped, built, deleted)",
           {{"id", Operand::Count::kOptional}},
           {{"--for", "STATE", "running (default), built, stopped, deleted"},
            {"--timeout", "TIME", "how long (default 10m)"}},
           Wait}};
}

}  // namespace edm::ctl
