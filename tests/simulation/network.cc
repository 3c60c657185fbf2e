#include "tests/simulation/network.h"

#include <algorithm>

namespace edm::simulation {
namespace {

constexpr Millis kSentAgainAfter{200};

}  // namespace

const Weather& Network::Of(Node from, Node to) const {
  static const Weather kCalm;
  if (const auto found = weather_.find(from); found != weather_.end()) return found->second;
  const auto found = weather_.find(to);
  return found == weather_.end() ? kCalm : found->second;
}

Millis Network::AsleepFor(Node node) const {
  const auto found = asleep_until_.find(node);
  return found == asleep_until_.end() ? Millis(0) : std::max(found->second - agenda_.now(), Millis(0));
}

void Network::Arrive(Node at, const Agenda::Task& deliver) {
  const auto later = AsleepFor(at);
  if (later == Millis(0)) return deliver();
  agenda_.After(later, {}, deliver);
}

void Network::Send(Node from, Node to, const Agenda::Task& deliver) {
  const auto& weather = Of(from, to);
  if (!Passes(from, to) || (weather.loss > 0 && dice_.Hits(weather.loss))) return;
  const int times = weather.twice > 0 && dice_.Hits(weather.twice) ? 2 : 1;
  for (int i = 0; i < times; ++i) {
    const auto delay = dice_.Between(weather.delay_least, weather.delay_most);
    agenda_.After(delay, {}, [this, to, deliver] { Arrive(to, deliver); });
  }
}

Millis Network::DelayOfStream(Node from, Node to) {
  const auto& weather = Of(from, to);
  auto delay = dice_.Between(weather.delay_least, weather.delay_most);
  while (weather.loss > 0 && dice_.Hits(weather.loss)) delay += kSentAgainAfter;
  return std::max(delay, AsleepFor(to));
}

}  // namespace edm::simulation
