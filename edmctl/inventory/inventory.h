#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/core/yaml/fields.h"
#include "edmctl/inventory/ssh_target.h"

namespace edm::ctl {

inline constexpr std::size_t kInventoryWorkersMax = 10'000;
inline constexpr std::size_t kInventoryBytesMax = std::size_t{1} << 20U;

// A machine that is to become a worker, and where the inventory says so.
struct InventoryWorker {
  std::string id;
  SshTarget target;
  std::map<std::string, std::string> labels;
  yaml::Position at;
};

struct Inventory {
  std::vector<InventoryWorker> workers;  // in the file's order
  std::vector<Error> warnings;           // what was left out, and why
};

// What stands in a file, before it is known whether all of it can be used.
class Draft {
 public:
  explicit Draft(std::string file) : problems(file), warnings(file) {}

  // Checks names, addresses and labels, and that no id came before.
  void Add(InventoryWorker worker);
  // All of it, or every problem with its place.
  Result<Inventory> Take() &&;

  yaml::Problems problems;
  yaml::Problems warnings;

 private:
  std::vector<InventoryWorker> workers_;
  std::map<std::string, yaml::Position> places_;  // by id
};

// The label that being in a group of an inventory becomes: "group.web" = "true".
inline constexpr std::string_view kGroupLabelPrefix = "group.";
inline constexpr std::string_view kGroupLabelValue = "true";
void AddGroup(std::map<std::string, std::string>& labels, const std::string& group);

// "did you mean ansible_host?", else `otherwise`.
std::string MeantOr(std::string_view word, const std::vector<std::string>& known, std::string otherwise);

}  // namespace edm::ctl
