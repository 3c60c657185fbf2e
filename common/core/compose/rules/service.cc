#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "common/core/compose/rules/image.h"
#include "common/core/compose/rules/rules.h"
#include "common/core/compose/rules/service_keys.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

void JudgeEnvironment(Ruling& ruling, const Spot& value) {
  for (const auto& [name, spot] : NamedTexts(ruling, value)) {
    const bool is_odd = name.empty() || std::ranges::any_of(name, [](char c) {
                          return static_cast<unsigned char>(c) <= ' ' || c == '$' || c == '=' || c == 0x7F;
                        });
    if (is_odd)
      ruling.Refuse(spot, "'" + Shown(name) + "' is not a variable's name", "use letters, digits and '_'");
    if (spot.node.text().find('\0') != std::string::npos) {
      ruling.Refuse(spot, "has a NUL in its value", "remove it");
    }
  }
}

void JudgeImage(Ruling& ruling, const Spot& value) {
  if (!value.node.is_scalar()) return ruling.Refuse(value, "is no image name", "write it as nginx:1.27");
  if (const auto why = WhyNotImage(value.node.text())) ruling.Refuse(value, why->cause, why->instead);
}

// "service:x" shares with another container of the same instance; nothing else may be shared.
void JudgeNamespace(Ruling& ruling, const Spot& value) {
  const auto& text = value.node.text();
  const bool is_ipc = value.path.ends_with(".ipc");
  const bool is_own_cgroup = value.path.ends_with(".cgroup") && text == "private";
  if (IsVacant(value.node) || text.starts_with("service:") || is_own_cgroup) return;
  if (is_ipc && (text == "private" || text == "shareable" || text == "none")) return;
  if (text.starts_with("container:")) {
    return ruling.Refuse(value, "joins a container that may be somebody else's", "write service:<name>");
  }
  ruling.Refuse(value,
                text == "host" ? "shares the machine's namespace" : "'" + Shown(text) + "' is not allowed",
                "remove it, or write service:<name>");
}

void JudgeNetworkMode(Ruling& ruling, const Spot& value) {
  const auto& text = value.node.text();
  if (IsVacant(value.node) || text == "none" || text.starts_with("service:")) return;
  if (text == "host")
    return ruling.Refuse(value, "shares the machine's network", "remove it and name the ports");
  if (text == "bridge" || text == "default") {
    return ruling.Refuse(value, "the default bridge is shared by everything on the machine", "remove it");
  }
  if (text.starts_with("container:")) {
    return ruling.Refuse(value, "joins a container that may be somebody else's", "write service:<name>");
  }
  ruling.Refuse(value, "'" + Shown(text) + "' is a network outside the instance", "name it under networks");
}

void JudgeVolumesFrom(Ruling& ruling, const Spot& value) {
  for (const auto& spot : Texts(ruling, value)) {
    if (!spot.node.text().starts_with("container:")) continue;
    ruling.Refuse(spot, "takes volumes of a container that may be somebody else's",
                  "name a service of this file");
  }
}

void JudgeCapabilities(Ruling& ruling, const Spot& value) {
  // What Docker gives by default: adding it back after "cap_drop: ALL" makes nothing weaker.
  static constexpr std::array<std::string_view, 14> kHarmless = {
      "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER", "FSETID",  "KILL",   "MKNOD",
      "NET_BIND_SERVICE", "NET_RAW", "SETFCAP",      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};
  for (const auto& spot : Texts(ruling, value)) {
    auto name = spot.node.text();
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (name.starts_with("CAP_")) name.erase(0, 4);
    if (std::ranges::find(kHarmless, name) != kHarmless.end()) continue;
    if (name != "ALL" && ruling.grants.capabilities.contains(name)) {
      ruling.Used("capability " + name + " for " + spot.path);
    } else {
      ruling.Refuse(spot, "the capability '" + Shown(name) + "' reaches beyond the container",
                    "remove it, or ask for a grant");
    }
  }
}

void JudgeDevices(Ruling& ruling, const Spot& value) {
  for (std::size_t i = 0; i < value.node.items().size(); ++i) {
    const Spot spot{value.node.items()[i], yaml::PathOf(value.path, i)};
    const auto* source = spot.node.is_map() ? spot.node.Find("source") : &spot.node;
    const auto device = source ? source->text().substr(0, source->text().find(':')) : "";
    if (ruling.grants.devices.contains(device)) {
      ruling.Used("device " + device + " for " + spot.path);
    } else {
      ruling.Refuse(spot, "the device '" + Shown(device) + "' belongs to the machine",
                    "remove it, or ask for a grant");
    }
  }
  if (!value.node.is_sequence()) ruling.Refuse(value, "devices belong to the machine", "remove them");
}

