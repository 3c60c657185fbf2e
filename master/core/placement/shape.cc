#include "master/core/placement/shape.h"

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
    : request_(Common(request, detail)), strategy_(strategy), detail_(detail) {}

// What differs most between shapes, and is the quickest to compare, comes first.
bool Shape::Fits(const PlacementRequest& request, Strategy strategy, Detail detail) const {
  return strategy_ == strategy && detail_ == detail &&
         (detail == Detail::kPlain || SameOwn(request_, request)) &&
         request_.memory_mib == request.memory_mib && request_.share == request.share &&
         request_.needs_network == request.needs_network && request_.architecture == request.architecture &&
         request_.spread_by == request.spread_by && request_.labels == request.labels &&
         request_.affinities == request.affinities;
}

}  // namespace edm::master
