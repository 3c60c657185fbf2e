#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "common/base/text.h"
#include "edmctl/remote/engine_setup.h"
#include "edmctl/remote/ssh_host.h"
#include "edmctl/remote/words.h"
#include "edmctl/remote/worker_setup.h"
#include "edmctl/remote/worker_teardown.h"
#include "tests/fakes/scripted_process_runner.h"

namespace edm::ctl {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// A machine in memory: knows a few programs, notes what was asked of it, and keeps files.
class ScriptedHost final : public RemoteHost {
 public:
  Result<Outcome> Run(const std::vector<std::string>& words, std::string_view input, Millis) override {
    EDM_CHECK(CheckWords(words));
    const auto line = Join(words, " ");
    lines.push_back(line);
    inputs.emplace_back(input);
    if (on_run) on_run(line);
    for (const auto& [beginning, outcome] : answers) {
      if (line.starts_with(beginning)) return outcome;
    }
    if (words[0] == "cat")
      return files.contains(words[1]) ? Outcome{0, files[words[1]], {}} : Outcome{1, "", {}};
    if (words[0] == "dd") files[words[1].substr(3)] = input;
    if (words[0] == "mv") files[words[2]] = files[words[1]];
    return Outcome{};
  }
  const std::string& name() const override { return name_; }

  // A bare Debian 12, at root's.
  void BeBare() {
    answers["id -u"] = {0, "0\n", {}};
    answers["dpkg --print-architecture"] = {0, "amd64\n", {}};
    answers["test -d /run/systemd/system"] = {1, "", {}};
    answers["apt-cache policy docker-compose"] = {
        0, "docker-compose:\n  Installed: (none)\n  Candidate: 1.29.2-3\n", {}};
    answers["ls -d"] = {2, "", {}};
    files["/etc/os-release"] =
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n";
    files["/etc/passwd"] = "root:x:0:0:root:/root:/bin/bash\n";
    files["/etc/group"] = "root:x:0:\n";
    Packages({"base-files", "openssh-server"});
  }
  void Packages(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += name + "\t\t\t\tinstall\n";
    answers["dpkg --get-selections"] = {0, text + "gone\tdeinstall\n", {}};
  }

  std::function<void(const std::string& line)> on_run;
  std::map<std::string, Outcome> answers;
  std::map<std::string, std::string> files;
  std::vector<std::string> lines;
  std::vector<std::string> inputs;

 private:
  const std::string name_ = "root@w1";
};

class Remote : public ::testing::Test {
 protected:
  Remote() { host_.BeBare(); }
  WorkerSetup Setup(const std::string& id = "w1") {
    return WorkerSetup(DebianHost::Enter(host_).value(), {.id = id, .master = "10.0.0.10:8801"}, say_);
  }
  ScriptedHost host_;
  SayStep say_ = [](const std::string&, const std::string&) {};
};

TEST(SshWords, MeanNothingToAShell) {
  EXPECT_TRUE(CheckWords({"apt-get", "install", "-y", "/var/lib/x/0.deb", "a=b", "u@h:1,2+3"}).ok());
  for (const auto* bad : {"",   "a b",  "a;b", "$(x)", "`x`", "a|b",  "a&b", "a>b", "a<b", "'",
                          "\"", "a\nb", "*",   "?",    "~",   "a\\b", "{a}", "#",   "!",   "\xc3\xa4"}) {
    EXPECT_FALSE(CheckWords({"echo", bad}).ok()) << bad;
  }
}

TEST(HostFacts, ReadWhatDebianSays) {
  EXPECT_EQ(ParseSelections("git\t\tinstall\nlibc6:amd64\tinstall\nold\tdeinstall\nheld\thold\n"),
            (std::set<std::string>{"git", "libc6"}));
  EXPECT_EQ(ParseAccounts("root:x:0\n\n:bad\nedm:x:1\n"), (std::set<std::string>{"edm", "root"}));
  EXPECT_EQ(MountsWithin({"/var/lib/docker"},
                         "a / x\na /var/lib/docker x\nb /var/lib/docker/o/merged x\nc /var/lib/dockerx x\n"),
            (std::vector<std::string>{"/var/lib/docker/o/merged", "/var/lib/docker"}));
  EXPECT_EQ(ParseCandidate("x:\n  Installed: (none)\n  Candidate: 2.26.1-4\n"), "2.26.1-4");
  EXPECT_EQ(ParseCandidate("x:\n  Candidate: (none)\n"), "");
  EXPECT_EQ(MirrorOf("Types: deb\nURIs: http://mirror.lan/debian/\n"), "http://mirror.lan/debian");
  EXPECT_EQ(MirrorOf("deb [signed-by=/k] https://m.example.org/debian bookworm main\n"),
            "https://m.example.org/debian");
  EXPECT_EQ(MirrorOf("deb file:/srv/debs ./\n"), "http://deb.debian.org/debian");
  EXPECT_TRUE(JudgeSystem(ParseOsRelease("ID=debian\nVERSION_ID=\"13\"\n")).ok());
  for (const auto* bad : {"ID=ubuntu\nVERSION_ID=\"22.04\"\n", "ID=debian\nVERSION_ID=\"11\"\n", ""}) {
    EXPECT_FALSE(JudgeSystem(ParseOsRelease(bad)).ok()) << bad;
  }
}

TEST(SetupJournal, UndoesWhatCameAndNothingElse) {
  SetupJournal journal{
      "w1", {{"a"}, {"root"}, {"root"}, {"/etc/docker"}}, {{"docker.io", "git"}, {}, {"docker"}, {}}, true};
  const HostInventory now{
      {"a", "docker.io", "vim"}, {"root", "ada"}, {"root", "docker", "ada"}, {"/etc/docker", "/etc/edm"}};
  EXPECT_EQ(ToUndo(journal, now), (HostInventory{{"docker.io"}, {}, {"docker"}, {"/etc/edm"}}))
      << "vim and ada came by somebody else; git is gone already; /etc/docker was there before";
  journal.finished = false;
  EXPECT_EQ(ToUndo(journal, now).packages, (std::set<std::string>{"docker.io", "vim"}));
  const auto again = ParseJournal(PrintJournal(journal));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->before, journal.before);
  EXPECT_EQ(again->added, journal.added);
  EXPECT_EQ(ParseJournal("{}").error().code, Code::kDataLoss);
}

