// The parts of edmctl that only decide or render: no program is run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/text.h"
#include "edmctl/client/contexts.h"
#include "edmctl/commands/deploy_target.h"
#include "edmctl/commands/help_page.h"
#include "edmctl/commands/parse.h"
#include "edmctl/commands/variables.h"
#include "edmctl/output/footprint.h"
#include "edmctl/output/progress.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"
#include "edmctl/source/compose_needs.h"
#include "edmctl/source/ignore_rules.h"
#include "edmctl/source/instance_name.h"

namespace edm::ctl {
namespace {

using testing::HasSubstr;

TEST(ExitCodes, FollowTheCode) {
  const std::pair<Code, int> table[] = {
      {Code::kInvalidArgument, 2},   {Code::kNotFound, 3},         {Code::kPermissionDenied, 4},
      {Code::kUnauthenticated, 4},   {Code::kDeadlineExceeded, 6}, {Code::kCancelled, 7},
      {Code::kAlreadyExists, 8},     {Code::kAborted, 8},          {Code::kFailedPrecondition, 1},
      {Code::kResourceExhausted, 1}, {Code::kInternal, 1},         {Code::kUnknown, 1},
      {Code::kUnimplemented, 1},     {Code::kDataLoss, 1},         {Code::kOutOfRange, 1}};
  for (const auto& [code, exit] : table)
    EXPECT_EQ(ExitCodeOf(Error{code, "x", "y", {}, ""}), exit) << CodeName(code);
}

TEST(ExitCodes, TellAnAwayMasterFromAnAwayWorker) {
  EXPECT_EQ(ExitCodeOf(Error{Code::kUnavailable, "master at 127.0.0.1:8800", "cannot be reached", {}, ""}),
            5);
  EXPECT_EQ(ExitCodeOf(Error{Code::kUnavailable, "worker-2", "is away", {}, ""}), 1);
}

TEST(Footprints, SayHowLargeTheVolumesAre) {
  v1::Footprint footprint;
  footprint.add_containers("shop.web.1");
  footprint.add_images("edm/shop/web:r1");
  footprint.set_images_kib(3 * 1024);
  footprint.set_repo(true);
  auto* data = footprint.add_volumes();
  data->set_name("shop_data");
  data->set_size_kib(2048);
  footprint.add_volumes()->set_name("shop_cache");
  const auto text = RenderFootprint({.columns = 80}, "shop", footprint, false);
  EXPECT_THAT(text, HasSubstr("this goes with shop, for good:"));
  EXPECT_THAT(text, HasSubstr("shop_data  2.0 MiB"));
  EXPECT_THAT(text, HasSubstr("shop_cache  ?"));
  EXPECT_THAT(text, HasSubstr("1 image, up to 3.0 MiB"));
  EXPECT_THAT(RenderFootprint({.columns = 80}, "shop", footprint, true),
              HasSubstr("shop_data  2.0 MiB  (kept)"));
}

TEST(Terminals, AreDescribedByWhatTheySay) {
  const auto plain = DescribeTerminal({.is_tty = false, .term = "xterm", .locale = "C.UTF-8"});
  EXPECT_FALSE(plain.live || plain.color);
  EXPECT_TRUE(plain.unicode);
  EXPECT_FALSE(DescribeTerminal({.is_tty = true, .term = "dumb", .locale = "C"}).live);
  const auto quiet =
      DescribeTerminal({.is_tty = true, .columns = 120, .no_color = true, .term = "xterm", .locale = "C"});
  EXPECT_TRUE(quiet.live);
  EXPECT_FALSE(quiet.color || quiet.unicode);
  EXPECT_EQ(quiet.columns, 120U);
  EXPECT_EQ(DescribeTerminal({.is_tty = true, .columns = 10, .term = "xterm"}).columns, 40U);
}

TEST(Terminals, ShowNoEscapesOfOthers) {
  EXPECT_EQ(Harmless("a\x1b[31mb\x1b]0;title\x07"
                     "c\rd"),
            "abc d");
  const Terminal narrow{.live = true, .unicode = true, .columns = 40};
  EXPECT_EQ(Fitted(narrow, "añb and more", 4), "añb…");
}

TEST(Steps, FitAnyWidthOfTerminal) {
  v1::Step step;
  step.set_name("build");
  step.set_state(v1::Step::DONE);
  step.set_detail(std::string(200, 'x'));
  step.mutable_started_at()->set_seconds(10);
  step.mutable_ended_at()->set_seconds(3'700);
  for (const std::size_t columns : {40U, 60U, 80U, 200U}) {
    const auto line = RenderStep({.live = true, .unicode = true, .columns = columns}, step, WallTime());
    EXPECT_LE(Width(line), columns) << line;  // its end of line is one of them
    EXPECT_THAT(line, HasSubstr("1 h 1 min"));
  }
}

TEST(Tables, CutTheirLastColumnOnTerminalsOnly) {
  const std::vector<Row> rows = {{"a", std::string(100, 'x')}};
  EXPECT_LE(Width(RenderTable({.live = true, .columns = 80}, {"ID", "URL"}, rows)), 2 * 81U);
  EXPECT_THAT(RenderTable({.live = false, .columns = 80}, {"ID", "URL"}, rows),
              HasSubstr(std::string(100, 'x')));
}

struct Glob {
  const char* pattern;
  const char* path;
  bool matches;
};

TEST(Globs, MatchAsGitAndDockerSay) {
  const Glob table[] = {{"*.log", "a.log", true},
                        {"*.log", "a/b.log", false},
                        {"**/*.log", "a/b/c.log", true},
                        {"**/*.log", "c.log", true},
                        {"a/**", "a/b/c", true},
                        {"a/**", "a", false},
                        {"a/**/z", "a/z", true},
                        {"a/**/z", "a/b/c/z", true},
                        {"a?c", "abc", true},
                        {"a?c", "a/c", false},
                        {"[a-c]x", "bx", true},
                        {"[!a-c]x", "bx", false},
                        {"\\*", "*", true},
                        {"\\*", "a", false},
                        {"foo", "foobar", false},
                        {"[", "[", true},
                        {"*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false}};
  for (const auto& [pattern, path, matches] : table) {
    EXPECT_EQ(GlobMatches(pattern, path), matches) << pattern << " " << path;
  }
}

TEST(GitIgnore, DecidesByTheLastPatternThatMatches) {
  IgnoreRules rules;
  rules.AddGit("", "# comment\n*.log\n!keep.log\n/build\ncache/\nsrc/gen\n\\#odd\n");
  EXPECT_TRUE(rules.Ignores("a/b.log", false));
  EXPECT_FALSE(rules.Ignores("a/keep.log", false));
  EXPECT_TRUE(rules.Ignores("build", true));
  EXPECT_FALSE(rules.Ignores("a/build", true));
  EXPECT_TRUE(rules.Ignores("x/cache", true));
  EXPECT_FALSE(rules.Ignores("x/cache", false));
  EXPECT_TRUE(rules.Ignores("src/gen", true));
  EXPECT_FALSE(rules.Ignores("a/src/gen", true));
  EXPECT_TRUE(rules.Ignores("#odd", false));
  rules.AddGit("a", "!b.log\n");
  EXPECT_FALSE(rules.Ignores("a/b.log", false));
  EXPECT_TRUE(rules.Ignores("b.log", false));
}

TEST(DockerIgnore, IsAnchoredAndTakesBackInsideIgnoredFolders) {
  IgnoreRules rules;
  rules.AddDocker("node_modules\n**/*.tmp\n!node_modules/kept\n");
  EXPECT_TRUE(rules.Ignores("node_modules", true));
  EXPECT_FALSE(rules.Ignores("a/node_modules", true));
  EXPECT_TRUE(rules.Ignores("a/b.tmp", false));
  EXPECT_TRUE(rules.MayTakeBackInside());
  EXPECT_TRUE(rules.TakesBack("node_modules/kept/x"));
  EXPECT_FALSE(rules.TakesBack("node_modules/other"));
  IgnoreRules sets;
  sets.AddDocker("[!a]b\n[^x]y\n");
  EXPECT_TRUE(sets.Ignores("!b", false));
  EXPECT_FALSE(sets.Ignores("cb", false));
  EXPECT_TRUE(sets.Ignores("ay", false));
}

TEST(ComposeNeeds, AreFilesAndFoldersOfItsOwn) {
  const auto needs = NeedsOfCompose(
      "services:\n  web:\n    build: {context: ./web, dockerfile: Dockerfile.prod}\n"
      "    env_file: [a.env, {path: b.env}]\n    volumes: [./conf:/etc/conf, data:/data, /abs:/abs]\n"
      "secrets:\n  key: {file: ./key.pem}\n");
  std::vector<std::string> paths;
  for (const auto& need : needs) paths.push_back(need.path);
  EXPECT_THAT(paths, testing::ElementsAre("a.env", "b.env", "web", "web/Dockerfile.prod", "conf", "key.pem"));
  EXPECT_TRUE(NeedsOfCompose("services: [").empty());
}

TEST(InstanceNames, AreMadeOfFoldersAndUrls) {
  const std::pair<const char*, const char*> table[] = {{"/home/me/My Shop", "my-shop"},
                                                       {"https://git.example.org/team/Shop.git", "shop"},
                                                       {"git@host:shop.git", "shop"},
                                                       {"/a/b/", "b"},
                                                       {"/a/__x__", "x"},
                                                       {"/a/\xC3\xA4", ""}};
  for (const auto& [folder, id] : table) EXPECT_EQ(InstanceNameFrom(folder), id) << folder;
}

TEST(Targets, OfAnySchemeAreUrlsAndNotFolders) {
  for (const auto* url : {"https://h/x", "ssh://h/x", "FILE:///etc", "ftp://h/x", "ext::sh -c id", "git@h:x"})
    EXPECT_TRUE(LooksLikeGitUrl(url)) << url;
  for (const auto* folder : {"", ".", "shop", "./a://b", "/srv/x:y", "a:b", ":", "://x"})
    EXPECT_FALSE(LooksLikeGitUrl(folder)) << folder;
}

TEST(Targets, AreNeverAnotherFoldersInstance) {
  EXPECT_EQ(ChooseTarget({"/a/shop", "", "shop", std::nullopt, std::nullopt})->id, "shop");
  EXPECT_TRUE(ChooseTarget({"/a/shop", "", "shop", std::nullopt, std::nullopt})->must_be_new);
  EXPECT_FALSE(ChooseTarget({"/a/shop", "", "shop", "shop-1", std::nullopt})->must_be_new);
  const auto refused = ChooseTarget({"/a/shop", "", "shop", std::nullopt, "/b/shop", "shop-3"}).error();
  EXPECT_EQ(refused.code, Code::kAlreadyExists);
  EXPECT_THAT(refused.hint, HasSubstr("edmctl deploy --id shop-3;"));
  EXPECT_TRUE(ChooseTarget({"/a/shop", "shop", "shop", std::nullopt, "/b/shop"}).ok());
  EXPECT_EQ(ChooseTarget({"/a/shop", "../x", "", std::nullopt, std::nullopt}).error().code,
            Code::kInvalidArgument);
}

TEST(EnvironmentFiles, AreReadAsComposeReadsThem) {
  const auto read = ParseEnvironmentFile("x.env", "# no\nA=1\nexport B='two words'\nC=\"q\" \nD=v # why\n\n");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, (Environment{{"A", "1"}, {"B", "two words"}, {"C", "q"}, {"D", "v"}}));
  const auto broken = ParseEnvironmentFile("x.env", "A=1\nsecret value\n");
  EXPECT_EQ(broken.error().object, "x.env:2");
  EXPECT_EQ(ToString(broken.error()).find("secret"), std::string::npos);
}

TEST(ContextFiles, AreReadAsTheyWereWritten) {
  Contexts contexts;
  contexts.Put(
      {"team", "edm.example.org:8800", "https://edm.example.org:8080", "t: [", "-----BEGIN\nx\n", "ab"});
  contexts.Put({"dev", "127.0.0.1:8800", "http://127.0.0.1:8080", "x", "", ""});
  contexts.current = "team";
  const auto read = ParseContexts(PrintContexts(contexts));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->all, contexts.all);
  EXPECT_EQ(read->current, "team");
  EXPECT_FALSE(ParseContexts("contexts: [{name: x}]").ok());
}

TEST(ContextChoice, TheStrongestWins) {
  Contexts contexts;
  contexts.Put({"team", "edm:8800", "", "team-token", "ca", ""});
  contexts.Put({"dev", "127.0.0.1:8800", "", "dev-token", "", ""});
  contexts.current = "dev";
  EXPECT_EQ(ChooseContext(contexts, {})->name, "dev");
  EXPECT_EQ(ChooseContext(contexts, {.context_variable = "team"})->name, "team");
  const Context local{.master = "127.0.0.1:8800", .http = "http://127.0.0.1:8080"};
  EXPECT_EQ(HttpTold(local, "http://127.0.0.1:9080"), "http://127.0.0.1:9080");
  EXPECT_EQ(HttpTold(local, "http://0.0.0.0:9080"), "http://127.0.0.1:9080");
  EXPECT_EQ(HttpTold(local, ""), "http://127.0.0.1:8080");
  const Context remote{.master = "edm.example:8800", .http = "https://edm.example:8080", .ca = "PEM"};
  EXPECT_EQ(HttpTold(remote, "https://0.0.0.0:8443"), "https://edm.example:8443");
  EXPECT_EQ(HttpTold(remote, "http://127.0.0.1:8080"), "https://edm.example:8080");
  EXPECT_EQ(ChooseContext(contexts, {.context_flag = "dev", .context_variable = "team"})->name, "dev");
  const auto other = ChooseContext(contexts, {.master_variable = "10.0.0.1", .token_variable = "x"});
  EXPECT_EQ(other->master, "10.0.0.1:8800");
  EXPECT_EQ(other->token, "x");
  EXPECT_EQ(ChooseContext(contexts, {.master_flag = "10.0.0.9"})->token, "");  // no token of another master
  EXPECT_THAT(ChooseContext(contexts, {.context_flag = "taem"}).error().hint, HasSubstr("team"));
  EXPECT_EQ(ChooseContext({}, {}).error().code, Code::kInvalidArgument);
  EXPECT_EQ(ChooseContext(contexts, {.context_flag = "nobody"}).error().code, Code::kNotFound);
  EXPECT_EQ(ChooseContext(contexts, {.context_flag = "../x"}).error().code, Code::kInvalidArgument);
  EXPECT_EQ(ChooseContext(contexts, {.context_flag = "../x"}).error().object, "context '../x'");
}

struct Typed {
  std::vector<std::string> words;
  const char* hint;
};

TEST(CommandLine, SaysWhichVerbIsMeant) {
  const Typed table[] = {{{"rm", "shop"}, "edmctl delete"},
                         {{"ps"}, "edmctl ls"},
                         {{"destroy"}, "edmctl delete"},
                         {{"up"}, "edmctl deploy"},
                         {{"down"}, "edmctl stop"},
                         {{"run"}, "edmctl deploy"},
                         {{"push"}, "edmctl deploy"},
                         {{"list"}, "edmctl ls"},
                         {{"delpoy"}, "edmctl deploy"},
                         {{"op", "wtach", "x"}, "edmctl op watch"},
                         {{"op"}, "one of:"},
                         {{"deploy", "--untill", "built"}, "--until"},
                         {{"ls", "--jsno"}, "--json"},
                         {{"rm", "shop"}, "edmctl delete shop"},
                         {{"dev", "start"}, "edmctl dev up"},
                         {{"op", "list"}, "edmctl op ls"},
                         {{"show", "a", "b"}, "usage: edmctl show [ID]"},
                         {{"exec"}, "usage: edmctl exec [OPTIONS] TARGET -- COMMAND..."},
                         {{"exec", "shop", "ls", "-l"}, "stand behind --"},
                         {{"ls", "-x"}, "edmctl ls --help"},
                         {{"logs", "shop", "--tail"}, "edmctl logs --help"}};
  for (const auto& [words, hint] : table) {
    const auto parsed = ParseCommandLine(AllCommands(), words);
    ASSERT_FALSE(parsed.ok()) << words[0];
    EXPECT_EQ(ExitCodeOf(parsed.error()), 2);
    EXPECT_THAT(parsed.error().hint, HasSubstr(hint)) << words[0];
  }
}

TEST(CommandLine, TakesGlobalOptionsAnywhere) {
  const auto parsed =
      ParseCommandLine(AllCommands(), {"--context", "dev", "op", "--json", "watch", "op-1", "--quiet"});
  ASSERT_TRUE(parsed.ok()) << ToString(parsed.error());
  EXPECT_EQ(parsed->command->path, "op watch");
  EXPECT_EQ(parsed->arguments.Text("context"), "dev");
  EXPECT_EQ(parsed->arguments.Text("operation"), "op-1");
  EXPECT_TRUE(parsed->arguments.Has("json") && parsed->arguments.Has("quiet"));
}

TEST(CommandLine, GivesOperandsTheirNamesInOrder) {
  const auto logs = ParseCommandLine(AllCommands(), {"logs", "shop", "-f", "web", "db"});
  ASSERT_TRUE(logs.ok()) << ToString(logs.error());
  EXPECT_EQ(logs->arguments.Text("id"), "shop");
  EXPECT_EQ(logs->arguments.All("service"), (std::vector<std::string>{"web", "db"}));
  const auto rollback = ParseCommandLine(AllCommands(), {"rollback", "shop", "3"});
  ASSERT_TRUE(rollback.ok()) << ToString(rollback.error());
  EXPECT_EQ(rollback->arguments.Text("release"), "3");
  const auto exec = ParseCommandLine(AllCommands(), {"exec", "shop/web", "ls", "/srv"});
  ASSERT_TRUE(exec.ok()) << ToString(exec.error());
  EXPECT_EQ(exec->arguments.All("command"), (std::vector<std::string>{"ls", "/srv"}));
}

TEST(CommandLine, NamesTheOptionThatIsNotThere) {
  const auto cause = [](std::vector<std::string> words) {
    return ParseCommandLine(AllCommands(), words).error().cause;
  };
  EXPECT_EQ(cause({"logs", "-fx", "shop"}), "edmctl logs has no option -x");
  EXPECT_EQ(cause({"logs", "shop", "--tail"}), "edmctl logs: --tail wants LINES");
  EXPECT_EQ(cause({"show", "a", "b"}), "edmctl show: 'b' is one word too many");
  EXPECT_EQ(ParseCommandLine(AllCommands(), {"--version"})->command->path, "version");
}

TEST(Errors, MakeASentenceOfObjectAndCauseWhereTheyAreOne) {
  const Terminal plain;
  EXPECT_EQ(RenderError(plain, {Code::kNotFound, "shop/web", "not healthy in 60 s", {}, ""}),
            "error: shop/web not healthy in 60 s\n");
  EXPECT_EQ(
      RenderError(plain, {Code::kNotFound, "instance x", "there is none of that name", {}, "a \u2026 b"}),
      "error: instance x: there is none of that name\n  next   a ... b\n");
}

TEST(CommandLine, LeavesWhatStandsBehindTwoDashesAsItIs) {
  const auto parsed =
      ParseCommandLine(AllCommands(), {"exec", "-it", "shop/web", "--", "ls", "--help", "-l", "--json"});
  ASSERT_TRUE(parsed.ok()) << ToString(parsed.error());
  EXPECT_EQ(parsed->arguments.All("command"), (std::vector<std::string>{"ls", "--help", "-l", "--json"}));
  EXPECT_FALSE(parsed->arguments.Has("json"));
  EXPECT_TRUE(parsed->arguments.Has("interactive") && parsed->arguments.Has("tty"));
}

TEST(CommandLine, EveryVerbHasHelpWithExamples) {
  for (const auto& command : AllCommands())
    EXPECT_THAT(HelpText(command.Group()), HasSubstr("edmctl")) << command.path;
}

TEST(CommandLine, HelpFits80Columns) {
  auto pages = RenderOverview({}, AllCommands());
  for (const auto& command : AllCommands()) pages += RenderHelp({}, AllCommands(), command.Group()).value();
  for (const auto& line : Split(pages, '\n')) EXPECT_LE(Width(line), 80U) << line;
}

}  // namespace
}  // namespace edm::ctl
