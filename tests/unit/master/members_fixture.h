#pragma once

#include "common/model/member_name.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {

// `shop` is to have members, and three workers are there.
struct MembersFixture : ClusterFixture {
  explicit MembersFixture(std::uint32_t replicas = 3) {
    for (const auto* worker : {"w1", "w2", "w3"}) AddWorker(worker);
    CreateInstance create;
    create.instance.id = create.instance.project = "shop";
    create.instance.owner = "default";
    create.instance.spec.replicas = replicas;
    (void)Give(create);
  }

  static std::string Member(std::uint32_t ordinal) { return MemberOf("shop", ordinal); }
  const InstanceStatus& Of(std::uint32_t ordinal) const { return Inst(Member(ordinal)).instance.status; }
  const InstanceStatus& Set() const { return Inst().instance.status; }

  // The operation that stands for this member's part.
  std::string PartOf(std::uint32_t ordinal) const { return Of(ordinal).operation; }
  bool IsOpen(std::uint32_t ordinal) const {
    return state.instances.Find(Member(ordinal)) != nullptr && state.open.contains(PartOf(ordinal));
  }

  // What a worker tells of a member's order when all goes well.
  void Succeed(std::uint32_t ordinal) {
    const auto part = PartOf(ordinal);
    const auto order = Op(part).order;
    if (order.build) (void)Event(part, 1, Built{{{"web", "sha256:1"}}, "", {}});
    const bool runs = order.target == Target::kRunning;
    const auto end = runs                               ? Phase::kRunning
                     : order.target == Target::kStopped ? Phase::kStopped
                     : order.target == Target::kBuilt   ? Phase::kBuilt
                                                        : Phase::kDeleted;
    (void)End(part, end, runs ? order.release : 0);
  }
  void Fail(std::uint32_t ordinal, std::uint32_t running = 0) {
    const auto part = PartOf(ordinal);
    if (Op(part).order.build) (void)Event(part, 1, Built{{{"web", "sha256:1"}}, "", {}});
    (void)End(part, Phase::kFailed, running,
              Error{Code::kInternal, "shop/web", "it exited with 1", {"boom"}, "mend it"});
  }

  // A deploy of all members that ends well.
  std::string Run(std::uint32_t members = 3) {
    const auto id = DeployToOrder();
    for (std::uint32_t one = 1; one <= members; ++one) Succeed(one);
    return id;
  }
  Begin Scaling(std::uint32_t replicas) {
    auto begin = Asking(OperationKind::kScale);
    begin.replicas = replicas;
    return begin;
  }
  StepState StepOf(const std::string& operation, std::uint32_t ordinal) const {
    for (const auto& step : Op(operation).operation.steps) {
      if (step.name == Member(ordinal)) return step.state;
    }
    return StepState::kPending;
  }
};

}  // namespace edm::master