TEST(WorkerConfig, QuotesWhatItWrites) {
  const auto text = WorkerConfig({.id = "w1",
                                  .master = "10.0.0.10:8801",
                                  .public_address = "10.0.0.11",
                                  .labels = {{"group.web", "true"}, {"note", "a: b"}}});
  EXPECT_THAT(text,
              HasSubstr("id: \"w1\"\nmaster: \"10.0.0.10:8801\"\npublic_address: \"10.0.0.11\"\nlabels:\n"));
  EXPECT_THAT(text, HasSubstr("  \"group.web\": \"true\"\n  \"note\": \"a: b\"\n"));
}

TEST_F(Remote, SetsUpABareMachineAndKeepsTheTokenOffTheCommandLine) {
  auto setup = Setup();
  ASSERT_TRUE(setup.Check().ok());
  EXPECT_THAT(host_.files[kSetupJournal], HasSubstr("openssh-server"));
  host_.Packages({"base-files", "openssh-server", "docker.io", "edm-worker"});
  host_.answers["docker version"] = {0, "", {}};
  const auto installed = setup.Install();
  ASSERT_TRUE(installed.ok()) << ToString(installed.error());
  EXPECT_THAT(host_.files["/etc/apt/preferences.d/edm-extra"], HasSubstr("Package: docker-compose"));
  EXPECT_EQ(ParseJournal(host_.files[kSetupJournal])->added.packages,
            (std::set<std::string>{"docker.io", "edm-worker"}));
  ASSERT_TRUE(setup.Configure().ok());
  ASSERT_TRUE(setup.Join("edmw_secret").ok());
  ASSERT_TRUE(setup.Start().ok());
  for (const auto& line : host_.lines) EXPECT_EQ(line.find("edmw_secret"), std::string::npos) << line;
  EXPECT_THAT(host_.inputs, Contains("edmw_secret\n"));
  EXPECT_THAT(host_.lines, Contains(HasSubstr("start-stop-daemon --start --background")));
}

TEST(PreparedConfig, KeepsWhatTheMachineSays) {
  EXPECT_THAT(PreparedConfig("")->value(), HasSubstr("\"iptables\": false"));
  const auto kept = PreparedConfig(R"({"cgroup-parent": "/x", "live-restore": false})")->value();
  EXPECT_THAT(kept, HasSubstr("\"cgroup-parent\": \"/x\""));
  EXPECT_THAT(kept, HasSubstr("\"live-restore\": false"));
  EXPECT_FALSE(PreparedConfig(R"({"iptables": true})")->has_value())
      << "whoever wrote that wants the engine's rules";
  for (const auto* bad : {"{", "[]", "1"}) {
    EXPECT_EQ(PreparedConfig(bad).error().code, Code::kFailedPrecondition) << bad;
  }
}

