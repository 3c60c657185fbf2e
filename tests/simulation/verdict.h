#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "common/base/time.h"
#include "tests/simulation/agenda.h"

namespace edm::simulation {

// What a run has to say: its steps for those who read along, and the first rule that was broken. The digest
// is of all steps, so that two runs of one seed can be told from each other.
class Verdict {
 public:
  Verdict(const Agenda& agenda, bool is_verbose) : agenda_(agenda), is_verbose_(is_verbose) {}

  // `text` is only made where somebody reads it.
  template <class Text>
  void Tell(const char* who, Text text) {
    if (is_verbose_) Print(who, text());
  }
  void Note(std::uint64_t fact) {
    digest_ = (digest_ ^ fact ^ static_cast<std::uint64_t>(agenda_.now().count())) * 1099511628211ULL;
  }
  void Violate(std::string rule, std::string what) {
    if (violation_) return;
    violation_ = rule + ": " + what;
    if (is_verbose_) Print("VIOLATED", *violation_);
  }

  const std::optional<std::string>& violation() const { return violation_; }
  std::uint64_t digest() const { return digest_; }

 private:
  void Print(const char* who, const std::string& text) const;

  const Agenda& agenda_;
  const bool is_verbose_;
  std::uint64_t digest_ = 14695981039346656037ULL;
  std::optional<std::string> violation_;
};

}  // namespace edm::simulation
