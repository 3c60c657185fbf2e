#include "common/core/compose/rules/paths.h"

#include <algorithm>
#include <vector>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

std::string Quoted(std::string_view path) { return "'" + Shown(path) + "'"; }

bool IsUnder(std::string_view path, std::string_view prefix) {
  if (prefix == "/") return path.starts_with('/');
  return path == prefix ||
         (path.starts_with(prefix) && path.size() > prefix.size() && path[prefix.size()] == '/');
}

std::string_view WhyNot(std::string_view path) {
  if (path.find("docker.sock") != std::string_view::npos ||
      path.find("containerd.sock") != std::string_view::npos) {
    return "the engine's socket gives the whole machine away";
  }
  if (path == "/") return "the whole machine would be mounted";
  for (const std::string_view kernel : {"/proc", "/sys", "/dev"}) {
    if (IsUnder(path, kernel)) return "the machine's kernel interfaces would be mounted";
  }
  return "lies outside the checkout";
}

// True when a grant covers an absolute source.
bool IsGranted(Ruling& ruling, const Spot& spot, std::string_view source, bool read_only) {
  const auto path = Joined("/", source);
  for (const auto& bind : ruling.grants.binds) {
    if (!IsUnder(path, bind.path) || (!read_only && !bind.writable)) continue;
    ruling.Used("bind " + path + (read_only ? " (read only)" : "") + " for " + spot.path);
    return true;
  }
  return false;
}

constexpr std::string_view kUseVolume = "use a named volume, or a path inside the checkout, as ./data";

// Refused unless it is something the checkout holds; says what it is.
std::optional<FileFacts> Looked(Ruling& ruling, const Spot& spot, const std::string& path) {
  auto facts = ruling.tree.Look(path);
  if (!facts.ok()) {
    ruling.Refuse(spot, Quoted(path) + " cannot be read: " + facts.error().cause, "use another path");
    return {};
  }
  if (facts->kind == FileKind::kLeaves) {
    ruling.Refuse(spot, Quoted(path) + " leads out of the checkout", "put what it names into the checkout");
    return {};
  }
  if (facts->kind == FileKind::kOther) {
    ruling.Refuse(spot, Quoted(path) + " is a device, FIFO or socket", "use a regular file or a folder");
    return {};
  }
  return *facts;
}

}  // namespace

std::string Joined(std::string_view folder, std::string_view path) {
  const bool is_absolute = path.starts_with('/') || folder.starts_with('/');
  std::vector<std::string> parts;
  const auto all = path.starts_with('/') ? std::string(path) : std::string(folder) + "/" + std::string(path);
  for (auto& part : Split(all, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(std::move(part));
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!is_absolute) {
      parts.push_back(std::move(part));
    }
  }
  const auto joined = Join(parts, "/");
  if (is_absolute) return "/" + joined;
  return joined.empty() ? "." : joined;
}

std::optional<std::string> InCheckout(Ruling& ruling, const Spot& spot, std::string_view path) {
  if (path.starts_with('/') || path.starts_with('~')) {
    ruling.Refuse(spot, Quoted(path) + ": " + std::string(WhyNot(path)),
                  "write a path inside the checkout, as ./file");
    return {};
  }
  const bool is_odd = path.find("://") != std::string_view::npos || std::ranges::any_of(path, [](char c) {
                        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\';
                      });
  if (is_odd || path.empty()) {
    ruling.Refuse(spot, Quoted(path) + " is no path", "write a path inside the checkout, as ./file");
    return {};
  }
  // No lexical shortening: "link/.." is where the link leads, and the tree knows.
  const auto& folder = ruling.document.directory;
  return folder == "." ? std::string(path) : folder + "/" + std::string(path);
}

std::optional<std::string> JudgeFile(Ruling& ruling, const Spot& spot, std::string_view what) {
  if (!spot.node.is_scalar()) {
    ruling.Refuse(spot, "is no path", "write a path inside the checkout, as ./file");
    return {};
  }
  const auto path = InCheckout(ruling, spot, spot.node.text());
  if (!path) return {};
  const auto facts = Looked(ruling, spot, *path);
  if (!facts) return {};
  if (facts->kind == FileKind::kFile) return facts->real_path;
  const auto cause = facts->kind == FileKind::kMissing ? " is missing" : " is a folder";
  ruling.Refuse(spot, std::string(what) + " " + Quoted(spot.node.text()) + cause,
                "add the file to the source, or remove this key");
  return {};
}

void JudgeBind(Ruling& ruling, const Spot& spot, std::string_view source, bool read_only) {
  if (source.starts_with('/') || source.starts_with('~')) {
    if (source.starts_with('/') && IsGranted(ruling, spot, source, read_only)) return;
    return ruling.Refuse(spot, Quoted(source) + ": " + std::string(WhyNot(source)), std::string(kUseVolume));
  }
  const auto path = InCheckout(ruling, spot, source);
  if (!path) return;
  const auto facts = Looked(ruling, spot, *path);
  if (!facts || ruling.is_effective()) return;
  if (facts->kind == FileKind::kMissing) {
    ruling.Warn(spot,
                Quoted(source) + " is not in the source: an empty folder is made, and lost with a redeploy",
                "use a named volume for data");
  } else if (!read_only) {
    ruling.Warn(spot, "what is written to " + Quoted(source) + " is lost with a redeploy",
                "use a named volume for data, or add ':ro'");
  }
}

}  // namespace edm::compose
