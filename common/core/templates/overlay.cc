#include "common/core/templates/overlay.h"

#include <algorithm>
#include <map>

namespace edm::templates {
namespace {

std::string_view KindName(EntryKind kind) {
  switch (kind) {
    case EntryKind::kFile:
      return "a file";
    case EntryKind::kDirectory:
      return "a folder";
    case EntryKind::kLink:
      return "a link";
  }
  return "something else";
}

using Kinds = std::map<std::string_view, EntryKind>;

// The folder above `path` that the source holds as something else than a folder; empty if none.
std::string_view BlockedBy(std::string_view path, const Kinds& source) {
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    const auto above = source.find(path.substr(0, slash));
    if (above != source.end() && above->second != EntryKind::kDirectory) return above->first;
  }
  return {};
}

}  // namespace

Result<std::vector<TreeEntry>> Overlay(const std::vector<TreeEntry>& source,
                                       const std::vector<TreeEntry>& under) {
  Kinds kinds;
  for (const auto& entry : source) {
    kinds[entry.path] = entry.kind;
    const std::string_view path = entry.path;
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
      kinds.try_emplace(path.substr(0, slash), EntryKind::kDirectory);
    }
  }
  std::vector<TreeEntry> added;
  std::vector<std::string> conflicts;
  for (const auto& entry : under) {
    const auto own = kinds.find(entry.path);
    if (const auto above = BlockedBy(entry.path, kinds); !above.empty()) {
      conflicts.push_back(std::string(above) + " is " + std::string(KindName(kinds.at(above))) +
                          " in the source and a folder in the template");
    } else if (own == kinds.end()) {
      added.push_back(entry);
    } else if ((own->second == EntryKind::kDirectory) != (entry.kind == EntryKind::kDirectory)) {
      conflicts.push_back(entry.path + " is " + std::string(KindName(own->second)) + " in the source and " +
                          std::string(KindName(entry.kind)) + " in the template");
    }
  }
  if (!conflicts.empty()) {
    std::ranges::sort(conflicts);
    conflicts.erase(std::ranges::unique(conflicts).begin(), conflicts.end());
    return Error{Code::kFailedPrecondition, "template", conflicts.front(), conflicts,
                 "rename it in the source, or use another template"};
  }
  std::ranges::sort(added, {}, &TreeEntry::path);
  return added;
}

}  // namespace edm::templates
