#include "worker/fetch/fetch_request.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace edm::fetch {

Result<FetchRequest> ParseRequest(const std::string& text) {
  const Error malformed{Code::kInvalidArgument,
                        "edm-fetch",
                        "its standard input is no request",
                        {},
                        "it is started by edm-worker"};
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  try {
    FetchRequest request{.directory = json.at("directory"),
                         .ca_file = json.at("ca_file"),
                         .only_small = json.value("only_small", false)};
    for (const auto& layer : json.at("layers")) {
      request.layers.push_back(
          {layer.at("mirror"), layer.at("url"), layer.at("user"), layer.at("password"), layer.at("commit")});
    }
    if (request.layers.empty() || request.directory.empty()) return malformed;
    return request;
  } catch (const nlohmann::json::exception&) {
    return malformed;
  }
}

std::string ToLine(const Error& error) {
  return nlohmann::json{{"code", static_cast<int>(error.code)},
                        {"object", ToUtf8(error.object)},
                        {"cause", ToUtf8(error.cause)},
                        {"hint", ToUtf8(error.hint)}}
      .dump();
}

}  // namespace edm::fetch
