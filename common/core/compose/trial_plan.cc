#include "common/core/compose/trial_plan.h"

#include <algorithm>
#include <array>
#include <optional>

#include "common/core/compose/stored_document.h"
#include "common/core/yaml/text_of.h"
#include "common/model/labels.h"

namespace edm::compose {
namespace {

using yaml::Node;
using yaml::TextOf;

// Absent: it lies elsewhere.
std::optional<std::string> Below(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder) || path.size() <= folder.size() || path[folder.size()] != '/')
    return std::nullopt;
  return std::string(path.substr(folder.size() + 1));
}

std::set<std::string> NamesOf(const Node& document, std::string_view kind) {
  std::set<std::string> names;
  if (const auto* all = document.Find(kind)) {
    for (const auto& entry : all->entries()) names.insert(TextOf(entry.value, "name"));
  }
  return names;
}

const std::vector<Node>& MountsOf(const Node& service) {
  static const std::vector<Node> kNone;
  const auto* mounts = service.Find("volumes");
  return mounts ? mounts->items() : kNone;
}

// What makes a second one of a service something that cannot be judged; "" nothing.
std::string WhyStrange(const Node& service) {
  for (const std::string_view key : {"volumes_from", "links", "devices", "gpus"}) {
    if (service.Find(key)) return std::string(key);
  }
  for (const std::string_view key : {"network_mode", "ipc", "pid", "cgroup"}) {
    const auto text = TextOf(service, key);
    if (text.starts_with("service:") || text.starts_with("container:")) return std::string(key) + ": " + text;
  }
  if (const auto* networks = service.Find("networks")) {
    for (const auto& entry : networks->entries()) {
      for (const std::string_view key : {"ipv4_address", "ipv6_address", "link_local_ips"}) {
        if (entry.value.Find(key)) return std::string(key) + " in network " + entry.key;
      }
    }
  }
  return "";
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

std::set<std::string> DependenciesOf(const Node& service) {
  std::set<std::string> names;
  if (const auto* depends = service.Find("depends_on")) {
    for (const auto& entry : depends->entries()) names.insert(entry.key);
  }
  return names;
}

class Planner {
 public:
  Planner(const TrialQuestion& question, const Node& wanted, const Node& running)
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
    if (!beside->second.same_image || !IsUnchanged(service, *before)) return "has changed";
    return beside->second.runs || beside->second.ended_well ? "" : "does not run";
  }

  // Apart from what every release has of its own. What it takes from its release's folder must be the same.
  bool IsUnchanged(const Node& wanted, const Node& before) const {
    if (wanted.Find("configs") || wanted.Find("secrets")) return false;
    for (const auto& mount : MountsOf(wanted)) {
      const auto file = Below(TextOf(mount, "source"), question_.wanted_folder);
      if (file && !question_.same_files.contains(*file)) return false;
    }
    return Comparable(wanted, question_.wanted_folder).SameAs(Comparable(before, question_.running_folder));
  }

  static Node Comparable(Node service, std::string_view folder) {
    service.Remove("image");
    if (auto* labels = service.Find("labels")) labels->Remove(kReleaseLabel);
    if (auto* deploy = service.Find("deploy")) deploy->Remove("update_config");
    if (auto* mounts = service.Find("volumes")) {
      for (auto& mount : mounts->items()) {
        auto* source = mount.Find("source");
        if (const auto file = source ? Below(source->text(), folder) : std::nullopt) source->set_text(*file);
      }
    }
    return service;
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

  const TrialQuestion& question_;
  const Node& wanted_;
  const Node& running_;
  const std::set<std::string> running_volumes_;
  std::vector<std::string> lendable_;
  std::string strange_;
  TrialPlan plan_;
};

}  // namespace

Result<TrialPlan> PlanTrial(const TrialQuestion& question) {
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
