#include "worker/adapters/docker/docker_disk.h"

#include <algorithm>
#include <filesystem>

#include "common/model/labels.h"
#include "worker/adapters/docker/image_owner.h"
#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr Millis kInfoDeadline{5'000};

std::uint64_t BytesAt(const json& object, const std::string& key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, NumberAt(object, key)));
}

EngineObject Named(const json& one, std::string id, std::string name) {
  EngineObject object{.id = std::move(id), .name = std::move(name)};
  const auto& labels = PartAt(one, "Labels");
  object.instance = TextAt(labels, std::string(kInstanceLabel));
  return object;
}

std::string FirstOf(const json& list) {
  return list.is_array() && !list.empty() && list[0].is_string() ? list[0].get<std::string>() : "";
}

EngineObject ReadImage(const json& one) {
  auto image = Named(one, TextAt(one, "Id"), FirstOf(PartAt(one, "RepoTags")));
  const auto own = OwnTagsOf(one);
  image.instance = own.empty() ? "" : own.front().instance;
  image.shared_bytes = BytesAt(one, "SharedSize");
  const auto size = BytesAt(one, "Size");
  image.bytes = size > image.shared_bytes ? size - image.shared_bytes : 0;
  return image;
}

EngineObject ReadVolume(const json& one) {
  auto volume = Named(one, TextAt(one, "Name"), TextAt(one, "Name"));
  const auto& usage = PartAt(one, "UsageData");
  if (usage.is_object() && NumberAt(usage, "Size") >= 0) volume.bytes = BytesAt(usage, "Size");
  return volume;
}

EngineObject ReadContainer(const json& one) {
  auto container = Named(one, TextAt(one, "Id"), FirstOf(PartAt(one, "Names")));
  container.bytes = BytesAt(one, "SizeRw");
  return container;
}

// With those that were rotated away. None when this process may not look.
std::optional<std::uint64_t> LogBytes(const fs::path& root, const std::string& container) {
  std::error_code failed;
  std::uint64_t bytes = 0;
  fs::directory_iterator files(root / "containers" / container, failed);
  if (failed) return std::nullopt;
  for (; files != fs::directory_iterator(); files.increment(failed)) {
    if (failed) return std::nullopt;
    if (!files->path().filename().string().starts_with(container + "-json.log")) continue;
    std::error_code vanished;
    const auto size = files->file_size(vanished);
    if (!vanished) bytes += size;
  }
  return bytes;
}

}  // namespace

EngineObjects ReadUsage(const json& usage) {
  EngineObjects read;
  for (const auto& one : PartAt(usage, "Images")) read.images.push_back(ReadImage(one));
  for (const auto& one : PartAt(usage, "Volumes")) read.volumes.push_back(ReadVolume(one));
  for (const auto& one : PartAt(usage, "Containers")) read.containers.push_back(ReadContainer(one));
  return read;
}

void DockerDisk::Find() {
  const auto info = api_.Get("/info", "container engine", kInfoDeadline);
  if (!info.ok()) return;
  const auto root = TextAt(*info, "DockerRootDir");
  std::error_code failed;
  const bool is_here = fs::is_directory(root, failed);
  const std::lock_guard lock(mutex_);
  root_ = is_here ? root : "";
}

std::string DockerDisk::Root() const {
  const std::lock_guard lock(mutex_);
  return root_;
}

Result<EngineObjects> DockerDisk::Usage(Millis deadline) {
  EDM_TRY(const json answer, api_.Get("/system/df", "disk of the container engine", deadline));
  auto usage = ReadUsage(answer);
  const auto root = Root();
  for (auto& container : usage.containers) {
    if (!root.empty() && !container.instance.empty()) container.log_bytes = LogBytes(root, container.id);
  }
  return usage;
}

}  // namespace edm::worker
