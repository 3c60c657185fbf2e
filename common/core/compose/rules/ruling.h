#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/compose/policy.h"
#include "common/core/yaml/node.h"

namespace edm::compose {

// A node with its path in the document.
struct Spot {
  const yaml::Node& node;
  std::string path;

  // The last key of the path.
  std::string_view name() const;
  Spot At(std::string_view key) const { return {*node.Find(key), yaml::PathOf(path, key)}; }
};

// One document under judgement: what the rules look at, and what they found. Lives for one call of Judge.
class Ruling {
 public:
  Ruling(const Document& judged, const FileTree& files, const Grants& given,
         std::set<std::string>* used_grants)
      : document(judged), tree(files), grants(given), used_(used_grants) {}

  void Refuse(const Spot& spot, std::string cause, std::string instead);
  void Warn(const Spot& spot, std::string cause, std::string instead);
  void Used(std::string grant);
  // False, and refused, when the node is neither of `kind` nor null.
  bool Expect(const Spot& spot, yaml::Kind kind);
  std::vector<Finding> Take() { return std::move(findings_); }
  void Append(std::vector<Finding> findings);

  bool is_effective() const { return document.form == Document::Form::kEffective; }

  const Document& document;
  const FileTree& tree;
  const Grants& grants;

 private:
  void Add(Severity severity, const Spot& spot, std::string cause, std::string instead);
  std::string ObjectOf(const Spot& spot) const;

  std::vector<Finding> findings_;
  std::set<std::string>* used_;
};

using Check = void (*)(Ruling&, const Spot& value);

// What holds for one key of a map. Neither check nor cause: the key is harmless. A cause: refused whenever
// the key says anything.
struct KeyRule {
  std::string_view key;
  Check check = nullptr;
  std::string_view cause = {};
  std::string_view instead = {};
};

// Applies the rules to every key of a map; "x-" keys are left alone, what is in no rule is refused.
void JudgeKeys(Ruling& ruling, const Spot& map, std::span<const KeyRule> rules);

// Null, false, "", an empty list or map: says nothing.
bool IsVacant(const yaml::Node& node);

// The scalars of a list, or the one that stands in its place; what is neither is refused.
std::vector<Spot> Texts(Ruling& ruling, const Spot& value);

// A list or map "NAME=value" / NAME: value.
struct NamedText {
  std::string name;
  Spot spot;
};
std::vector<NamedText> NamedTexts(Ruling& ruling, const Spot& value);

// Labels that would be taken for ours or compose's.
void JudgeLabels(Ruling& ruling, const Spot& labels);

}  // namespace edm::compose
