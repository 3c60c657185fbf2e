#include "edmctl/output/cluster_judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/size_units.h"
#include "common/base/text.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

using Severity = Problem::Severity;
using Problems = std::vector<Problem>;

std::string Room(std::uint32_t mib) { return FormatBytes(mib * kMebibyte); }

// "in 12 d", "2 h ago".
std::string When(Millis left) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(left < Millis(0) ? -left : left).count();
  const auto text = hours < 48 ? fmt::format("{} h", hours) : fmt::format("{} d", hours / 24);
  return left < Millis(0) ? text + " ago" : "in " + text;
}

void JudgeCertificate(Problems& problems, const std::string& object, const google::protobuf::Timestamp& end,
                      WallTime now, const std::string& next, Millis soon = kCertificateSoon) {
  const auto left = ToWallTime(end) - now;
  if (end.seconds() == 0 || left > soon) return;
  const bool ended = left < Millis(0);
  problems.push_back({ended ? Severity::kBroken : Severity::kSoon, object,
                      fmt::format("its certificate {} {}", ended ? "ended" : "ends", When(left)), next});
}

void JudgeMaster(Problems& problems, const v1::MasterStatus& master) {
  if (master.has_trouble()) {
    const auto trouble = ToError(master.trouble());
    problems.push_back({Severity::kBroken, "master",
                        "it takes no changes: " + trouble.object + ": " + trouble.cause,
                        trouble.hint.empty() ? "see the master's log" : trouble.hint});
  }
  if (master.disk_total_mib() != 0 &&
      master.disk_free_mib() < kMasterDiskShortMib + master.disk_reserve_mib()) {
    problems.push_back({Severity::kDegraded, "master",
                        fmt::format("its disk is short: {} of {} free", Room(master.disk_free_mib()),
                                    Room(master.disk_total_mib())),
                        "free space where its data_dir is, or move it to a larger disk"});
  }
  if (master.operations_open() >= kOperationsFull * master.operations_open_max() &&
      master.operations_open_max() != 0) {
    problems.push_back({Severity::kDegraded, "master",
                        fmt::format("{} operations are open, of {} at most", master.operations_open(),
                                    master.operations_open_max()),
                        "edmctl op ls --state RUNNING shows what they wait for"});
  }
  const auto now = ToWallTime(master.now());
  JudgeCertificate(problems, "master", master.certificate_ends_at(), now,
                   "restart edm-master: it makes a new one");
  JudgeCertificate(problems, "cluster CA", master.ca_ends_at(), now,
                   "plan a new cluster: workers must join again under a new CA");
}

bool IsThere(const v1::Worker& worker) {
  return worker.state() != v1::Worker::LOST && worker.state() != v1::Worker::JOINING;
}

void JudgeResources(Problems& problems, const std::string& object, const v1::Load& load) {
  if (load.disk_total_mib() != 0 && load.disk_free_mib() < kWorkerDiskShortMib) {
    problems.push_back({Severity::kDegraded, object,
                        fmt::format("its disk is short: {} of {} free", Room(load.disk_free_mib()),
                                    Room(load.disk_total_mib())),
                        "delete instances or images there; below 1 GiB nothing is placed on it"});
  }
  if (load.memory_total_mib() != 0 && load.memory_available_mib() < kMemoryShortMib) {
    problems.push_back({Severity::kDegraded, object,
                        fmt::format("its memory is short: {} of {} available",
                                    Room(load.memory_available_mib()), Room(load.memory_total_mib())),
                        "edmctl top shows what takes it"});
  }
  if (load.networks_free() == 0 && load.memory_total_mib() != 0) {
    problems.push_back({Severity::kDegraded, object, "no network is left for another instance",
                        "delete instances there, or add a worker"});
  }
}

// Workers renew theirs: only what is late is told.
void JudgeWorkerCertificate(Problems& problems, const std::string& object, const v1::Worker& worker,
                            const v1::MasterStatus& master) {
  const auto now = ToWallTime(master.now());
  const bool ended = ToWallTime(worker.certificate_ends_at()) < now;
  JudgeCertificate(problems, object, worker.certificate_ends_at(), now,
                   ended ? "edmctl token create " + worker.id() + " --worker, then edm-worker join there"
                         : "it should have renewed it: journalctl -u edm-worker there says why not",
                   kWorkerCertificateLate);
}

