#include "common/core/compose/mount.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

Error NoVolume(std::string_view text) {
  return Error{Code::kInvalidArgument,
               "",
               "'" + Shown(text) + "' is no volume",
               {},
               "write \"name:/path\", \"./folder:/path:ro\", or type, source and target"};
}

bool IsVolumeName(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || c == '_' || c == '.' || c == '-'; });
}

// target | source:target | source:target:options
Result<Mount> ReadShortMount(std::string_view text) {
  const auto parts = Split(text, ':');
  if (parts.size() > 3 || std::ranges::any_of(parts, [](const auto& part) { return part.empty(); }))
    return NoVolume(text);
  Mount mount;
  mount.type = "volume";
  mount.target = parts.size() == 1 ? parts[0] : parts[1];
  if (!mount.target.starts_with('/')) return NoVolume(text);
  if (parts.size() == 1) return mount;
  mount.source = parts[0];
  const auto first = mount.source.front();
  if (first == '.' || first == '/' || first == '~') {
    mount.type = "bind";
  } else if (!IsVolumeName(mount.source)) {
    return NoVolume(text);
  }
  if (parts.size() < 3) return mount;
  for (const auto& option : Split(parts[2], ',')) {
    if (option == "ro") mount.read_only = true;
    if (option.ends_with("shared") || option.ends_with("slave") || option.ends_with("private"))
      mount.propagation = option;
  }
  return mount;
}

}  // namespace

Result<Mount> ReadMount(const yaml::Node& entry) {
  if (entry.is_scalar()) return ReadShortMount(entry.text());
  if (!entry.is_map()) return NoVolume("entry");
  const auto text = [&](const yaml::Node& map, std::string_view key) -> std::string {
    const auto* node = map.Find(key);
    return node ? node->text() : "";
  };
  Mount mount{text(entry, "type"), text(entry, "source"), text(entry, "target"), false, ""};
  const auto read_only = Folded(text(entry, "read_only"));
  mount.read_only = read_only == "true";
  if (const auto* bind = entry.Find("bind")) mount.propagation = text(*bind, "propagation");
  if (mount.type.empty() ||
      (mount.type == "volume" && !mount.source.empty() && !IsVolumeName(mount.source))) {
    return NoVolume(mount.source.empty() ? mount.target : mount.source);
  }
  return mount;
}

}  // namespace edm::compose
