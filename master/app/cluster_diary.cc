#include "master/app/cluster_diary.h"

#include "common/adapters/log/log.h"
#include "common/base/text.h"
#include "edm/v1/worker_service.pb.h"
#include "master/app/in_seconds.h"
#include "master/app/words.h"

namespace edm::master {
namespace {

std::string TargetWord(Target target) {
  return Folded(v1::Order::Target_Name(static_cast<v1::Order::Target>(target)));
}

// Of a failure: its evidence may be output of a build, and is not for the log.
void Add(LogFields& fields, const Error& failure) {
  fields.push_back({"code", CodeName(failure.code)});
  fields.push_back({"object", failure.object});
  fields.push_back({"cause", failure.cause});
}

void WriteEnd(const Operation& ended) {
  const auto kind = KindWord(ended.kind);
  const auto state = StateWord(ended.state);
  LogFields fields{{"operation", ended.id},
                   {"instance", ended.instance},
                   {"kind", kind},
                   {"outcome", state},
                   {"seconds", InSeconds(ended.ended_at.value_or(ended.created_at) - ended.created_at)},
                   {"actor", ended.actor}};
  if (ended.failure) Add(fields, *ended.failure);
  Log(ended.state == OperationState::kDone ? LogLevel::kInfo : LogLevel::kWarn, "operation ended", fields);
}

void WriteStep(const OperationNote& note, const Step& step) {
  const auto level = step.state >= StepState::kDone ? LogLevel::kInfo : LogLevel::kDebug;
  if (!Logs(level) || step.state == StepState::kPending || step.state == StepState::kSkipped) return;
  const auto state = Folded(v1::Step::State_Name(static_cast<v1::Step::State>(step.state)));
  LogFields fields{{"operation", note.operation}, {"step", step.name}, {"state", state}};
  if (note.attempt != 0) fields.push_back({"attempt", std::uint64_t{note.attempt}});
  if (step.started_at && step.ended_at)
    fields.push_back({"seconds", InSeconds(*step.ended_at - *step.started_at)});
  Log(level, "operation step", fields);
}

void WriteOrder(const SendOrder& send) {
  const auto target = TargetWord(send.order.target);
  Log(LogLevel::kInfo, send.after_cursor == 0 ? "order sent" : "order taken up again",
      {{"operation", send.order.operation},
       {"instance", send.order.instance},
       {"worker", send.worker},
       {"attempt", std::uint64_t{send.order.attempt}},
       {"target", target},
       {"release", std::uint64_t{send.order.release}},
       {"epoch", std::uint64_t{send.order.epoch}}});
}

// The end of an operation has a line of its own, which says more.
void WriteEvent(const ClusterNote& event) {
  if (event.kind == "operation.ended") return;
  Log(event.kind == "worker.lost" ? LogLevel::kWarn : LogLevel::kInfo, "cluster event",
      {{"event", event.kind},
       {"operation", event.operation},
       {"instance", event.instance},
       {"worker", event.worker},
       {"text", event.text}});
}

}  // namespace

void WriteDiary(const Decision& decision) {
  if (!Logs(LogLevel::kWarn)) return;
  for (const auto& event : decision.events) WriteEvent(event);
  for (const auto& note : decision.notes) {
    if (const auto* ended = std::get_if<Operation>(&note.what)) WriteEnd(*ended);
    if (const auto* step = std::get_if<Step>(&note.what)) WriteStep(note, *step);
  }
  for (const auto& effect : decision.effects) {
    if (const auto* send = std::get_if<SendOrder>(&effect)) WriteOrder(*send);
  }
}

}  // namespace edm::master
