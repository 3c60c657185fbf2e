#include "edmctl/client/folders.h"

#include <nlohmann/json.hpp>

#include "edmctl/os/files.h"

namespace edm::ctl {

Result<Folders> Folders::Load(const std::string& path) {
  Folders folders;
  auto text = ReadFile(path);
  if (!text.ok()) {
    if (text.error().code == Code::kNotFound) return folders;
    return std::move(text).error();
  }
  const auto damaged = [&] {
    return Error{Code::kFailedPrecondition,
                 path,
                 "is not what edmctl wrote",
                 {},
                 "remove it: deploy will ask for --id"};
  };
  try {
    folders.contexts_ = nlohmann::json::parse(*text).get<decltype(folders.contexts_)>();
  } catch (const nlohmann::json::exception&) {
    return damaged();
  }
  return folders;
}

Status Folders::Save(const std::string& path, const std::optional<Owner>& owner) const {
  return WriteFile(
      path, nlohmann::json(contexts_).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
      0600, owner);
}

std::optional<std::string> Folders::InstanceOf(const std::string& context, const std::string& folder) const {
  const auto known = contexts_.find(context);
  if (known == contexts_.end()) return std::nullopt;
  const auto found = known->second.find(folder);
  return found == known->second.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> Folders::FolderOf(const std::string& context, const std::string& instance,
                                             const std::string& except) const {
  const auto known = contexts_.find(context);
  if (known == contexts_.end()) return std::nullopt;
  for (const auto& [folder, id] : known->second) {
    if (id == instance && folder != except) return folder;
  }
  return std::nullopt;
}

void Folders::Remember(const std::string& context, const std::string& folder, const std::string& instance) {
  Forget(context, instance);
  contexts_[context][folder] = instance;
}

void Folders::Forget(const std::string& context, const std::string& instance) {
  std::erase_if(contexts_[context], [&](const auto& entry) { return entry.second == instance; });
}

}  // namespace edm::ctl
