#include <map>
#include <set>

#include "common/core/compose/mount.h"
#include "common/core/compose/rules/paths.h"
#include "common/core/compose/rules/rules.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

constexpr KeyRule kMountKeys[] = {
    {"type"},
    {"source"},
    {"target"},
    {"read_only"},
    {"consistency"},
    {"bind"},
    {"tmpfs"},
    {"volume"},
    {"cluster", nullptr, "is not supported", "use a named volume"},
    {"image", nullptr, "is not supported", "copy the files in a Dockerfile"},
};

void JudgeMount(Ruling& ruling, const Spot& spot) {
  if (spot.node.is_map()) JudgeKeys(ruling, spot, kMountKeys);
  const auto mount = ReadMount(spot.node);
  if (!mount.ok()) return ruling.Refuse(spot, mount.error().cause, mount.error().hint);
  if (!mount->propagation.empty() && mount->propagation != "rprivate" && mount->propagation != "private") {
    ruling.Refuse(spot, "mounts would spread between the machine and the container",
                  "remove the propagation");
  }
  if (mount->type == "bind") {
    return JudgeBind(ruling, spot.node.is_map() && spot.node.Find("source") ? spot.At("source") : spot,
                     mount->source, mount->read_only);
  }
  if (mount->type == "volume" || mount->type == "tmpfs") return;
  ruling.Refuse(spot, "the type '" + Shown(mount->type) + "' is not supported", "use volume, bind or tmpfs");
}

// A path of the checkout that is mounted somewhere, by its real name.
struct Mounted {
  Spot spot;
  std::string path;
  bool writable = false;
};

void AddPath(Ruling& ruling, const Spot& spot, std::string_view path, bool writable,
             std::vector<Mounted>& mounted) {
  if (path.empty() || path.starts_with('/')) return;
  const auto facts = ruling.tree.Look(path);
  if (facts.ok()) mounted.push_back({spot, facts->real_path, writable});
}

void AddMounts(Ruling& ruling, const Spot& service, std::vector<Mounted>& mounted) {
  const auto* volumes = service.node.Find("volumes");
  if (!volumes) return;
  for (std::size_t i = 0; i < volumes->items().size(); ++i) {
    const Spot spot{volumes->items()[i], yaml::PathOf(yaml::PathOf(service.path, "volumes"), i)};
    const auto mount = ReadMount(spot.node);
    if (mount.ok() && mount->type == "bind") AddPath(ruling, spot, mount->source, !mount->read_only, mounted);
  }
}

void AddFiles(Ruling& ruling, const Spot& root, std::string_view key, std::vector<Mounted>& mounted) {
  const auto* files = root.node.Find(key);
  if (!files) return;
  for (const auto& entry : files->entries()) {
    const auto* file = entry.value.Find("file");
    if (file)
      AddPath(ruling, {*file, yaml::PathOf(yaml::PathOf(key, entry.key), "file")}, file->text(), false,
              mounted);
  }
}

bool IsStrictlyInside(const std::string& path, const std::string& folder) {
  if (folder == ".") return path != ".";
  return path.size() > folder.size() + 1 && path.starts_with(folder) && path[folder.size()] == '/';
}

}  // namespace

void JudgeMounts(Ruling& ruling, const Spot& value) {
  if (!ruling.Expect(value, yaml::Kind::kSequence)) return;
  for (std::size_t i = 0; i < value.node.items().size(); ++i) {
    JudgeMount(ruling, {value.node.items()[i], yaml::PathOf(value.path, i)});
  }
}

// A container that may write to a folder can put a link in the place of what lies in it; the engine would
// follow that link, as root, at the next start of whoever mounts it.
void JudgeOverlaps(Ruling& ruling, const Spot& root) {
  std::vector<Mounted> mounted;
  if (const auto* services = root.node.Find("services")) {
    for (const auto& entry : services->entries())
      AddMounts(ruling, {entry.value, yaml::PathOf("services", entry.key)}, mounted);
  }
  AddFiles(ruling, root, "configs", mounted);
  AddFiles(ruling, root, "secrets", mounted);
  for (const auto& inner : mounted) {
    for (const auto& outer : mounted) {
      if (!outer.writable || !IsStrictlyInside(inner.path, outer.path)) continue;
      ruling.Refuse(inner.spot,
                    "'" + Shown(inner.path) + "' lies inside '" + Shown(outer.path) + "', which " +
                        outer.spot.path + " may change: it could be swapped for a link out of the checkout",
                    "add ':ro' to " + outer.spot.path + ", or mount a narrower folder there");
      break;
    }
  }
}

}  // namespace edm::compose
