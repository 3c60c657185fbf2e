#pragma once

#include <google/protobuf/repeated_field.h>

#include <vector>

namespace edm::rpc {

// Maps each element with the ToProto or FromProto that argument lookup, or `map`, finds.
template <class From, class To, class Map>
void MapInto(const std::vector<From>& from, google::protobuf::RepeatedPtrField<To>* to, Map map) {
  to->Reserve(static_cast<int>(from.size()));
  for (const auto& one : from) *to->Add() = map(one);
}

template <class To, class From, class Map>
std::vector<To> MapAll(const google::protobuf::RepeatedPtrField<From>& from, Map map) {
  std::vector<To> to;
  to.reserve(static_cast<std::size_t>(from.size()));
  for (const auto& one : from) to.push_back(map(one));
  return to;
}

}  // namespace edm::rpc
