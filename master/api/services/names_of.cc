#include "master/api/services/names_of.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/base/text.h"
#include "common/model/member_name.h"
#include "common/model/names.h"
#include "master/api/services/requirements.h"
#include "master/core/scale.h"

namespace edm::master {
namespace {

Error Bad(std::string object, std::string cause, std::string hint) {
  return {Code::kInvalidArgument, std::move(object), std::move(cause), {}, std::move(hint)};
}

}  // namespace

Status CheckText(const std::string& object, const std::string& text) {
  if (text.size() > kTextBytesMax) return Bad(object, "it is longer than 1,024 bytes", "shorten it");
  if (!IsUtf8(text) || text.find('\0') != std::string::npos)
    return Bad(object, "it is not plain UTF-8", "mend it");
  return Ok();
}

namespace {

Status CheckSpec(const InstanceSpec& spec) {
  EDM_CHECK(CheckBranch(spec.branch));
  if (!spec.template_name.empty()) EDM_CHECK(CheckTemplateName(spec.template_name));
  EDM_CHECK(CheckEnvironment(spec.environment));
  if (!std::isfinite(spec.cpus) || spec.cpus < 0 || spec.cpus > 1'024) {
    return Bad("spec.cpus", "it is no number of CPUs", "give 0 to 1024");
  }
  if (spec.memory_mib > (1U << 24)) return Bad("spec.memory_mib", "it is more than 16 TiB", "give it in MiB");
  if (spec.worker_labels.size() > kAnnotationsMax)
    return Bad("spec.worker_labels", "there are more than 64", "use fewer");
  for (const auto& [key, value] : spec.worker_labels) {
    EDM_CHECK(CheckText("label " + Shown(key), key));
    EDM_CHECK(CheckText("label " + Shown(key), value));
  }
  return CheckRequirements(spec.requirements);
}

}  // namespace

Status CheckDescription(const std::string& text) { return CheckText("description", text); }

Status CheckEnvironment(const std::map<std::string, std::string>& environment) {
  if (environment.size() > kVariablesMax)
    return Bad("environment", "there are more than 500 variables", "use a file");
  std::size_t bytes = 0;
  for (const auto& [name, value] : environment) {
    EDM_CHECK(CheckVariable(name));
    if (value.find('\0') != std::string::npos || !IsUtf8(value)) {
      return Bad("variable " + Shown(name), "its value is not plain UTF-8", "give binary content in a file");
    }
    bytes += name.size() + value.size();
  }
  if (bytes > kEnvironmentBytesMax) return Bad("environment", "it is larger than 128 KiB", "use a file");
  return Ok();
}

Status CheckAnnotations(const std::map<std::string, std::string>& annotations) {
  if (annotations.size() > kAnnotationsMax) return Bad("annotations", "there are more than 64", "use fewer");
  for (const auto& [key, value] : annotations) {
    EDM_CHECK(CheckText("annotation " + Shown(key), key));
    EDM_CHECK(CheckText("annotation " + Shown(key), value));
  }
  return Ok();
}

Status CompleteAndCheck(Instance& instance) {
  EDM_CHECK(CheckInstanceId(instance.id));
  if (instance.owner.empty()) instance.owner = "default";
  if (instance.project.empty()) instance.project = instance.id;
  if (instance.spec.branch.empty()) instance.spec.branch = "main";
  EDM_CHECK(CheckOwner(instance.owner));
  EDM_CHECK(CheckProject(instance.project));
  if (Folded(instance.owner) == "templates") {
    return Bad("owner templates", "the name is kept for templates", "choose another owner");
  }
  EDM_CHECK(CheckDescription(instance.description));
  EDM_CHECK(CheckAnnotations(instance.annotations));
  if (instance.spec.replicas != 0) EDM_CHECK(CheckReplicas(instance.id, instance.spec.replicas));
  if (instance.spec.on_each_worker) EDM_CHECK(CheckEachWorker(instance.id, instance.spec));
  return CheckWishes(instance.id, instance.spec);
}

Status CheckWishes(const std::string& id, const InstanceSpec& spec) {
  EDM_CHECK(CheckSpec(spec));
  const auto is_own = [&](const std::string& other) { return SetOf(other) == id; };
  if (std::ranges::none_of(spec.requirements.apart_from, is_own)) return Ok();
  return Bad("requirements.apart_from", "it names the instance itself", "name others");
}

Result<std::uint32_t> ParseRevision(const std::string& text) {
  std::uint32_t revision = 0;
  const auto bare =
      text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
  const auto [end, error] = std::from_chars(bare.data(), bare.data() + bare.size(), revision);
  if (error == std::errc() && end == bare.data() + bare.size()) return revision;
  return Bad("revision", Shown(text) + " is none", "give back the revision that was read");
}

}  // namespace edm::master
