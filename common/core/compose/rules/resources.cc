// What stands beside services: networks, volumes, configs, secrets, and what a service asks of the machine.
#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "common/core/compose/port_list.h"
#include "common/core/compose/rules/paths.h"
#include "common/core/compose/rules/rules.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

constexpr std::uint16_t kLowPorts = 1024;

// The name that an external thing has on the machine.
std::string ExternalName(const Spot& spot) {
  if (const auto* name = spot.node.Find("name"); name && !IsVacant(*name)) return name->text();
  if (const auto* external = spot.node.Find("external")) {
    if (const auto* name = external->Find("name"); name && !IsVacant(*name)) return name->text();
  }
  return std::string(spot.name());
}

// True when it is external: then nothing else of it counts.
bool JudgeExternal(Ruling& ruling, const Spot& spot, const std::set<std::string>& granted,
                   std::string_view what) {
  const auto* external = spot.node.Find("external");
  if (!external || IsVacant(*external)) return false;
  const auto name = ExternalName(spot);
  if (granted.contains(name)) {
    ruling.Used(std::string(what) + " " + name);
  } else {
    ruling.Refuse(spot.At("external"),
                  "the " + std::string(what) + " '" + Shown(name) + "' was not made for this instance",
                  "remove 'external', or ask for a grant");
  }
  return true;
}

void JudgeNetworkDriver(Ruling& ruling, const Spot& value) {
  if (IsVacant(value.node) || value.node.text() == "bridge" || value.node.text() == "default") return;
  ruling.Refuse(value, "the network driver '" + Shown(value.node.text()) + "' reaches beyond the instance",
                "remove it: every network is a bridge of its own");
}

void JudgeIpam(Ruling& ruling, const Spot& value) {
  if (!ruling.Expect(value, yaml::Kind::kMap)) return;
  const auto* driver = value.node.Find("driver");
  const auto* config = value.node.Find("config");
  const auto* options = value.node.Find("options");
  const bool own_driver = driver && !IsVacant(*driver) && driver->text() != "default";
  if (own_driver || (config && !IsVacant(*config)) || (options && !IsVacant(*options))) {
    ruling.Refuse(value, "subnets are chosen by edm, so that they meet nobody else's", "remove ipam");
  }
}

void JudgeName(Ruling& ruling, const Spot& value) {
  if (ruling.is_effective() || IsVacant(value.node)) return;
  ruling.Warn(value, "is replaced: every instance has names of its own", kRemove.data());
}

void JudgeVolumeDriver(Ruling& ruling, const Spot& value) {
  if (IsVacant(value.node) || value.node.text() == "local") return;
  ruling.Refuse(value, "the volume driver '" + Shown(value.node.text()) + "' is not supported",
                kRemove.data());
}

// A local volume can be any mount of the machine; only a plain tmpfs is let through.
void JudgeDriverOptions(Ruling& ruling, const Spot& value) {
  static constexpr std::array<std::string_view, 4> kSized = {"size=", "mode=", "uid=", "gid="};
  if (IsVacant(value.node)) return;
  const auto text = [&](std::string_view key) {
    const auto* node = value.node.Find(key);
    return node ? node->text() : "";
  };
  bool is_tmpfs = text("type") == "tmpfs" && text("device") == "tmpfs";
  for (const auto& entry : value.node.entries()) {
    is_tmpfs = is_tmpfs && (entry.key == "type" || entry.key == "device" || entry.key == "o");
  }
  if (const auto options = text("o"); !options.empty()) {
    for (const auto& option : Split(options, ',')) {
      is_tmpfs =
          is_tmpfs && std::ranges::any_of(kSized, [&](auto prefix) { return option.starts_with(prefix); });
    }
  }
  if (is_tmpfs) return;
  ruling.Refuse(value, "driver options can mount any part of the machine",
                "remove driver_opts, or use tmpfs");
}

constexpr KeyRule kNetworkKeys[] = {
    {"attachable"},
    {"driver", JudgeNetworkDriver},
    {"driver_opts", nullptr, "driver options reach the machine's interfaces", kRemove},
    {"enable_ipv4"},
    {"enable_ipv6", nullptr, "is not supported", kRemove},
    {"external"},
    {"internal"},
    {"ipam", JudgeIpam},
    {"labels", JudgeLabels},
    {"name", JudgeName},
};

constexpr KeyRule kVolumeKeys[] = {
    {"driver", JudgeVolumeDriver}, {"driver_opts", JudgeDriverOptions}, {"external"}, {"labels", JudgeLabels},
    {"name", JudgeName},
};

constexpr KeyRule kAttachKeys[] = {
    {"aliases"},
    {"driver_opts", nullptr, "driver options reach the machine's interfaces", kRemove},
    {"gw_priority"},
    {"ipv4_address", nullptr, "addresses are chosen by edm", "remove it and use the service's name"},
    {"ipv6_address", nullptr, "addresses are chosen by edm", "remove it and use the service's name"},
    {"link_local_ips", nullptr, "addresses are chosen by edm", "remove it and use the service's name"},
    {"mac_address"},
    {"priority"},
};

void JudgeConfigFile(Ruling& ruling, const Spot& value) { JudgeFile(ruling, value, "file"); }

