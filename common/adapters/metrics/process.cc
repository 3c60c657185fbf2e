#include "common/adapters/metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace edm {
namespace {

// Fields of /proc/self/stat behind the program's name, which may hold spaces: state is the first of them.
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const auto end = text.rfind(')');
  std::vector<std::string> fields;
  if (end == std::string::npos) return fields;
  std::istringstream rest(text.substr(end + 1));
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

double OpenFiles() {
  std::error_code failed;
  double count = 0;
  for (auto at = std::filesystem::directory_iterator("/proc/self/fd", failed);
       !failed && at != std::filesystem::directory_iterator(); at.increment(failed)) {
    ++count;
  }
  return count - 1;  // without the one that read the folder
}

// Of proc(5), counted from the state on.
constexpr std::size_t kUserTime = 11;
constexpr std::size_t kSystemTime = 12;
constexpr std::size_t kThreads = 17;
constexpr std::size_t kStartTime = 19;
constexpr std::size_t kVirtualBytes = 20;
constexpr std::size_t kResidentPages = 21;

}  // namespace

void ExposeProcess(Exposition& to) {
  const auto stat = StatFields();
  if (stat.size() > kResidentPages) {
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto number = [&](std::size_t field) { return std::stod(stat[field]); };
    to.Counter("process_cpu_seconds_total", "CPU time that this process took",
               (number(kUserTime) + number(kSystemTime)) / ticks);
    to.Gauge("process_start_time_seconds", "when this process began, since the epoch",
             BootTime() + number(kStartTime) / ticks);
    to.Gauge("process_virtual_memory_bytes", "address space of this process", number(kVirtualBytes));
    to.Gauge("process_resident_memory_bytes", "memory of this process that is in RAM",
             number(kResidentPages) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    to.Gauge("process_threads", "threads of this process", number(kThreads));
  }
  to.Gauge("process_open_fds", "open files and sockets", OpenFiles());
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    to.Gauge("process_max_fds", "how many it may have open", static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace edm