void JudgeGpus(Ruling& ruling, const Spot& value) {
  if (IsVacant(value.node)) return;
  if (!ruling.grants.gpus)
    return ruling.Refuse(value, "the machine's GPUs need a grant", "remove it, or ask for a grant");
  ruling.Used("gpus for " + value.path);
}

void JudgeRuntime(Ruling& ruling, const Spot& value) {
  if (IsVacant(value.node)) return;
  const auto& name = value.node.text();
  if (!ruling.grants.runtimes.contains(name)) {
    return ruling.Refuse(value, "the runtime '" + Shown(name) + "' needs a grant",
                         "remove it, or ask for a grant");
  }
  ruling.Used("runtime " + name + " for " + value.path);
}

void JudgeSecurity(Ruling& ruling, const Spot& value) {
  for (const auto& spot : Texts(ruling, value)) {
    const auto& text = spot.node.text();
    if (text == "no-new-privileges" || text == "no-new-privileges:true" || text == "no-new-privileges=true")
      continue;
    ruling.Refuse(spot, "'" + Shown(text) + "' weakens the container's confinement", "remove it");
  }
}

void JudgeSysctls(Ruling& ruling, const Spot& value) {
  static constexpr std::array<std::string_view, 5> kOwn = {"net.", "kernel.msg", "kernel.sem", "kernel.shm",
                                                           "fs.mqueue."};
  for (const auto& [name, spot] : NamedTexts(ruling, value)) {
    if (std::ranges::any_of(kOwn, [&](std::string_view prefix) { return name.starts_with(prefix); }))
      continue;
    ruling.Refuse(spot, "'" + Shown(name) + "' changes the whole machine",
                  "use only net.*, kernel.shm*, msg*, sem and fs.mqueue.*");
  }
}

void JudgeOomScore(Ruling& ruling, const Spot& value) {
  if (!value.node.text().starts_with('-')) return;
  ruling.Refuse(value, "a negative score makes the machine kill others first", "use 0 or more");
}

void JudgeLogging(Ruling& ruling, const Spot& value) {
  if (!ruling.Expect(value, yaml::Kind::kMap)) return;
  const auto* driver = value.node.Find("driver");
  if (!driver || IsVacant(*driver) || driver->text() == "json-file" || driver->text() == "local") return;
  ruling.Refuse(value.At("driver"), "the log driver '" + Shown(driver->text()) + "' is not supported",
                "remove it: edm keeps and rotates the logs");
}

void JudgeScale(Ruling& ruling, const Spot& value) {
  if (value.node.text() == "1" || value.node.text() == "0") return;
  ruling.Refuse(value, "several copies of one service are not supported",
                "remove it, or write the service twice");
}

void JudgeRestart(Ruling& ruling, const Spot& value) {
  const auto& text = value.node.text();
  if (IsVacant(value.node) || text.find('$') != std::string::npos) return;
  for (const std::string_view known : {"no", "false", "always", "unless-stopped", "on-failure"}) {
    if (text == known) return;
  }
  constexpr std::string_view kCounted = "on-failure:";
  const auto count = text.starts_with(kCounted) ? text.substr(kCounted.size()) : std::string();
  if (!count.empty() && std::ranges::all_of(count, [](char c) { return c >= '0' && c <= '9'; })) return;
  ruling.Refuse(value, "'" + Shown(text) + "' is no restart policy",
                "write no, always, unless-stopped or on-failure:3");
}

void JudgeGrace(Ruling& ruling, const Spot& value) {
  constexpr Seconds kGraceMax{600};
  const auto grace = ReadComposeDuration(value.node.text());
  if (grace && *grace <= kGraceMax) return;
  ruling.Refuse(value, "'" + Shown(value.node.text()) + "' is no duration of at most 10m", "write it as 30s");
}

