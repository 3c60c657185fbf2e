#include "worker/adapters/docker/image_content.h"

#include <array>
#include <nlohmann/json.hpp>

#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

using nlohmann::json;

constexpr const char* kOurLabels = "dev.edm.";
constexpr std::array kCompared = {"User",       "ExposedPorts", "Env",   "Entrypoint",  "Cmd",    "Volumes",
                                  "WorkingDir", "StopSignal",   "Shell", "Healthcheck", "OnBuild"};

}  // namespace

std::string ContentOf(const json& image) {
  const auto& config = PartAt(image, "Config");
  json content;
  for (const auto* key : kCompared) content[key] = PartAt(config, key);
  auto labels = json::object();
  if (const auto& all = PartAt(config, "Labels"); all.is_object()) {
    for (const auto& [name, value] : all.items()) {
      if (!name.starts_with(kOurLabels)) labels[name] = value;
    }
  }
  content["Labels"] = std::move(labels);
  content["Layers"] = PartAt(PartAt(image, "RootFS"), "Layers");
  content["Platform"] = {PartAt(image, "Os"), PartAt(image, "Architecture"), PartAt(image, "Variant")};
  return content.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace edm::worker
