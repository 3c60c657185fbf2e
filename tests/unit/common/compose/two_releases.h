#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "common/core/compose/release_pair.h"

namespace edm::compose {

// A web service beside a store with a volume, as FinalCompose prints them.
inline nlohmann::json Release(int number) {
  const auto folder = "/d/shop/r" + std::to_string(number);
  const auto labels = [&](const char* service) {
    return nlohmann::json{{"dev.edm.instance", "shop"},
                          {"dev.edm.release", std::to_string(number)},
                          {"dev.edm.service", service}};
  };
  const nlohmann::json data = {{"type", "volume"}, {"source", "data"}, {"target", "/data"}};
  const nlohmann::json sql = {{"type", "bind"},
                              {"source", folder + "/checkout/init.sql"},
                              {"target", "/init.sql"},
                              {"read_only", true}};
  return {{"name", "shop"},
          {"services",
           {{"web",
             {{"image", "edm/shop/web:r" + std::to_string(number)},
              {"container_name", "shop.web.1"},
              {"ports", {{{"target", 80}, {"published", "20000"}}}},
              {"depends_on", {{"store", {{"condition", "service_healthy"}}}}},
              {"networks", {{"default", nullptr}}},
              {"restart", "always"},
              {"labels", labels("web")}}},
            {"store",
             {{"image", "postgres:16"},
              {"container_name", "shop.store.1"},
              {"networks", {{"default", {{"aliases", {"db"}}}}}},
              {"volumes", {data, sql}},
              {"labels", labels("store")}}}}},
          {"networks",
           {{"default",
             {{"name", "shop_default"},
              {"ipam", {{"config", {{{"subnet", "10.201.0.0/24"}}}}}},
              {"labels", {{"dev.edm.instance", "shop"}}}}}}},
          {"volumes", {{"data", {{"name", "shop_data"}, {"labels", {{"dev.edm.instance", "shop"}}}}}}}};
}

struct Setting {
  nlohmann::json wanted = Release(2);
  nlohmann::json running = Release(1);
  std::map<std::string, RunningService> beside = {
      {"web", {.runs = true}}, {"store", {.runs = true, .same_image = true, .made_for = 1}}};
  std::set<std::string> same_files = {"checkout/init.sql"};

  nlohmann::json& web() { return wanted["services"]["web"]; }
  nlohmann::json& store() { return wanted["services"]["store"]; }
  ReleasePair Pair() const {
    return {wanted.dump(), running.dump(), "/d/shop/r2", "/d/shop/r1", beside, same_files};
  }
};

}  // namespace edm::compose