TEST_F(Remote, PreparesTheEngineThatItInstalls) {
  constexpr auto kDaemon = "/etc/docker/daemon.json";
  const std::string own = R"({"cgroup-parent": "/x"})";
  host_.files[kDaemon] = own;
  host_.answers["docker version"] = {1, "", {}};
  // It starts with what it finds when it is installed.
  std::string at_install;
  host_.on_run = [&](const std::string& line) {
    if (line.find(" docker.io") == std::string::npos) return;
    at_install = host_.files[kDaemon];
    host_.answers["docker version"] = {0, "", {}};
  };
  {
    // It breaks off when the file is half done: what was there is on record by then.
    host_.answers["mv /etc/docker"] = {1, "", {"mv: no space"}};
    auto setup = Setup();
    ASSERT_TRUE(setup.Check().ok());
    EXPECT_FALSE(setup.Install().ok());
    EXPECT_EQ(ParseJournal(host_.files[kSetupJournal])->engine_config, own);
    host_.answers.erase("mv /etc/docker");
  }
  {
    auto setup = Setup();
    ASSERT_TRUE(setup.Check().ok());
    host_.answers["env DEBIAN_FRONTEND=noninteractive apt-get -q -y install"] = {100, "", {"E: 404"}};
    EXPECT_FALSE(setup.Install().ok());
    host_.answers.erase("env DEBIAN_FRONTEND=noninteractive apt-get -q -y install");
  }
  auto setup = Setup();  // after it broke off, with the engine there
  ASSERT_TRUE(setup.Check().ok() && setup.Install().ok() && setup.Configure().ok());
  EXPECT_THAT(at_install, HasSubstr("\"iptables\": false"));
  EXPECT_THAT(host_.lines, Contains("nft -f /usr/lib/edm/network.nft"));
  EXPECT_THAT(host_.files["/etc/edm/worker.yaml"], HasSubstr("networks:\n  max: 1000\n"));
  auto host = DebianHost::Enter(host_).value();
  ASSERT_TRUE(TearDownWorker(host, FindJournal(host).value(), say_).ok());
  EXPECT_EQ(host_.files[kDaemon], own);
  EXPECT_THAT(host_.lines, Contains("nft delete table inet edm_network"));
}

TEST_F(Remote, LetsAnEngineThatAnswersBe) {
  host_.answers["docker version"] = {0, "", {}};
  auto setup = Setup();
  ASSERT_TRUE(setup.Check().ok() && setup.Install().ok());
  for (const auto& line : host_.lines) EXPECT_EQ(line.find(" docker.io"), std::string::npos) << line;
  EXPECT_FALSE(host_.files.contains("/etc/docker/daemon.json"));
  ASSERT_TRUE(setup.Configure().ok());
  EXPECT_THAT(host_.files["/etc/edm/worker.yaml"], ::testing::Not(HasSubstr("networks")));
}

TEST_F(Remote, AsksForNewPackageListsOnlyWhenTheOldOnesDoNotDo) {
  host_.answers["docker version"] = {0, "", {}};
  host_.answers["apt-cache policy docker-compose"] = {0, "docker-compose:\n  Candidate: 2.26.1-4\n", {}};
  const auto updates = [&] {
    return std::ranges::count_if(host_.lines, [](const auto& line) { return line.ends_with(" -y update"); });
  };
  auto setup = Setup();
  ASSERT_TRUE(setup.Check().ok() && setup.Install().ok());
  EXPECT_EQ(updates(), 0);
  host_.answers["env DEBIAN_FRONTEND=noninteractive apt-get -q -y install"] = {100, "", {"E: 404"}};
  EXPECT_FALSE(setup.Install().ok());
  EXPECT_EQ(updates(), 1);
}

TEST_F(Remote, StartsAnEngineWhoseOwnScriptGivesUp) {
  host_.answers["docker version"] = {1, "", {}};
  host_.answers["service docker start"] = {2, "", {"ulimit: error setting limit"}};
  // It answers once it was asked to start.
  host_.on_run = [this](const std::string& line) {
    if (line.find("/usr/sbin/dockerd") != std::string::npos) host_.answers["docker version"] = {0, "", {}};
  };
  auto setup = Setup();
  ASSERT_TRUE(setup.Check().ok());
  const auto installed = setup.Install();
  EXPECT_TRUE(installed.ok()) << ToString(installed.error());
}

TEST_F(Remote, RefusesMachinesThatItCannotMakeAWorker) {
  host_.files["/etc/os-release"] = "ID=alpine\nPRETTY_NAME=\"Alpine\"\n";
  EXPECT_EQ(Setup().Check().error().code, Code::kFailedPrecondition);
  host_.BeBare();
  host_.Packages({"edm-worker"});
  EXPECT_EQ(Setup().Check().error().code, Code::kAlreadyExists);
  host_.BeBare();
  ASSERT_TRUE(Setup("w1").Check().ok());
  EXPECT_TRUE(Setup("w1").Check().ok()) << "it broke off, and goes on";
  EXPECT_EQ(Setup("w2").Check().error().code, Code::kAlreadyExists);
  host_.answers["id -u"] = {0, "1000\n", {}};
  host_.answers["sudo -n -- true"] = {1, "", {"sudo: a password is required"}};
  EXPECT_EQ(DebianHost::Enter(host_).error().code, Code::kPermissionDenied);
}