constexpr KeyRule kFileKeys[] = {
    {"content"},
    {"driver", nullptr, "is not supported", kRemove},
    {"driver_opts", nullptr, "is not supported", kRemove},
    {"environment", nullptr, "reads a variable of the machine's programs",
     "write file: ./path, or set it under environment"},
    {"external", nullptr, "was not made for this instance", "write file: ./path"},
    {"file", JudgeConfigFile},
    {"labels", JudgeLabels},
    {"name"},
    {"template_driver", nullptr, "is not supported", kRemove},
};

void JudgeReservedDevices(Ruling& ruling, const Spot& value) {
  if (IsVacant(value.node)) return;
  if (!ruling.grants.gpus)
    return ruling.Refuse(value, "the machine's devices need a grant", "remove it, or ask for a grant");
  ruling.Used("gpus for " + value.path);
}

constexpr KeyRule kLimitKeys[] = {{"cpus"}, {"memory"}, {"pids"}};
constexpr KeyRule kReservationKeys[] = {
    {"cpus"},
    {"memory"},
    {"devices", JudgeReservedDevices},
    {"generic_resources", nullptr, "is not supported", kRemove},
};
constexpr KeyRule kResourceKeys[] = {
    {"limits", [](Ruling& ruling, const Spot& value) { JudgeKeys(ruling, value, kLimitKeys); }},
    {"reservations", [](Ruling& ruling, const Spot& value) { JudgeKeys(ruling, value, kReservationKeys); }},
};

void JudgeReplicas(Ruling& ruling, const Spot& value) {
  if (value.node.text() == "1" || value.node.text() == "0") return;
  ruling.Refuse(value, "several copies of one service are not supported",
                "remove it, or write the service twice");
}

void JudgeMode(Ruling& ruling, const Spot& value) {
  if (IsVacant(value.node) || value.node.text() == "replicated") return;
  ruling.Refuse(value, "'" + Shown(value.node.text()) + "' is not supported", kRemove.data());
}

constexpr KeyRule kDeployKeys[] = {
    {"endpoint_mode"},
    {"labels", JudgeLabels},
    {"mode", JudgeMode},
    {"placement"},
    {"replicas", JudgeReplicas},
    {"resources", [](Ruling& ruling, const Spot& value) { JudgeKeys(ruling, value, kResourceKeys); }},
    {"restart_policy"},
    {"rollback_config"},
    {"update_config"},
};

void ForEach(Ruling& ruling, const Spot& map, void (*judge)(Ruling&, const Spot&)) {
  if (!ruling.Expect(map, yaml::Kind::kMap)) return;
  for (const auto& entry : map.node.entries()) {
    if (!entry.key.starts_with("x-")) judge(ruling, {entry.value, yaml::PathOf(map.path, entry.key)});
  }
}

}  // namespace

void JudgeTopNetworks(Ruling& ruling, const Spot& value) {
  ForEach(ruling, value, [](Ruling& each, const Spot& spot) {
    if (!JudgeExternal(each, spot, each.grants.networks, "network")) JudgeKeys(each, spot, kNetworkKeys);
  });
}

void JudgeTopVolumes(Ruling& ruling, const Spot& value) {
  ForEach(ruling, value, [](Ruling& each, const Spot& spot) {
    if (!JudgeExternal(each, spot, each.grants.volumes, "volume")) JudgeKeys(each, spot, kVolumeKeys);
  });
}

void JudgeTopFiles(Ruling& ruling, const Spot& value) {
  ForEach(ruling, value, [](Ruling& each, const Spot& spot) { JudgeKeys(each, spot, kFileKeys); });
}

void JudgeServiceNetworks(Ruling& ruling, const Spot& value) {
  if (!value.node.is_map()) {
    Texts(ruling, value);
    return;
  }
  ForEach(ruling, value, [](Ruling& each, const Spot& spot) { JudgeKeys(each, spot, kAttachKeys); });
}

void JudgeDeploy(Ruling& ruling, const Spot& value) { JudgeKeys(ruling, value, kDeployKeys); }

void JudgePorts(Ruling& ruling, const Spot& value) {
  if (!ruling.Expect(value, yaml::Kind::kSequence)) return;
  std::size_t count = 0;
  for (std::size_t i = 0; i < value.node.items().size(); ++i) {
    const Spot spot{value.node.items()[i], yaml::PathOf(value.path, i)};
    const auto ports = ReadPorts(spot.node);
    if (!ports.ok()) {
      ruling.Refuse(spot, ports.error().cause, ports.error().hint);
      continue;
    }
    count += ports->size();
    const auto& wish = ports->front().host_port;
    if (!wish || *wish >= kLowPorts) continue;
    if (ruling.grants.low_ports) {
      ruling.Used("low port " + std::to_string(*wish) + " for " + spot.path);
    } else {
      const auto inside = std::to_string(ports->front().port);
      ruling.Refuse(spot,
                    "the host port " + std::to_string(*wish) + " is below 1024, which belongs to the machine",
                    "write \"" + inside + "\": edm chooses the host port and keeps it");
    }
  }
  if (count > kPortsMax) ruling.Refuse(value, "names more than 64 ports", "name fewer ports");
}

}  // namespace edm::compose
