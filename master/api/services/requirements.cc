#include "master/api/services/requirements.h"

#include <algorithm>
#include <set>

#include "common/model/names.h"
#include "master/api/services/names_of.h"

namespace edm::master {
namespace {

constexpr std::uint32_t kGpusMax = 1'024;
constexpr std::uint32_t kDiskMaxMib = 1U << 24U;
constexpr std::size_t kArchitectureBytesMax = 32;

Error Bad(const std::string& field, std::string cause, std::string hint) {
  return {Code::kInvalidArgument, "requirements." + field, std::move(cause), {}, std::move(hint)};
}

bool IsArchitecture(const std::string& text) {
  return text.size() <= kArchitectureBytesMax && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

Status CheckPorts(const std::vector<std::uint32_t>& ports) {
  if (ports.size() > kHostPortsMax) return Bad("host_ports", "there are more than 64", "name fewer");
  std::set<std::uint32_t> seen;
  for (const auto port : ports) {
    if (port == 0 || port > 65'535)
      return Bad("host_ports", std::to_string(port) + " is no port", "give 1 to 65535");
    if (!seen.insert(port).second)
      return Bad("host_ports", std::to_string(port) + " is there twice", "name it once");
  }
  return Ok();
}

Status CheckAffinities(const std::vector<Affinity>& affinities) {
  if (affinities.size() > kAffinitiesMax) return Bad("affinities", "there are more than 32", "use fewer");
  for (const auto& one : affinities) {
    EDM_CHECK(CheckText("affinity " + Shown(one.label), one.label));
    EDM_CHECK(CheckText("affinity " + Shown(one.label), one.value));
    if (one.label.empty()) return Bad("affinities", "one has no label", "name a label of workers");
    if (one.weight < -kAffinityWeightMax || one.weight > kAffinityWeightMax)
      return Bad("affinities", "the weight " + std::to_string(one.weight) + " is too large",
                 "give -100 to 100");
  }
  return Ok();
}

}  // namespace

Status CheckRequirements(const Requirements& requirements) {
  if (!IsArchitecture(requirements.architecture)) {
    return Bad("architecture", Shown(requirements.architecture) + " is none",
               "as edmctl worker show has it: x86_64, aarch64");
  }
  if (requirements.gpus > kGpusMax) return Bad("gpus", "it is more than 1,024", "give what one worker has");
  if (requirements.disk_mib > kDiskMaxMib) return Bad("disk_mib", "it is more than 16 TiB", "give it in MiB");
  EDM_CHECK(CheckPorts(requirements.host_ports));
  if (requirements.apart_from.size() > kApartFromMax)
    return Bad("apart_from", "there are more than 64", "name fewer");
  for (const auto& one : requirements.apart_from) EDM_CHECK(CheckInstanceName(one));
  EDM_CHECK(CheckAffinities(requirements.affinities));
  EDM_CHECK(CheckText("requirements.spread_by", requirements.spread_by));
  if (requirements.strategy > Strategy::kBinpack)
    return Bad("strategy", "there is none of that number", "SPREAD or BINPACK");
  return Ok();
}

}  // namespace edm::master
