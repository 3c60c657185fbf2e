#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "edmctl/os/files.h"

namespace edm::ctl {

// Which folder of this user is which instance, for each context.
class Folders {
 public:
  static Result<Folders> Load(const std::string& path);
  Status Save(const std::string& path, const std::optional<Owner>& owner = std::nullopt) const;

  std::optional<std::string> InstanceOf(const std::string& context, const std::string& folder) const;
  // A folder other than `except` that is this instance.
  std::optional<std::string> FolderOf(const std::string& context, const std::string& instance,
                                      const std::string& except) const;
  // One instance has one folder: an older one is forgotten.
  void Remember(const std::string& context, const std::string& folder, const std::string& instance);
  void Forget(const std::string& context, const std::string& instance);
  void ForgetAll(const std::string& context) { contexts_.erase(context); }
  bool empty() const { return contexts_.empty(); }

 private:
  std::map<std::string, std::map<std::string, std::string>> contexts_;  // context -> folder -> instance
};

}  // namespace edm::ctl
