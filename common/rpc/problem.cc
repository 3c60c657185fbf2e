#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/rpc/status.h"

namespace edm::rpc {
namespace {

// "NOT_FOUND" with '-': "not-found"; with ' ': "not found".
std::string Worded(Code code, char between) {
  auto words = Folded(CodeName(code));
  for (auto& c : words) c = c == '_' ? between : c;
  return words;
}

std::string TextOf(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Error Unreadable(std::string_view body, int http_status, std::string_view object) {
  constexpr std::size_t kShownMax = 300;  // bytes
  Error error{
      CodeFromHttp(http_status), std::string(object), "HTTP status " + std::to_string(http_status), {}, ""};
  const auto text = Trim(body.substr(0, kShownMax));
  if (!text.empty()) error.evidence.push_back(ToUtf8(text));
  return error;
}

}  // namespace

std::string ToProblem(const Error& error) { return ToProblem(error, HttpStatus(error.code)); }

std::string ToProblem(const Error& error, int http_status) {
  nlohmann::ordered_json problem;
  problem["type"] = "urn:edm:problem:" + Worded(error.code, '-');
  problem["title"] = Worded(error.code, ' ');
  problem["status"] = http_status;
  problem["code"] = CodeName(error.code);
  problem["object"] = ToUtf8(error.object);
  problem["cause"] = ToUtf8(error.cause);
  problem["evidence"] = nlohmann::json::array();
  for (const auto& line : error.evidence) problem["evidence"].push_back(ToUtf8(line));
  problem["hint"] = ToUtf8(error.hint);
  return problem.dump(2) + "\n";
}

Error FromProblem(std::string_view body, int http_status, std::string_view object) {
  const auto problem = nlohmann::json::parse(body, nullptr, false);
  if (!problem.is_object() || !problem.contains("code")) return Unreadable(body, http_status, object);
  Error error{CodeFromName(TextOf(problem, "code")),
              TextOf(problem, "object"),
              TextOf(problem, "cause"),
              {},
              TextOf(problem, "hint")};
  if (const auto evidence = problem.find("evidence"); evidence != problem.end() && evidence->is_array()) {
    for (const auto& line : *evidence) {
      if (line.is_string()) error.evidence.push_back(line.get<std::string>());
    }
  }
  return About(std::move(error), object);
}

}  // namespace edm::rpc