constexpr KeyRule kServiceKeys[] = {
    {"annotations", nullptr, "annotations steer the container runtime", kRemove},
    {"attach"},
    {"blkio_config", nullptr, "names the machine's devices", kRemove},
    {"build", JudgeBuild},
    {"cap_add", JudgeCapabilities},
    {"cap_drop"},
    {"cgroup", JudgeNamespace},
    {"cgroup_parent", nullptr, "leaves the cgroup that edm bounds", kRemove},
    {"command"},
    {"configs"},
    {"container_name", nullptr, "a fixed name would clash with another instance",
     "remove it: services reach each other by their names"},
    {"cpu_count"},
    {"cpu_percent"},
    {"cpu_period"},
    {"cpu_quota"},
    {"cpu_rt_period", nullptr, "real-time scheduling starves others", "use cpus"},
    {"cpu_rt_runtime", nullptr, "real-time scheduling starves others", "use cpus"},
    {"cpu_shares"},
    {"cpus"},
    {"cpuset"},
    {"credential_spec", nullptr, "is read from the machine", kRemove},
    {"depends_on"},
    {"deploy", JudgeDeploy},
    {"develop"},
    {"device_cgroup_rules", nullptr, "gives access to the machine's devices", kRemove},
    {"devices", JudgeDevices},
    {"dns"},
    {"dns_opt"},
    {"dns_search"},
    {"domainname"},
    {"entrypoint"},
    {"env_file", JudgeEnvFiles},
    {"environment", JudgeEnvironment},
    {"expose"},
    {"extends", JudgeExtends},
    {"external_links", nullptr, "reaches containers outside the instance",
     "use links or depends_on within this file"},
    {"extra_hosts"},
    {"gpus", JudgeGpus},
    {"group_add"},
    {"healthcheck"},
    {"hostname"},
    {"image", JudgeImage},
    {"init"},
    {"ipc", JudgeNamespace},
    {"isolation", nullptr, "is not known on Linux", kRemove},
    {"label_file", nullptr, "is not supported", "write the labels under labels"},
    {"labels", JudgeLabels},
    {"links"},
    {"logging", JudgeLogging},
    {"mac_address"},
    {"mem_limit"},
    {"mem_reservation"},
    {"mem_swappiness"},
    {"memswap_limit"},
    {"models", nullptr, "is not supported", kRemove},
    {"network_mode", JudgeNetworkMode},
    {"networks", JudgeServiceNetworks},
    {"oom_kill_disable", nullptr, "a container that cannot be killed blocks the machine", kRemove},
    {"oom_score_adj", JudgeOomScore},
    {"pid", JudgeNamespace},
    {"pids_limit"},
    {"platform"},
    {"ports", JudgePorts},
    {"post_start", nullptr, "hooks may run with more rights than their service",
     "use the entrypoint, or a one-shot service"},
    {"pre_stop", nullptr, "hooks may run with more rights than their service", "handle the stop signal"},
    {"privileged", nullptr, "a privileged container owns the machine",
     "remove it, and add the one capability that is needed"},
    {"profiles"},
    {"provider", nullptr, "runs a program on the machine", kRemove},
    {"pull_policy"},
    {"read_only"},
    {"restart", JudgeRestart},
    {"runtime", JudgeRuntime},
    {"scale", JudgeScale},
    {"secrets"},
    {"security_opt", JudgeSecurity},
    {"shm_size"},
    {"stdin_open"},
    {"stop_grace_period", JudgeGrace},
    {"stop_signal"},
    {"storage_opt", nullptr, "depends on the machine's disk", kRemove},
    {"sysctls", JudgeSysctls},
    {"tmpfs"},
    {"tty"},
    {"ulimits"},
    {"use_api_socket", nullptr, "the engine's socket gives the whole machine away", kRemove},
    {"user"},
    {"userns_mode", nullptr, "leaves the user namespace that the engine gives", kRemove},
    {"uts", nullptr, "shares the machine's name", "use hostname"},
    {"volumes", JudgeMounts},
    {"volumes_from", JudgeVolumesFrom},
    {"working_dir"},
};

}  // namespace

void JudgeService(Ruling& ruling, const Spot& value) {
  if (!IsServiceName(value.name())) {
    ruling.Refuse(value, "is not a name that an image can have",
                  "use lower case letters and digits, joined by '-', '_' or '.', at most 63");
  }
  JudgeKeys(ruling, value, kServiceKeys);
  if (value.node.is_map() && !value.node.Find("image") && !value.node.Find("build") &&
      !value.node.Find("extends")) {
    ruling.Refuse(value, "has neither image nor build", "name an image, or write build: .");
  }
  if (value.node.is_null()) ruling.Refuse(value, "is empty", "name an image, or write build: .");
}

}  // namespace edm::compose
