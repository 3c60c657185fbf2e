#include "worker/adapters/runner/pair.h"

#include "common/core/compose/trial_plan.h"
#include "worker/adapters/runner/final_document.h"
#include "worker/core/kept.h"

namespace edm::worker {
namespace {

bool IsSameImage(const Job& job, const std::string& one, const std::string& other) {
  const auto first = job.around.runtime.ImageContent(one);
  const auto second = job.around.runtime.ImageContent(other);
  return first.ok() && second.ok() && !first->empty() && *first == *second;
}

}  // namespace

bool RunsAnother(const Job& job) {
  const auto running = job.holding.running_release;
  return running != 0 && running != job.release() && job.holding.releases.contains(running);
}

Result<compose::ReleasePair> PairOf(const Job& job, const std::vector<ContainerFacts>& containers) {
  auto& files = job.around.files;
  const auto running = job.holding.running_release;
  compose::ReleasePair pair{.wanted_folder = FolderOf(files, job.instance(), job.release()),
                            .running_folder = FolderOf(files, job.instance(), running)};
  EDM_TRY(pair.wanted, files.ReadFinal(job.instance(), job.release()));
  EDM_TRY(pair.running, files.ReadFinal(job.instance(), running));
  EDM_TRY(const auto images, compose::ImagesIn(pair.wanted));
  EDM_TRY(const auto paths, compose::FilesIn(pair.wanted, pair.wanted_folder));
  for (const auto& path : paths) {
    if (files.IsSame(job.instance(), job.release(), running, path)) pair.same_files.insert(path);
  }
  for (const auto& facts : containers) {
    const auto image = images.find(facts.service);
    if (image == images.end() || !IsOf(job.holding.releases.at(running), facts)) continue;
    pair.beside[facts.service] = {
        .runs = facts.state == ContainerState::kRunning,
        .unhealthy = facts.health == ContainerHealth::kUnhealthy,
        .ended_well = facts.state == ContainerState::kExited && facts.exit_code == 0,
        .same_image = IsSameImage(job, facts.image_id, image->second),
        .made_for = facts.release};
  }
  return pair;
}

}  // namespace edm::worker
