#include <sys/stat.h>

#include <cstdio>

#include "common/base/text.h"
#include "edmctl/dev/process.h"
#include "edmctl/dev/supervisor.h"
#include "edmctl/os/files.h"

namespace edm::ctl {
namespace {

constexpr Millis kPatience{15'000};               // for the end of running calls
constexpr std::uint64_t kLogBytesMax = 10 << 20;  // then it is put aside at the next start

class Background final : public Supervisor {
 public:
  Background(const DevLayout& layout, DevRecord& record) : layout_(layout), record_(record) {}

  Status Start(const std::string& program, const std::vector<std::string>& argv) override {
    EDM_CHECK(MakeFolders(layout_.state));
    const auto log = layout_.LogOf(program);
    struct stat facts {};
    if (stat(log.c_str(), &facts) == 0 && static_cast<std::uint64_t>(facts.st_size) > kLogBytesMax) {
      std::rename(log.c_str(), (log + ".1").c_str());
    }
    EDM_TRY(MarkFor(program), StartDetached(argv, log));
    return SaveRecord(layout_.record, record_);
  }

  Status Stop(const std::string& program) override {
    StopProcess(MarkFor(program), kPatience);
    MarkFor(program) = {};
    return SaveRecord(layout_.record, record_);
  }

  bool IsRunning(const std::string& program) override { return IsAlive(MarkFor(program)); }

  std::vector<std::string> LastLines(const std::string& program, std::size_t lines) override {
    const auto text = ReadFile(layout_.LogOf(program), std::size_t{64} << 20U);
    if (!text.ok()) return {};
    auto all = Split(Trim(*text), '\n');
    if (all.size() > lines) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(lines));
    return all;
  }

  std::string Manner() const override {
    return "in the background: a reboot ends it, edmctl dev up starts it again";
  }

 private:
  ProcessMark& MarkFor(const std::string& program) {
    return program == "master" ? record_.master : record_.worker;
  }

  const DevLayout layout_;
  DevRecord& record_;
};

}  // namespace

std::unique_ptr<Supervisor> MakeBackground(const DevLayout& layout, DevRecord& record) {
  return std::make_unique<Background>(layout, record);
}

}  // namespace edm::ctl