void JudgeWorker(Problems& problems, const v1::Worker& worker, const v1::MasterStatus& master,
                 std::size_t held) {
  const auto object = "worker " + worker.id();
  const auto now = ToWallTime(master.now());
  if (worker.state() == v1::Worker::LOST) {
    problems.push_back({Severity::kBroken, object,
                        fmt::format("it is lost: silent for {}; {} there", Age(worker.seen_at(), now),
                                    Counted(held, "instance") + (held == 1 ? " is" : " are")),
                        "on " + worker.public_address() + ": systemctl status edm-worker"});
  } else if (worker.state() == v1::Worker::JOINING) {
    problems.push_back(
        {Severity::kDegraded, object, "it has joined, and was not heard yet", "start edm-worker there"});
  } else if (worker.state() == v1::Worker::CORDONED || worker.state() == v1::Worker::DRAINING) {
    problems.push_back({Severity::kDegraded, object,
                        std::string("it is ") + Folded(v1::Worker::State_Name(worker.state())) +
                            ": nothing new is placed there",
                        "edmctl worker uncordon " + worker.id() + ", once its work is done"});
  }
  JudgeWorkerCertificate(problems, object, worker, master);
  if (!IsThere(worker)) return;
  if (worker.has_load()) JudgeResources(problems, object, worker.load());
  if (worker.version() != master.version()) {
    problems.push_back({Severity::kSoon, object,
                        fmt::format("it runs edm {}, the master {}", worker.version(), master.version()),
                        "install the same release on both"});
  }
  if (!worker.samples_refused_why().empty()) {
    problems.push_back(
        {Severity::kDegraded, object,
         "its load is not believed, so nothing new is placed there: " + worker.samples_refused_why(),
         "set its clock (chrony, systemd-timesyncd), or look at its machine"});
  } else if (const auto skew = SkewOf(worker); skew && (*skew > kSkewMax || *skew < -kSkewMax)) {
    problems.push_back({Severity::kSoon, object,
                        fmt::format("its clock is {} s {}", std::abs(skew->count()) / 1000,
                                    skew->count() < 0 ? "late" : "early"),
                        "set its clock (chrony, systemd-timesyncd)"});
  }
}

bool IsWanted(const v1::InstanceStatus& status) { return status.desired() == v1::InstanceStatus::RUNNING; }

std::string SentenceOf(const v1::InstanceStatus& status) {
  if (!status.has_failure() || status.failure().cause().empty()) return {};
  const auto& failure = status.failure();
  return ": " + (failure.object().empty() ? "" : failure.object() + ": ") + failure.cause();
}

std::string NextOf(const v1::Instance& instance) {
  const auto& hint = instance.status().failure().hint();
  return hint.empty() ? "edmctl why " + instance.id() : hint;
}

void JudgeRunning(Problems& problems, const v1::Instance& instance) {
  const auto& status = instance.status();
  const auto object = "instance " + instance.id();
  switch (status.health()) {
    case v1::Health::UNHEALTHY:
      problems.push_back(
          {Severity::kBroken, object, "it runs, and is unhealthy", "edmctl logs " + instance.id()});
      break;
    case v1::Health::RESTARTING:
      problems.push_back({Severity::kBroken, object, "its containers end and are started again",
                          "edmctl logs " + instance.id()});
      break;
    case v1::Health::UNKNOWN:
      problems.push_back({Severity::kBroken, object,
                          "nobody knows whether it runs: " + status.worker() + " is silent",
                          "see worker " + status.worker()});
      break;
    default:
      break;
  }
}

void JudgeInstance(Problems& problems, const v1::Instance& instance) {
  const auto& status = instance.status();
  if (!status.members().empty()) return;  // they are judged one by one
  const auto object = "instance " + instance.id();
  switch (status.phase()) {
    case v1::Phase::RUNNING:
      return JudgeRunning(problems, instance);
    case v1::Phase::LOST:
      problems.push_back({Severity::kBroken, object,
                          "it is lost with worker " + status.worker() + SentenceOf(status),
                          NextOf(instance)});
      return;
    case v1::Phase::FAILED:
    case v1::Phase::REJECTED:
      problems.push_back({IsWanted(status) ? Severity::kBroken : Severity::kDegraded, object,
                          "it does not run" + SentenceOf(status), NextOf(instance)});
      return;
    case v1::Phase::PENDING:
    case v1::Phase::PLACED:
      if (status.has_failure() || (IsWanted(status) && status.phase() == v1::Phase::PENDING)) {
        problems.push_back(
            {Severity::kDegraded, object, "it waits" + SentenceOf(status), "edmctl why " + instance.id()});
      }
      return;
    default:
      return;
  }
}

}  // namespace

std::optional<Millis> SkewOf(const v1::Worker& worker) {
  if (!worker.has_load() || !worker.load().has_sampled_at() || !worker.has_seen_at()) return std::nullopt;
  return ToWallTime(worker.load().sampled_at()) - ToWallTime(worker.seen_at());
}

Problems Judge(const v1::Instance& instance) {
  Problems problems;
  JudgeInstance(problems, instance);
  return problems;
}

Problems Judge(const Look& look) {
  Problems problems;
  JudgeMaster(problems, look.master);
  if (look.workers.empty()) {
    problems.push_back({Severity::kBroken, "cluster", "it has no worker",
                        "edmctl token create NAME --worker lets one join"});
  } else if (std::ranges::none_of(look.workers,
                                  [](const auto& one) { return one.state() == v1::Worker::READY; })) {
    problems.push_back(
        {Severity::kBroken, "cluster", "no worker is ready: nothing can be placed", "edmctl worker ls"});
  }
  for (const auto& worker : look.workers) {
    const auto held = std::ranges::count_if(
        look.instances, [&](const v1::Instance& one) { return one.status().worker() == worker.id(); });
    JudgeWorker(problems, worker, look.master, static_cast<std::size_t>(held));
  }
  for (const auto& instance : look.instances) JudgeInstance(problems, instance);
  std::ranges::stable_sort(problems, {}, &Problem::severity);
  return problems;
}

}  // namespace edm::ctl
