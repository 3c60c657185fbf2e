#include "master/api/push/deploy_gate.h"

#include <fmt/format.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "master/core/git/commit_spec.h"
#include "master/core/not_found.h"

namespace edm::master {
namespace {

constexpr std::size_t kLinesPerRead = 200;

bool IsZero(const std::string& commit) { return commit.find_first_not_of('0') == std::string::npos; }

std::string LineOf(const Step& step) {
  if (step.state == StepState::kRunning) return fmt::format("  … {:<8} {}", step.name, step.detail);
  const auto mark = step.state == StepState::kDone ? "✓" : "✗";
  std::string took;
  if (step.started_at && step.ended_at) {
    took = FormatDuration(std::chrono::duration_cast<Millis>(*step.ended_at - *step.started_at));
  }
  return fmt::format("  {} {:<8} {}  {}", mark, step.name, step.detail, took);
}

std::optional<std::string> LineOf(const OperationNote& note) {
  if (const auto* step = std::get_if<Step>(&note.what)) {
    const bool shown = step->state == StepState::kDone || step->state == StepState::kFailed ||
                       (step->state == StepState::kRunning && step->name != "place");
    return shown ? std::optional(LineOf(*step)) : std::nullopt;
  }
  if (const auto* warning = std::get_if<Warning>(&note.what)) return "  warning: " + warning->text;
  return std::nullopt;
}

// Wakes the thread that waits for the log's next line.
struct Bell {
  std::mutex mutex;
  std::condition_variable_any rung;
  bool ringing = false;

  void Ring() {
    const std::lock_guard lock(mutex);
    ringing = true;
    rung.notify_all();
  }
  // False when nothing came within `patience`.
  bool Wait(Millis patience, std::stop_token stop) {
    std::unique_lock lock(mutex);
    const bool came = rung.wait_for(lock, stop, patience, [this] { return ringing; });
    ringing = false;
    return came;
  }
};

}  // namespace

Status DeployGate::Admit(const std::string& owner, const std::string& instance, bool, const std::string&) {
  if (owner == kTemplatesOwner) return CheckTemplateName(instance);
  const auto view = cluster_.View();
  const auto record = view->instances.Find(instance);
  if (record && Folded(record->instance.owner) == Folded(owner)) return Ok();
  auto error = NoSuch("repo", instance, view->instances, "edmctl ls");
  error.object = "repo " + Shown(owner) + "/" + Shown(instance);
  error.hint += "; edmctl remote add makes an instance and its repo";
  return error;
}

Result<DeployGate::Verdict> DeployGate::Judge(const PushedBranch& push,
                                              const std::function<void(std::string_view)>& on_line,
                                              std::stop_token stop) {
  if (push.owner == kTemplatesOwner) return Verdict::kStore;
  const auto record = cluster_.View()->instances.Find(push.instance);
  if (record == nullptr) {
    return Error{
        Code::kNotFound, "instance " + push.instance, "it is gone", {}, "edmctl remote add makes a new one"};
  }
  const auto& branch = record->instance.spec.branch;
  if (push.branch != branch) {
    on_line(push.branch + " is stored; only " + branch + " is deployed");
    return Verdict::kStore;
  }
  if (IsZero(push.to)) {
    return Error{Code::kFailedPrecondition,
                 "branch " + branch,
                 "it is what is deployed",
                 {},
                 "edmctl delete " + push.instance + " takes the whole instance away"};
  }
  EDM_TRY(const auto spec, SpecOf(git_, {record->instance.owner, push.instance}, push.to));
  EDM_TRY(const auto operation, Begin(push, spec.replicas));
  on_line(fmt::format("{}: {} -> {}", push.instance, push.to.substr(0, 7), operation));
  EDM_TRY(const auto ended, Follow(operation, on_line, stop));
  if (ended.state == OperationState::kDone) {
    for (const auto& endpoint : ended.endpoints) {
      if (!endpoint.url.empty()) on_line("running  " + endpoint.url);
    }
    return Verdict::kMoved;
  }
  return ended.failure.value_or(Error{
      Code::kUnknown, "operation " + operation, "it did not end well", {}, "edmctl op show " + operation});
}

Result<std::string> DeployGate::Begin(const PushedBranch& push, std::uint32_t replicas) {
  master::Begin begin;
  begin.origin.actor = push.actor;
  begin.operation = "op-" + ToHex(entropy_.Bytes(6));
  begin.instance = push.instance;
  begin.kind = OperationKind::kDeploy;
  begin.push = PendingPush{push.branch, push.from, push.to};
  begin.replicas = replicas;
  const auto answer = std::make_shared<std::promise<Result<Accepted>>>();
  auto future = answer->get_future();
  cluster_.Submit(std::move(begin),
                  [answer](Result<Accepted> accepted) { answer->set_value(std::move(accepted)); });
  EDM_TRY(const auto accepted, future.get());
  return accepted.operation;
}

Result<Operation> DeployGate::Follow(const std::string& operation,
                                     const std::function<void(std::string_view)>& on_line,
                                     std::stop_token stop) {
  const auto bell = std::make_shared<Bell>();
  const auto wake = std::make_shared<std::function<void()>>([bell] { bell->Ring(); });
  std::uint64_t cursor = 0;
  std::string under_way = "waiting";
  while (!stop.stop_requested()) {
    EDM_TRY(const auto lines, log_.Read(operation, cursor, kLinesPerRead, wake));
    for (const auto& line : lines) {
      cursor = line.cursor;
      if (const auto* ended = std::get_if<Operation>(&line.note.what)) return *ended;
      if (const auto* step = std::get_if<Step>(&line.note.what)) under_way = step->name;
      if (const auto text = LineOf(line.note)) on_line(*text);
    }
    if (lines.empty() && !bell->Wait(kQuietMax, stop) && !stop.stop_requested())
      on_line("  … still at " + under_way);
  }
  return Error{
      Code::kCancelled, "operation " + operation, "you left; it goes on", {}, "edmctl op watch " + operation};
}

}  // namespace edm::master
