#pragma once

#include <cstddef>
#include <string_view>

#include "common/base/result.h"
#include "common/core/yaml/node.h"

namespace edm::yaml {

// What a document may cost. Nodes are counted after aliases and merge keys were written out.
struct Limits {
  std::size_t bytes = 1U << 20;
  std::size_t nodes = 50'000;
  std::size_t depth = 64;
  std::size_t entries = 5'000;  // of one map, which is searched from its front
};

// Reads one strict YAML document: UTF-8, no second document, no key twice in a map, keys are scalars, no tags
// but YAML's own, no control characters. An empty text is null. Scalars are typed by YAML's core schema.
// Errors: kInvalidArgument or kResourceExhausted, object "<name>:<line>:<column>".
Result<Node> Read(std::string_view text, std::string_view name, const Limits& limits = {});

}  // namespace edm::yaml
