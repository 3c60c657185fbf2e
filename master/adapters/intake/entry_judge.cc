#include "master/adapters/intake/entry_judge.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::master {
namespace {

constexpr std::size_t kComponentBytesMax = 255;  // what file systems take
constexpr int kLinkHopsMax = 40;                 // as Linux

Error Refused(std::string_view path, std::string_view cause, std::string_view hint) {
  return Error{Code::kInvalidArgument,
               fmt::format("archive entry '{}'", Shown(path)),
               std::string(cause),
               {},
               std::string(hint)};
}

Error Beyond(std::string_view path, std::string_view what, std::string_view limit, std::string_view shown) {
  return Error{
      Code::kResourceExhausted,
      fmt::format("archive entry '{}'", Shown(path)),
      fmt::format("{} (limit {})", what, shown),
      {},
      fmt::format("leave out what the build does not need (.dockerignore), or raise upload.{}", limit)};
}

bool IsGitFolder(std::string_view component) {
  // As git itself protects: other systems read "GIT~1", ".git." and ".git " as ".git".
  auto name = Folded(component);
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.pop_back();
  return name == ".git" || name == "git~1" || name.starts_with(".git:");
}

bool HasControl(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string Described(EntryType type) { return type == EntryType::kSymlink ? "a symbolic link" : "a file"; }

}  // namespace

Result<std::string> EntryJudge::Normalized(std::string_view path) const {
  constexpr std::string_view kRelative = "pack from inside the folder: tar cz . | …";
  if (path.empty()) return Refused(path, "has no name", kRelative);
  if (!IsUtf8(path)) return Refused(path, "has a name that is not UTF-8", "rename it");
  if (HasControl(path)) return Refused(path, "has control characters in its name", "rename it");
  if (path.find('\\') != std::string_view::npos) {
    return Refused(path, "has a backslash in its name",
                   "separate folders by '/', and rename files that have one");
  }
  if (path.front() == '/') return Refused(path, "has an absolute path", kRelative);
  if (path.size() > limits_.path_bytes_max) {
    return Beyond(path, "has a path that is too long", "path_bytes_max",
                  std::to_string(limits_.path_bytes_max));
  }
  std::vector<std::string> kept;
  for (auto& component : Split(path, '/')) {
    if (component.empty() || component == ".") continue;
    if (component == "..") return Refused(path, "leads out of the archive by '..'", kRelative);
    if (component.size() > kComponentBytesMax)
      return Refused(path, "has a name over 255 bytes", "shorten it");
    if (IsGitFolder(component)) {
      return Refused(path, "belongs to a git folder",
                     "leave it out (tar cz --exclude=.git .), or push with git");
    }
    kept.push_back(std::move(component));
  }
  if (kept.size() > limits_.depth_max + 1U) {
    return Beyond(path, "lies in too many folders", "depth_max", std::to_string(limits_.depth_max));
  }
  return Join(kept, "/");
}

Status EntryJudge::CheckParents(const std::string& path) {
  for (auto end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
    auto parent = path.substr(0, end);
    const auto known = known_.find(parent);
    if (known == known_.end()) {
      if (++entries_ > limits_.entries_max) {
        return Beyond(path, "is one entry too many", "entries_max", std::to_string(limits_.entries_max));
      }
      known_.emplace(std::move(parent), Known{EntryType::kFolder, 0, ""});
    } else if (known->second.type != EntryType::kFolder) {
      return Refused(
          path, fmt::format("lies below '{}', which is {}", Shown(parent), Described(known->second.type)),
          "pack the folder again; an archive may not write through a link");
    }
  }
  return Ok();
}

Status EntryJudge::Count(const ArchiveEntry& entry, std::uint64_t size) {
  if (++entries_ > limits_.entries_max) {
    return Beyond(entry.path, "is one entry too many", "entries_max", std::to_string(limits_.entries_max));
  }
  if (size > limits_.file_bytes_max) {
    return Beyond(entry.path, fmt::format("is a file of {}", FormatBytes(size)), "file_bytes_max",
                  FormatBytes(limits_.file_bytes_max));
  }
  bytes_ += size;
  if (bytes_ > limits_.unpacked_bytes_max) {
    return Beyond(entry.path, "makes the files too large together", "unpacked_bytes_max",
                  FormatBytes(limits_.unpacked_bytes_max));
  }
  return Ok();
}

Result<JudgedEntry> EntryJudge::Judge(const ArchiveEntry& entry) {
  EDM_TRY(const auto path, Normalized(entry.path));
  if (entry.encrypted) return Refused(entry.path, "is encrypted", "pack it without a password");
  if (entry.type == EntryType::kOther) {
    return Refused(entry.path, "is a device, FIFO or socket", "leave it out");
  }
  if (path.empty()) {
    if (entry.type == EntryType::kFolder) return JudgedEntry{"", EntryType::kFolder};
    return Refused(entry.path, "has no name", "pack the folder again");
  }
  if (entry.type == EntryType::kFile && (entry.mode & (S_ISUID | S_ISGID)) != 0) {
    return Refused(entry.path, "is setuid or setgid",
                   "chmod ug-s it; a Dockerfile may set what the image needs");
  }
  EDM_CHECK(CheckParents(path));
  const auto known = known_.find(path);
  if (known != known_.end()) {
    if (known->second.type == EntryType::kFolder && entry.type == EntryType::kFolder) {
      return JudgedEntry{path, EntryType::kFolder};
    }
    return Refused(entry.path, "occurs twice in the archive", "pack the folder again");
  }
  JudgedEntry judged{path, entry.type, (entry.mode & 0111U) != 0, 0, ""};
  if (entry.type == EntryType::kFile) judged.size = entry.size;
  if (entry.type == EntryType::kSymlink) {
    const auto& target = entry.link_target;
    if (target.empty() || target.size() > limits_.path_bytes_max || !IsUtf8(target) || HasControl(target) ||
        target.find('\\') != std::string::npos) {
      return Refused(entry.path, "is a link with a target that is empty, too long or not plain text",
                     "mend the link");
    }
    if (target.front() == '/') {
      return Refused(entry.path, "is a link to an absolute path",
                     "link to a file in the archive, by a relative path");
    }
    judged.link_target = target;
  }
  if (entry.type == EntryType::kHardLink) {
    EDM_TRY(judged.link_target, Normalized(entry.link_target));
    const auto original = known_.find(judged.link_target);
    if (original == known_.end() || original->second.type != EntryType::kFile) {
      return Refused(entry.path, "is a hard link to something that is not an earlier file of the archive",
                     "pack with tar --hard-dereference");
    }
    judged.size = original->second.size;
  }
  EDM_CHECK(Count(entry, judged.size));
  const auto kept = entry.type == EntryType::kHardLink ? EntryType::kFile : entry.type;
  known_.emplace(path, Known{kept, judged.size, judged.link_target});
  if (kept != EntryType::kFolder) ++files_;
  return judged;
}

Status EntryJudge::Follow(const std::string& link) const {
  const auto leaves = [&] {
    return Refused(link, "is a link that leaves the archive", "link to a file in the archive");
  };
  std::deque<std::string> ahead;
  std::vector<std::string> here;
  const auto enter = [&](std::string_view path) {
    auto parts = Split(path, '/');
    ahead.insert(ahead.begin(), parts.begin(), parts.end());
  };
  enter(link);
  for (int hops = 0; !ahead.empty();) {
    const auto component = std::move(ahead.front());
    ahead.pop_front();
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      if (here.empty()) return leaves();
      here.pop_back();
      continue;
    }
    if (IsGitFolder(component)) return leaves();
    here.push_back(component);
    const auto known = known_.find(Join(here, "/"));
    if (known == known_.end() || known->second.type != EntryType::kSymlink) continue;
    if (++hops > kLinkHopsMax) return Refused(link, "is a link that runs in a circle", "mend the link");
    here.pop_back();
    enter(known->second.link_target);
  }
  return Ok();
}

Status EntryJudge::Finish() const {
  for (const auto& [path, known] : known_) {
    if (known.type == EntryType::kSymlink) EDM_CHECK(Follow(path));
  }
  if (files_ == 0) {
    return Error{
        Code::kInvalidArgument, "upload", "holds no file", {}, "pack the folder that has the compose file"};
  }
  return Ok();
}

}  // namespace edm::master
