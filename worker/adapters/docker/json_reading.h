#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace edm::worker {

// Members of an engine's answer; a default where there is none of that type.
inline std::string TextAt(const nlohmann::json& object, const std::string& key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

inline std::int64_t NumberAt(const nlohmann::json& object, const std::string& key) {
  if (!object.is_object()) return 0;
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

inline bool FlagAt(const nlohmann::json& object, const std::string& key) {
  if (!object.is_object()) return false;
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

// null when there is none.
inline const nlohmann::json& PartAt(const nlohmann::json& object, const std::string& key) {
  static const nlohmann::json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

}  // namespace edm::worker
