#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/ports/process_runner.h"

namespace edm {

// What a program would do, without one: answers by the first rule whose words all stand in argv, in that
// order. A rule may be used up (`times`) or stay. What no rule knows cannot be started (kNotFound). Any
// thread.
class ScriptedProcessRunner final : public ProcessRunner {
 public:
  struct Rule {
    std::vector<std::string> words;  // {"docker-compose", "config"}
    std::string out;                 // whole lines are handed on one by one
    std::string err;
    ProcessEnd end{.exit_code = 0};
    Millis lasts{0};      // really waited for; a deadline before it, or a stop, ends it
    bool echoes = false;  // writes its input to standard output, like cat
    int times = -1;       // -1: for ever
    std::function<void(const ProcessSpec&)> effect;  // files it would write, say
  };

  void Add(Rule rule);
  std::vector<ProcessSpec> calls() const;

  Result<ProcessEnd> Run(const ProcessSpec& spec, const LineSink& on_line, std::stop_token stop) override;
  Result<std::unique_ptr<Process>> Start(const ProcessSpec& spec) override;

 private:
  Result<Rule> Find(const ProcessSpec& spec);

  mutable std::mutex mutex_;
  std::deque<Rule> rules_;
  std::vector<ProcessSpec> calls_;
};

}  // namespace edm
