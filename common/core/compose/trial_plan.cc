#include "common/core/compose/trial_plan.h"

#include <algorithm>
#include <array>
#include <optional>

#include "common/core/compose/final_facts.h"
#include "common/core/compose/same_service.h"
#include "common/core/compose/stored_document.h"
#include "common/core/yaml/text_of.h"

namespace edm::compose {
namespace {

using yaml::Node;
using yaml::TextOf;

std::set<std::string> NamesOf(const Node& document, std::string_view kind) {
  std::set<std::string> names;
  if (const auto* all = document.Find(kind)) {
    for (const auto& entry : all->entries()) names.insert(TextOf(entry.value, "name"));
  }
  return names;
}

bool IsStopFirst(const Node& service) {
  const auto* deploy = service.Find("deploy");
  const auto* update = deploy ? deploy->Find("update_config") : nullptr;
  return update && TextOf(*update, "order") == "stop-first";
}

// Networks to the names that a service has there.
std::map<std::string, std::vector<std::string>> NetworksOf(const std::string& name, const Node& service) {
  std::map<std::string, std::vector<std::string>> networks;
  if (!TextOf(service, "network_mode").empty()) return networks;
  const auto* written = service.Find("networks");
  if (!written || written->entries().empty()) return {{"default", {name}}};
  for (const auto& entry : written->entries()) {
    auto& names = networks[entry.key] = {name};
    if (const auto* aliases = entry.value.Find("aliases")) {
      for (const auto& alias : aliases->items()) names.push_back(alias.text());
    }
  }
  return networks;
}

class Planner {
 public:
  Planner(const ReleasePair& question, const Node& wanted, const Node& running)
      : question_(question),
        wanted_(wanted),
        running_(running),
        running_volumes_(NamesOf(running, "volumes")) {}

  TrialPlan Plan() {
    plan_.why_not = WhyNot();
    if (plan_.why_not.empty()) Lend();
    return std::move(plan_);
  }

 private:
  std::string WhyNot() {
    const auto* services = wanted_.Find("services");
    if (!services) return "its document has no services";
    for (const auto& [name, service] : Entries(*services)) {
      if (const auto strange = WhyStrange(*service); !strange.empty())
        return name + " has " + strange + ", which cannot be had twice";
      if (const auto alone = WhyAlone(*service); !alone) {
        plan_.tried.push_back(name);
      } else if (const auto changed = WhyNotLent(name, *service); !changed.empty()) {
        return name + " " + *alone + ", and " + changed;
      } else {
        lendable_.push_back(name);
      }
    }
    if (!strange_.empty()) return strange_;
    if (plan_.tried.empty()) return "each service uses what the running one uses";
    return "";
  }

  static std::vector<std::pair<std::string, const Node*>> Entries(const Node& map) {
    std::vector<std::pair<std::string, const Node*>> all;
    for (const auto& entry : map.entries()) all.emplace_back(entry.key, &entry.value);
    return all;
  }

  // Why only one of this service may run; absent: two may.
  std::optional<std::string> WhyAlone(const Node& service) {
    if (IsStopFirst(service)) return "says stop-first";
    for (const auto& entry : NetworksOf("", service)) {
      const auto* networks = wanted_.Find("networks");
      const auto* network = networks ? networks->Find(entry.first) : nullptr;
      if (network && TextOf(*network, "external") == "true")
        strange_ = "network " + entry.first + " is not the instance's own";
    }
    for (const auto& mount : MountsOf(service)) {
      if (auto why = WhyShared(mount)) return why;
    }
    return std::nullopt;
  }

  std::optional<std::string> WhyShared(const Node& mount) {
    const auto type = TextOf(mount, "type");
    const auto source = TextOf(mount, "source");
    const bool writes = TextOf(mount, "read_only") != "true";
    if (type == "tmpfs" || (type == "volume" && source.empty())) return std::nullopt;
    if (type == "bind") {
      if (!writes || Below(source, question_.wanted_folder)) return std::nullopt;
      return "writes to " + source;
    }
    const auto* volumes = wanted_.Find("volumes");
    const auto* volume = volumes ? volumes->Find(source) : nullptr;
    if (type != "volume" || !volume) {
      strange_ = "a mount of the type '" + type + "' cannot be judged";
      return std::nullopt;
    }
    if (running_volumes_.contains(TextOf(*volume, "name")))
      return writes ? std::optional("writes to the volume " + source) : std::nullopt;
    if (TextOf(*volume, "external") == "true" || volume->Find("driver_opts"))
      strange_ = "the volume " + source + " may be used elsewhere";
    return std::nullopt;
  }

  std::string WhyNotLent(const std::string& name, const Node& service) const {
    const auto* services = running_.Find("services");
    const auto* before = services ? services->Find(name) : nullptr;
    const auto beside = question_.beside.find(name);
    if (!before || beside == question_.beside.end()) return "is new";
    if (!IsSameService(question_, name, service, *before)) return "has changed";
    return beside->second.runs || beside->second.ended_well ? "" : "does not run";
  }

  // Who needs a service that is tried calls it, and is called by others than it: it takes no part, or it
  // would find two by one name.
  void Lend() {
    const auto& services = *wanted_.Find("services");
    for (const auto& name : plan_.tried) {
      for (const auto& entry : NetworksOf(name, *services.Find(name))) plan_.networks.insert(entry.first);
    }
    for (const auto& name : lendable_) {
      const auto& service = *services.Find(name);
      if (!question_.beside.at(name).runs || NeedsWhatIsTried(name)) continue;
      Loan loan{.service = name, .networks = NetworksOf(name, service)};
      std::erase_if(loan.networks, [&](const auto& one) { return !plan_.networks.contains(one.first); });
      if (!loan.networks.empty()) plan_.lent.push_back(std::move(loan));
    }
  }

  bool NeedsWhatIsTried(const std::string& name) const {
    const auto needed = DependenciesOf(*wanted_.Find("services")->Find(name));
    return std::ranges::any_of(plan_.tried, [&](const auto& one) { return needed.contains(one); });
  }

  const ReleasePair& question_;
  const Node& wanted_;
  const Node& running_;
  const std::set<std::string> running_volumes_;
  std::vector<std::string> lendable_;
  std::string strange_;
  TrialPlan plan_;
};

}  // namespace

Result<TrialPlan> PlanTrial(const ReleasePair& question) {
  EDM_TRY(const auto wanted, ReadStored(question.wanted));
  EDM_TRY(const auto running, ReadStored(question.running));
  return Planner(question, wanted, running).Plan();
}

Result<std::map<std::string, std::string>> ImagesIn(std::string_view document) {
  EDM_TRY(const auto root, ReadStored(document));
  std::map<std::string, std::string> images;
  if (const auto* services = root.Find("services")) {
    for (const auto& entry : services->entries()) images[entry.key] = TextOf(entry.value, "image");
  }
  return images;
}

Result<std::set<std::string>> FilesIn(std::string_view document, std::string_view folder) {
  EDM_TRY(const auto root, ReadStored(document));
  std::set<std::string> files;
  if (const auto* services = root.Find("services")) {
    for (const auto& entry : services->entries()) {
      for (const auto& mount : MountsOf(entry.value)) {
        if (auto file = Below(TextOf(mount, "source"), folder)) files.insert(std::move(*file));
      }
    }
  }
  return files;
}

}  // namespace edm::compose
