#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/worker_change.h"
#include "edmctl/os/prompt.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kNamesShown = 8;
constexpr Millis kLookAgain{1'000};

// What is still on the worker.
struct Left {
  std::vector<std::string> moving;
  std::vector<std::string> keeping;  // they keep data there
  std::vector<std::string> bound;    // so do they, and each other worker has one of its own
  bool operator==(const Left&) const = default;
};

// Whether each worker has a member of that instance.
Result<bool> IsOnEachWorker(MasterClient& master, const std::string& set) {
  if (set.empty()) return false;
  v1::GetInstanceRequest request;
  request.set_id(set);
  const auto instance = master.Call<v1::Instance>("GetInstance", request);
  if (!instance.ok() && instance.error().code == Code::kNotFound) return false;  // deleted meanwhile
  if (!instance.ok()) return instance.error();
  return instance->spec().on_each_worker();
}

Result<Left> LookAt(MasterClient& master, const std::string& worker) {
  Left left;
  v1::ListInstancesRequest request;
  request.set_worker(worker);
  do {
    EDM_TRY(const auto page, master.Call<v1::ListInstancesResponse>("ListInstances", request));
    for (const auto& one : page.instances()) {
      const bool keeps = !one.status().has_keeps_data() || one.status().keeps_data();
      if (!keeps) {
        left.moving.push_back(one.id());
        continue;
      }
      EDM_TRY(const auto bound, IsOnEachWorker(master, one.member_of()));
      (bound ? left.bound : left.keeping).push_back(one.id());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return left;
}

std::string Names(const std::vector<std::string>& all) {
  std::vector<std::string> shown(
      all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kNamesShown)));
  if (all.size() > shown.size()) shown.push_back("...");
  return Counted(all.size(), "instance") + " (" + Join(shown, ", ") + ")";
}

void Tell(const Invocation& invocation, const Left& left) {
  std::string text;
  if (!left.moving.empty()) text = Names(left.moving) + " to move";
  if (!left.keeping.empty()) text += (text.empty() ? "" : "; ") + Names(left.keeping) + " with data stay";
  if (!left.bound.empty())
    text += (text.empty() ? "" : "; ") + Names(left.bound) + " with data go only when deleted";
  if (!text.empty()) invocation.Note(text);
}

bool Agrees(Invocation& invocation, const std::string& question) {
  invocation.Err(question + " [y/N] ");
  const auto typed = ReadLine(STDIN_FILENO);
  return typed && (Folded(Trim(*typed)) == "y" || Folded(Trim(*typed)) == "yes");
}

// Whether they are to begin elsewhere with empty volumes, or to go where each worker has one.
bool Consents(Invocation& invocation, const std::string& worker, const Left& left) {
  if (invocation.args.Has("force")) return true;
  if (!invocation.interactive) return false;
  return (left.keeping.empty() ||
          Agrees(invocation, Names(left.keeping) + " keep data on " + worker +
                                 ", which does not move. Begin elsewhere with empty volumes?")) &&
         (left.bound.empty() ||
          Agrees(invocation, Names(left.bound) + " keep data on " + worker + ". Delete them with it?"));
}

Status GiveUpData(MasterClient& master, const Left& left) {
  for (const auto& id : left.bound) {
    v1::DeleteInstanceRequest request;
    request.set_id(id);
    EDM_TRY([[maybe_unused]] const auto operation, master.Call<v1::Operation>("DeleteInstance", request));
  }
  for (const auto& id : left.keeping) {
    v1::MoveInstanceRequest request;
    request.set_id(id);
    request.set_give_up_data(true);
    EDM_TRY([[maybe_unused]] const auto operation, master.Call<v1::Operation>("MoveInstance", request));
  }
  return Ok();
}

Error Remains(const std::string& worker, const Left& left, Code code, std::string cause) {
  Error error{code, "worker " + worker, std::move(cause), {}, ""};
  if (!left.moving.empty()) {
    error.evidence.push_back(Names(left.moving) + " have not moved yet: edmctl why ID says why");
    error.hint = "it goes on by itself; edmctl worker drain " + worker + " watches it again";
  }
  if (!left.keeping.empty()) {
    error.evidence.push_back(Names(left.keeping) + " keep data there");
    error.hint = "--force begins them elsewhere with empty volumes";
  }
  if (!left.bound.empty()) {
    error.evidence.push_back(Names(left.bound) +
                             " keep data there, and each other worker has one of its own");
    error.hint = (left.keeping.empty() ? "--force deletes" : error.hint + ", and deletes") +
                 " those of which each worker has one";
  }
  return error;
}

}  // namespace

Result<int> Drain(Invocation& invocation) {
  const auto worker = invocation.args.Text("worker");
  EDM_TRY(const auto deadline, invocation.args.Duration("deadline"));
  const auto begun = std::chrono::steady_clock::now();
  v1::UpdateWorkerRequest request;
  request.set_id(worker);
  request.set_availability(v1::Worker::EMPTYING);
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto changed, master->Call<v1::Worker>("UpdateWorker", request));
  if (invocation.json()) invocation.Print(changed);
  if (invocation.args.Has("detach")) return kExitDone;
  std::optional<Left> told;
  bool given_up = false;
  while (true) {
    EDM_TRY(const auto left, LookAt(*master, worker));
    if (told != left && !invocation.json()) Tell(invocation, left);
    told = left;
    if (left.moving.empty() && left.keeping.empty() && left.bound.empty()) break;
    if (left.moving.empty() && !given_up) {
      if (!Consents(invocation, worker, left))
        return Remains(worker, left, Code::kFailedPrecondition, "it is not empty: some keep data there");
      EDM_CHECK(GiveUpData(*master, left));
      given_up = true;
    }
    if (deadline && std::chrono::steady_clock::now() - begun >= *deadline)
      return Remains(worker, left, Code::kDeadlineExceeded, "it is not empty yet");
    std::this_thread::sleep_for(kLookAgain);
  }
  if (!invocation.json())
    invocation.Note("worker " + worker + " is empty; edmctl worker rm " + worker + " removes it");
  return kExitDone;
}

}  // namespace edm::ctl
