#include "common/core/path_walk.h"

#include <deque>
#include <vector>

#include "common/base/text.h"

namespace edm {
namespace {

constexpr int kLinksMax = 40;
constexpr std::size_t kPathBytesMax = 4096;
constexpr std::size_t kNamesMax = 512;

std::string Shown(const std::vector<std::string>& names) { return names.empty() ? "." : Join(names, "/"); }

FileFacts Leaves(bool is_link) { return {FileKind::kLeaves, "", is_link}; }

void Prepend(std::deque<std::string>& open, std::string_view path) {
  auto names = Split(path, '/');
  open.insert(open.begin(), std::make_move_iterator(names.begin()), std::make_move_iterator(names.end()));
}

// The names that were not looked at any more, put behind what is there.
FileFacts Missing(std::vector<std::string> names, const std::deque<std::string>& open, bool is_link) {
  for (const auto& name : open) {
    if (name == "..") {
      if (names.empty()) return Leaves(is_link);
      names.pop_back();
    } else if (!name.empty() && name != ".") {
      names.push_back(name);
    }
  }
  return {FileKind::kMissing, Shown(names), is_link};
}

}  // namespace

Result<FileFacts> WalkPath(std::string_view path, const NameLook& look) {
  if (path.starts_with('/') || path.size() > kPathBytesMax || path.find('\0') != std::string_view::npos) {
    return Leaves(false);
  }
  std::deque<std::string> open;
  Prepend(open, path);
  if (open.size() > kNamesMax) return Leaves(false);
  std::vector<std::string> names;
  FileKind kind = FileKind::kDirectory;
  bool is_link = false;
  bool is_followed = false;
  for (int links = 0; !open.empty();) {
    const auto name = std::move(open.front());
    open.pop_front();
    if (name.empty() || name == ".") continue;
    if (kind != FileKind::kDirectory)
      return FileFacts{FileKind::kMissing, Shown(names) + "/" + name, is_link};
    if (name == "..") {
      if (names.empty()) return Leaves(is_link);
      names.pop_back();
      continue;
    }
    names.push_back(name);
    EDM_TRY(const auto facts, look(Shown(names)));
    if (!is_followed) is_link = false;
    if (facts.kind == NameFacts::Kind::kMissing) return Missing(std::move(names), open, is_link);
    if (facts.kind == NameFacts::Kind::kFile) kind = FileKind::kFile;
    if (facts.kind == NameFacts::Kind::kOther) kind = FileKind::kOther;
    if (facts.kind != NameFacts::Kind::kLink) continue;
    if (open.empty() && !is_followed) is_link = is_followed = true;
    if (++links > kLinksMax || facts.link_target.starts_with('/') || facts.link_target.empty())
      return Leaves(is_link);
    names.pop_back();
    Prepend(open, facts.link_target);
    if (open.size() > kNamesMax) return Leaves(is_link);
  }
  return FileFacts{kind, Shown(names), is_link};
}

}  // namespace edm
