#include "common/core/compose/kept_services.h"

#include <algorithm>

#include "common/core/compose/final_compose.h"
#include "common/core/compose/final_facts.h"
#include "common/core/compose/same_service.h"
#include "common/core/compose/stored_document.h"
#include "common/core/yaml/text_of.h"
#include "common/model/labels.h"

namespace edm::compose {
namespace {

using yaml::Node;
using yaml::TextOf;

bool WritesWhereItStays(const Node& service, const std::string& folder) {
  return std::ranges::any_of(MountsOf(service), [&](const Node& mount) {
    const auto type = TextOf(mount, "type");
    const auto source = TextOf(mount, "source");
    if (source.empty() || TextOf(mount, "read_only") == "true") return false;
    return type == "volume" || (type == "bind" && !Below(source, folder));
  });
}

// The networks and volumes of a project are made once, for all of its services.
struct Surroundings {
  const Node& wanted;
  const Node& running;

  bool AreSame(std::string_view kind, const std::string& key) const {
    const auto* one = wanted.Find(kind) ? wanted.Find(kind)->Find(key) : nullptr;
    const auto* other = running.Find(kind) ? running.Find(kind)->Find(key) : nullptr;
    return one && other ? one->SameAs(*other) : one == other;
  }
  bool AreSameFor(const Node& service) const {
    const auto* networks = service.Find("networks");
    const bool same_networks =
        networks ? std::ranges::all_of(networks->entries(),
                                       [&](const auto& one) { return AreSame("networks", one.key); })
                 : AreSame("networks", "default");
    return same_networks && std::ranges::all_of(MountsOf(service), [&](const Node& mount) {
             return TextOf(mount, "type") != "volume" || AreSame("volumes", TextOf(mount, "source"));
           });
  }
};

bool IsStore(const ReleasePair& pair, const std::string& name, const Node& service, const Node& before) {
  const auto beside = pair.beside.find(name);
  if (beside == pair.beside.end()) return false;
  const auto& there = beside->second;
  return there.runs && !there.unhealthy && there.made_for != 0 && !service.Find("ports") &&
         WhyStrange(service).empty() && WritesWhereItStays(service, pair.wanted_folder) &&
         IsSameService(pair, name, service, before);
}

void MoveBinds(std::vector<Node>& mounts, const std::string& from, const std::string& to) {
  for (auto& mount : mounts) {
    auto* source = mount.Find("source");
    if (const auto file = source ? Below(source->text(), from) : std::nullopt)
      source->set_text(to + "/" + *file);
  }
}

}  // namespace

Result<MadeFor> KeptServices(const ReleasePair& pair) {
  EDM_TRY(const auto wanted, ReadStored(pair.wanted));
  EDM_TRY(const auto running, ReadStored(pair.running));
  MadeFor kept;
  const auto* services = wanted.Find("services");
  const auto* before = running.Find("services");
  if (!services || !before) return kept;
  const Surroundings surroundings{wanted, running};
  for (const auto& entry : services->entries()) {
    const auto* there = before->Find(entry.key);
    if (there && surroundings.AreSameFor(entry.value) && IsStore(pair, entry.key, entry.value, *there))
      kept[entry.key] = pair.beside.at(entry.key).made_for;
  }
  const auto needs_what_goes = [&](const auto& one) {
    return !std::ranges::all_of(DependenciesOf(*services->Find(one.first)),
                                [&](const auto& needed) { return kept.contains(needed); });
  };
  while (std::erase_if(kept, needs_what_goes) > 0) {
  }
  return kept;
}

Result<std::string> WithKept(std::string_view document, std::uint32_t number, const MadeFor& kept,
                             const std::function<std::string(std::uint32_t release)>& folder_of) {
  EDM_TRY(auto root, ReadStored(document));
  const auto instance = TextOf(root, "name");
  for (const auto& [name, release] : kept) {
    auto* services = root.Find("services");
    auto* service = services ? services->Find(name) : nullptr;
    if (!service) continue;
    if (auto* image = service->Find("image"))
      image->set_text(Retagged(image->text(), instance, number, release));
    if (auto* labels = service->Find("labels"))
      labels->Set(kReleaseLabel, Node::String(std::to_string(release)));
    if (auto* mounts = service->Find("volumes"))
      MoveBinds(mounts->items(), folder_of(number), folder_of(release));
  }
  return yaml::WriteJson(root);
}

}  // namespace edm::compose
