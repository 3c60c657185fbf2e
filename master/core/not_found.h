#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/text.h"
#include "common/model/names.h"
#include "master/model/table.h"

namespace edm::master {

// kNotFound, with the nearest name that there is.
template <class Record>
Error NoSuch(std::string_view noun, const std::string& id, const Table<Record>& table,
             std::string_view list_command) {
  std::vector<std::string> names;
  for (const auto& [name, record] : table.all()) names.push_back(name);
  const auto near = Nearest(id, names);
  auto hint = near ? "did you mean " + *near + "?" : "see " + std::string(list_command);
  return {Code::kNotFound,
          std::string(noun) + " " + Shown(id),
          "there is none of that name",
          {},
          std::move(hint)};
}

}  // namespace edm::master
