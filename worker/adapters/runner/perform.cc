#include "worker/adapters/runner/perform.h"

#include "worker/adapters/runner/effects.h"

namespace edm::worker {

Status Perform(Effect effect, Job& job) {
  switch (effect) {
    case Effect::kCompare:
      return Compare(job);
    case Effect::kFetch:
      return Fetch(job);
    case Effect::kJudge:
      return Judge(job);
    case Effect::kReserve:
      return Reserve(job);
    case Effect::kBuild:
      return BuildImages(job);
    case Effect::kPublishHolder:
      return PublishHolder(job);
    case Effect::kRender:
      return Render(job);
    case Effect::kStop:
      return Stop(job);
    case Effect::kTry:
      return Try(job);
    case Effect::kDismiss:
      return Dismiss(job);
    case Effect::kUp:
      return Up(job);
    case Effect::kAwaitReady:
      return AwaitReady(job);
    case Effect::kPublishEndpoints:
      return PublishEndpoints(job);
    case Effect::kWithdrawEndpoints:
      return WithdrawEndpoints(job);
    case Effect::kRemove:
      return Remove(job);
    case Effect::kDropImages:
      return DropImages(job);
    case Effect::kDropFiles:
      return DropFiles(job);
    case Effect::kForgetHolder:
      return ForgetHolder(job);
    case Effect::kDiscard:
      return Discard(job);
    case Effect::kRestore:
      return Restore(job);
    case Effect::kHold:
      return Hold(job);
    case Effect::kPush:
      return Push(job);
    case Effect::kCollect:
      return Collect(job);
    case Effect::kNone:
    case Effect::kEnd:
      break;
  }
  return Ok();
}

}  // namespace edm::worker
