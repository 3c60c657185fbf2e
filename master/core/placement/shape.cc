#include "master/core/placement/shape.h"

#include "master/core/placement/hash.h"

namespace edm::master {
namespace {

PlacementRequest Common(const PlacementRequest& request, Detail detail) {
  PlacementRequest common;
  common.labels = request.labels;
  common.memory_mib = request.memory_mib;
  common.needs_network = request.needs_network;
  common.share = request.share;
  common.architecture = request.architecture;
  common.affinities = request.affinities;
  common.spread_by = request.spread_by;
  if (detail == Detail::kPlain) return common;
  common.group = request.group;
  common.one_per_worker = request.one_per_worker;
  common.host_ports = request.host_ports;
  return common;
}

bool SameOwn(const PlacementRequest& a, const PlacementRequest& b) {
  return a.group == b.group && a.one_per_worker == b.one_per_worker && a.host_ports == b.host_ports;
}

}  // namespace

Shape::Shape(const PlacementRequest& request, Strategy strategy, Detail detail)
    : request_(Common(request, detail)),
      strategy_(strategy),
      detail_(detail),
      hash_(ShapeHash(request, strategy, detail)) {}

bool Shape::Fits(const PlacementRequest& request, Strategy strategy, Detail detail) const {
  return strategy_ == strategy && detail_ == detail && request_.memory_mib == request.memory_mib &&
         request_.share == request.share && request_.needs_network == request.needs_network &&
         request_.architecture == request.architecture && request_.spread_by == request.spread_by &&
         request_.labels == request.labels && request_.affinities == request.affinities &&
         (detail == Detail::kPlain || SameOwn(request_, request));
}

std::uint64_t ShapeHash(const PlacementRequest& request, Strategy strategy, Detail detail) {
  Hash hash(static_cast<std::uint64_t>(strategy) * 2 + static_cast<std::uint64_t>(detail));
  hash.Add(request.memory_mib);
  hash.Add(request.share.memory_mib ^ request.share.milli_cpus << 24U);
  hash.Add(request.share.disk_mib ^ request.share.gpus << 40U ^ std::uint64_t{request.needs_network} << 63U);
  hash.Add(request.architecture);
  hash.Add(request.spread_by);
  for (const auto& [key, value] : request.labels) {
    hash.Add(key);
    hash.Add(value);
  }
  for (const auto& one : request.affinities) {
    hash.Add(one.label);
    hash.Add(one.value);
    hash.Add(static_cast<std::uint64_t>(one.weight));
  }
  if (detail == Detail::kPlain) return hash.value();
  hash.Add(request.group ^ std::uint64_t{request.one_per_worker});
  for (const auto port : request.host_ports) hash.Add(port);
  return hash.value();
}

}  // namespace edm::master
