#include "tests/simulation/orders.h"

#include "master/model/limits.h"
#include "tests/simulation/recipe.h"

namespace edm::simulation {
namespace {

constexpr int kInstances = 24;
constexpr double kSameInstance = 0.15;  // share of orders that are about what the one before was about
constexpr double kSameSource = 0.05;    // share of sources that are what was given last
constexpr double kInAHurry = 0.12;      // share of orders that are given little time
constexpr double kNeverFits = 0.0045;   // share of new instances that ask for more than any machine has
constexpr std::uint32_t kTooMuchMib = 1'000'000;
constexpr Millis kLittleTime{3'000};
constexpr const char* kOwner = "someone";

}  // namespace

std::string Orders::PickInstance() {
  if (last_.empty() || !dice_.Hits(kSameInstance)) last_ = "i" + std::to_string(dice_.Below(kInstances));
  return last_;
}

OperationKind Orders::PickKind() {
  const auto throws = dice_.Below(100);
  if (throws < 40) return OperationKind::kDeploy;
  if (throws < 42) return OperationKind::kSource;
  if (throws < 47) return OperationKind::kMove;
  if (throws < 56) return OperationKind::kStart;
  if (throws < 67) return OperationKind::kStop;
  if (throws < 75) return OperationKind::kRestart;
  if (throws < 83) return OperationKind::kRollback;
  if (throws < 88) return OperationKind::kBuild;
  return OperationKind::kDelete;
}

OperationKind Orders::PickNextKind() {
  static const std::vector<OperationKind> kKinds{OperationKind::kDeploy, OperationKind::kBuild,
                                                 OperationKind::kStart, OperationKind::kRestart,
                                                 OperationKind::kStop};
  return dice_.Pick(kKinds);
}

master::Origin Orders::MakeOrigin() {
  const auto id = "request-" + std::to_string(++requests_);
  return {.actor = "somebody", .token_id = "t", .request_id = id, .request_key = id, .request_digest = id};
}

master::CancelOperation Orders::Cancel(const std::string& operation) { return {MakeOrigin(), operation}; }

master::ChangeWorker Orders::Change(const std::string& worker, Availability availability) {
  return {MakeOrigin(), worker, availability};
}

master::Begin Orders::Make(OperationKind kind, const std::string& instance) {
  master::Begin begin{.origin = MakeOrigin(), .instance = instance, .kind = kind};
  if (kind == OperationKind::kDeploy || kind == OperationKind::kSource) GiveSource(begin);
  if (kind == OperationKind::kBuild) begin.until = master::Until::kBuilt;
  if (dice_.Hits(kInAHurry)) begin.timeout = dice_.Between(master::kTimeoutMin, kLittleTime);
  return begin;
}

master::Begin Orders::MakeShort(OperationKind kind, const std::string& instance) {
  auto begin = Make(kind, instance);
  begin.timeout = master::kTimeoutMin;
  return begin;
}

// One that nobody had before, for the most part.
std::string Orders::PickCommit(const std::string& instance) {
  auto& last = commits_[instance];
  if (last.empty() || !dice_.Hits(kSameSource)) last = MakeCommit(dice_);
  return last;
}

// An upload, a push or a URL.
void Orders::GiveSource(master::Begin& begin) {
  const auto commit = PickCommit(begin.instance);
  const auto way = dice_.Below(10);
  const auto repo = git_.repos.find({kOwner, begin.instance});
  const bool has_branch = repo != git_.repos.end() && repo->second.branches.contains("main") &&
                          !repo->second.branches.at("main").empty();
  if (way < 2 && has_branch && begin.kind == OperationKind::kDeploy) {
    begin.push = master::PendingPush{"main", repo->second.branches.at("main"), commit};
    return;
  }
  Instance made{.id = begin.instance, .owner = kOwner, .project = "project"};
  made.spec.memory_mib = dice_.Hits(kNeverFits) ? kTooMuchMib : MemoryOf(begin.instance);
  made.spec.requirements.singleton = IsSingleton(begin.instance);
  begin.create = made;
  if (way < 5) {
    begin.upload = Source{.kind = SourceKind::kUpload, .branch = "main", .digest = commit};
  } else {
    begin.git_url = "https://elsewhere.example/" + commit;
  }
}

}  // namespace edm::simulation
