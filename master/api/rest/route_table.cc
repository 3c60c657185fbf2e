#include "master/api/rest/route_table.h"

#include <algorithm>
#include <optional>

#include "common/base/text.h"
#include "common/model/names.h"
#include "common/rpc/http/target.h"
#include "edm/v1/http.pb.h"

namespace edm::master::rest {
namespace {

constexpr std::size_t kShownMax = 128;  // characters of a path in an answer

std::pair<std::string, std::string> VerbAndPath(const edm::v1::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case edm::v1::HttpRule::kGet:
      return {"GET", rule.get()};
    case edm::v1::HttpRule::kPut:
      return {"PUT", rule.put()};
    case edm::v1::HttpRule::kPost:
      return {"POST", rule.post()};
    case edm::v1::HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case edm::v1::HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case edm::v1::HttpRule::PATTERN_NOT_SET:
      break;
  }
  EDM_ASSERT(false);
  return {};
}

Route RouteOf(const rpc::MethodTable::Method& method) {
  const auto& rule = method.descriptor->options().GetExtension(edm::v1::http);
  Route route;
  std::tie(route.verb, route.path) = VerbAndPath(rule);
  route.segments = Split(std::string_view(route.path).substr(1), '/');
  route.body = rule.body() == "raw" ? Route::Body::kRaw
               : rule.body() == "*" ? Route::Body::kJson
                                    : Route::Body::kNone;
  route.method = &method;
  route.descriptor = method.descriptor;
  for (const auto& segment : route.segments) {
    const auto variable = VariableOf(segment);
    EDM_ASSERT(variable.empty() ||
               method.descriptor->input_type()->FindFieldByName(std::string(variable)) != nullptr);
  }
  return route;
}

// The path cut at its slashes and decoded; one slash at the end is forgiven.
std::optional<std::vector<std::string>> Segments(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  auto segments = Split(path, '/');
  for (auto& segment : segments) {
    auto decoded = rpc::PercentDecode(segment);
    if (!decoded || !IsUtf8(*decoded)) return std::nullopt;
    segment = std::move(*decoded);
  }
  return segments;
}

bool Fits(const Route& route, const std::vector<std::string>& segments) {
  return std::ranges::equal(route.segments, segments, [](const std::string& own, const std::string& given) {
    return own == given || (!VariableOf(own).empty() && !given.empty());
  });
}

// The template with the values that were given, so that only its literals count as mistyped.
std::string FilledIn(const Route& route, const std::vector<std::string>& segments) {
  std::string path;
  for (std::size_t i = 0; i < route.segments.size(); ++i) {
    const bool given = i < segments.size() && !VariableOf(route.segments[i]).empty();
    path += "/" + (given ? segments[i] : route.segments[i]);
  }
  return path;
}

}  // namespace

std::string_view VariableOf(std::string_view segment) {
  if (!segment.starts_with('{') || !segment.ends_with('}')) return {};
  return segment.substr(1, segment.size() - 2);
}

RouteTable::RouteTable(const rpc::MethodTable& table) {
  for (const auto& [path, method] : table.methods()) {
    if (method.descriptor->options().HasExtension(edm::v1::http)) routes_.push_back(RouteOf(method));
  }
  const auto variables = [](const Route& route) {
    return std::ranges::count_if(route.segments,
                                 [](const auto& segment) { return !VariableOf(segment).empty(); });
  };
  std::ranges::stable_sort(routes_, {}, variables);
}

std::variant<RouteTable::Match, RouteTable::Miss> RouteTable::Find(std::string_view verb,
                                                                   std::string_view path) const {
  const auto segments = Segments(path);
  if (!segments) {
    return Miss{400,
                "",
                {Code::kInvalidArgument,
                 "path " + Shown(path),
                 "it is not percent-encoded UTF-8, or holds a NUL",
                 {},
                 "encode names in it"}};
  }
  const auto wanted = verb == "HEAD" ? "GET" : verb;
  std::vector<std::string> allowed;
  for (const auto& route : routes_) {
    if (!Fits(route, *segments)) continue;
    if (route.verb == wanted && !(verb == "HEAD" && route.streams())) {
      Match match{&route, {}};
      for (std::size_t i = 0; i < segments->size(); ++i) {
        const auto variable = VariableOf(route.segments[i]);
        if (!variable.empty()) match.variables.emplace_back(variable, (*segments)[i]);
      }
      return match;
    }
    allowed.push_back(route.verb);
    if (route.verb == "GET" && !route.streams()) allowed.emplace_back("HEAD");
  }
  if (allowed.empty()) return NotFound(path, *segments);
  allowed.emplace_back("OPTIONS");
  const auto allow = Join(allowed, ", ");
  return Miss{405,
              allow,
              {Code::kUnimplemented,
               std::string(verb.substr(0, 16)) + " " + Shown(path),
               "this path does not have that method",
               {},
               "it has " + allow}};
}

RouteTable::Miss RouteTable::NotFound(std::string_view path, const std::vector<std::string>& segments) const {
  std::vector<std::string> candidates;
  for (const auto& route : routes_) candidates.push_back(FilledIn(route, segments));
  auto same_length = candidates;
  std::erase_if(same_length, [&](const auto& one) {
    return std::ranges::count(one, '/') != static_cast<std::ptrdiff_t>(segments.size());
  });
  auto near = Nearest(path.substr(0, kShownMax), same_length);
  if (!near) near = Nearest(path.substr(0, kShownMax), candidates);
  return {404,
          "",
          {Code::kNotFound,
           "path " + Shown(path),
           "nothing is served there",
           {},
           near ? "did you mean " + *near + "?" : "/openapi.json lists what there is"}};
}

bool RouteTable::CanGet(std::string_view path) const {
  return std::ranges::any_of(routes_,
                             [&](const auto& route) { return route.verb == "GET" && route.path == path; });
}

}  // namespace edm::master::rest
