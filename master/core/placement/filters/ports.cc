#include <algorithm>

#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

// A port that the instance has itself, where it is now, is no obstacle.
bool IsTaken(const Question& question, const Site& site, std::uint32_t port) {
  const std::uint32_t own = question.IsOwn(site.id()) ? 1 : 0;
  return site.tenants.UsersOf(port) > own;
}

Hope Judge(const Question& question, const Site& site) {
  const auto& wanted = question.request.host_ports;
  const bool taken =
      std::ranges::any_of(wanted, [&](std::uint32_t port) { return IsTaken(question, site, port); });
  return taken ? Hope::kLater : Hope::kFits;
}

std::string Explain(const Question& question, const Site& site) {
  std::string text;
  for (const auto port : question.request.host_ports) {
    if (!IsTaken(question, site, port)) continue;
    text += (text.empty() ? "has another instance on host port " : ", ") + std::to_string(port);
  }
  return text;
}

std::string_view Phrase(const Question&, const Site&) { return "has its host port taken"; }

}  // namespace

constinit const Filter kPorts{"host ports", Basis::kAsker, Judge, Explain, Phrase};

}  // namespace edm::master
