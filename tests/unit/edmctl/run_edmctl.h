#pragma once

#include <map>
#include <string>
#include <vector>

namespace edm::ctl {

struct Ran {
  int code = -1;  // -1: ended by a signal
  std::string out;
  std::string err;
};

struct RunSpec {
  std::vector<std::string> words;
  std::string program;                             // instead of the one that was built
  std::map<std::string, std::string> environment;  // beside HOME, PATH and LANG=C.UTF-8
  std::string directory = "/";
  std::string input;
  bool terminal = false;       // out and err are one pseudo-terminal of 80 columns
  int interrupt_after_ms = 0;  // then SIGINT
};

// A folder of its own, removed at the end; HOME of the programs run.
class Home {
 public:
  Home();
  ~Home();
  const std::string& path() const { return path_; }
  // Makes the folders above; returns the full path.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

// Runs the real program to its end; 20 s at most.
Ran RunEdmctl(const Home& home, const RunSpec& spec);

}  // namespace edm::ctl
