#include "master/adapters/seat/place_text.h"

#include <nlohmann/json.hpp>

namespace edm::master {

std::string ToText(const MasterPlace& place) {
  return nlohmann::json{{"name", place.name},
                        {"grpc", place.grpc_address},
                        {"http", place.http_url},
                        {"cluster", place.cluster_address}}
      .dump();
}

std::optional<MasterPlace> PlaceFrom(std::string_view text) {
  const auto read = nlohmann::json::parse(text, nullptr, false);
  if (!read.is_object()) return std::nullopt;
  const auto field = [&](const char* name) {
    const auto found = read.find(name);
    return found != read.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  MasterPlace place{field("name"), field("grpc"), field("http"), field("cluster")};
  if (place.name.empty() || place.cluster_address.empty()) return std::nullopt;
  return place;
}

}  // namespace edm::master
