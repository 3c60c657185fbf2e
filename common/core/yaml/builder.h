#pragma once

#include <yaml-cpp/eventhandler.h>

#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/base/result.h"
#include "common/core/yaml/reader.h"

namespace edm::yaml {

// What a part of a document takes, in values and in bytes of text.
struct Cost {
  std::size_t nodes = 0;
  std::size_t bytes = 0;
  Cost& operator+=(const Cost& other) {
    nodes += other.nodes;
    bytes += other.bytes;
    return *this;
  }
};

// Makes nodes of one parse's events. Throws Refusal through the parser, which Read() catches: the parser has
// no other way to be stopped, and a bomb must not be read to its end.
class Builder final : public YAML::EventHandler {
 public:
  struct Refusal {
    Position at;
    std::string cause;
    std::string hint;
    Code code = Code::kInvalidArgument;
  };

  explicit Builder(const Limits& limits) : limits_(limits) {}

  Node Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { Close(); }

 private:
  // A sequence or map that is not closed yet.
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    std::string key;
    Position key_at;
    std::vector<Node> merged;  // what stood under "<<"
    std::unordered_set<std::string> keys;
  };
  struct Anchored {
    Node node;
    Cost cost;
    std::size_t depth = 0;
  };

  void Begin(Node node, YAML::anchor_t anchor);
  void Put(Node node, YAML::anchor_t anchor);
  void Close();
  void PutKey(Open& open, const Node& node);
  void Merge(Open& open);
  void MergeOne(Open& open, const Node& from);
  void Count(Cost cost, Position at);

  Limits limits_;
  Node root_;
  bool has_document_ = false;
  Cost spent_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
};

}  // namespace edm::yaml