TEST_F(Remote, PutsSudoBeforeEverythingWhereItIsNotRoot) {
  host_.answers["id -u"] = {0, "1000\n", {}};
  auto host = DebianHost::Enter(host_);
  ASSERT_TRUE(host.ok());
  host_.lines.clear();
  ASSERT_TRUE(host->WriteFile("/etc/edm/x", "text", "600").ok());
  ASSERT_FALSE(host_.lines.empty());
  for (const auto& line : host_.lines) EXPECT_TRUE(line.starts_with("sudo -n -- ")) << line;
}

TEST_F(Remote, SaysWhatAProgramThereSaid) {
  host_.answers["apt-get"] = {100, "", {"E: Unable to locate package"}};
  auto host = DebianHost::Enter(host_).value();
  const auto failed = host.Do({"apt-get", "install", "x"}, "packages");
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().evidence, std::vector<std::string>{"E: Unable to locate package"});
}

TEST_F(Remote, TakesAwayWhatItPutThere) {
  auto host = DebianHost::Enter(host_).value();
  EXPECT_EQ(FindJournal(host).error().code, Code::kFailedPrecondition);
  ASSERT_TRUE(Setup().Check().ok());
  SetupJournal journal = ParseJournal(host_.files[kSetupJournal]).value();
  journal.added = {{"docker.io", "edm-worker"}, {}, {"docker"}, {}};
  journal.finished = true;
  host_.files[kSetupJournal] = PrintJournal(journal);
  host_.Packages({"base-files", "openssh-server", "docker.io", "edm-worker", "vim"});
  host_.files["/etc/group"] += "docker:x:99:\n";
  host_.answers["ls -d"] = {2, "/etc/edm\n/var/lib/docker\n", {}};
  host_.files["/proc/mounts"] = "/dev/sda / ext4 rw 0 0\n/dev/sda /var/lib/docker ext4 rw 0 0\n";
  host_.lines.clear();
  const auto found = FindJournal(host);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->worker, "w1");
  const auto gone = TearDownWorker(host, *found, say_);
  ASSERT_TRUE(gone.ok()) << ToString(gone.error());
  EXPECT_THAT(host_.lines, Contains(HasSubstr("purge edm-worker")));
  EXPECT_THAT(host_.lines, Contains(HasSubstr("purge docker.io")));
  EXPECT_THAT(host_.lines, Contains("rm -rf --one-file-system -- /etc/edm /var/lib/docker"));
  EXPECT_THAT(host_.lines, Contains("umount -- /var/lib/docker"));
  EXPECT_THAT(host_.lines, Contains("groupdel docker"));
  EXPECT_EQ(host_.lines.back(), "rm -rf -- /var/lib/edm-setup");
  for (const auto& line : host_.lines) EXPECT_EQ(line.find("vim"), std::string::npos) << line;
}

TEST(SshHost, SaysWhyItCouldNotConnect) {
  EXPECT_EQ(NoConnection("h", "ssh: connect to host h port 22: Connection refused").code, Code::kUnavailable);
  const auto unknown =
      NoConnection("h", "No ED25519 host key is known for h.\nHost key verification failed.");
  EXPECT_EQ(unknown.code, Code::kPermissionDenied);
  EXPECT_THAT(unknown.hint, HasSubstr("--accept-new"));
  const auto changed = NoConnection(
      "h", "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.");
  EXPECT_EQ(changed.code, Code::kPermissionDenied);
  EXPECT_THAT(changed.cause, HasSubstr("another one than before"));
  EXPECT_EQ(NoConnection("h", "root@h: Permission denied (publickey).").code, Code::kPermissionDenied);
}

TEST(SshHost, AsksForNothingAndNeverTakesAChangedKey) {
  ScriptedProcessRunner runner;
  runner.Add({.words = {"-M", "-N"}, .err = "Host key verification failed.\n", .end = {.exit_code = 255}});
  const auto refused = SshHost::Connect(runner, {"root", "10.0.0.1", 2222}, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
  const auto argv = runner.calls().front().argv;
  EXPECT_THAT(argv, Contains("BatchMode=yes"));
  EXPECT_THAT(argv, Contains("StrictHostKeyChecking=yes"));
  const auto end = std::find(argv.begin(), argv.end(), "--");
  ASSERT_EQ(argv.end() - end, 2);
  EXPECT_EQ(argv.back(), "10.0.0.1");
}

}  // namespace
}  // namespace edm::ctl
