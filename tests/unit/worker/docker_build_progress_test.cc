#include <gtest/gtest.h>

#include "buildkit_status.pb.h"
#include "worker/adapters/docker/build/build_progress.h"

namespace edm::worker {
namespace {

class Progress : public ::testing::Test {
 protected:
  void Step(const std::string& digest, const std::string& name, bool ended, bool cached = false,
            const std::string& error = "") {
    buildkit::StatusResponse status;
    auto* vertex = status.add_vertexes();
    vertex->set_digest(digest);
    vertex->set_name(name);
    vertex->mutable_started()->set_seconds(1);
    if (ended) vertex->mutable_completed()->set_seconds(2);
    vertex->set_cached(cached);
    vertex->set_error(error);
    progress_.Feed(status.SerializeAsString());
  }
  void Output(const std::string& digest, const std::string& bytes) {
    buildkit::StatusResponse status;
    auto* log = status.add_logs();
    log->set_vertex(digest);
    log->set_msg(bytes);
    progress_.Feed(status.SerializeAsString());
  }

  std::vector<std::string> lines_;
  BuildProgress progress_{[this](std::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(Progress, PrintsStepsAndTheirOutputButNothingInternal) {
  Step("i", "[internal] load build definition", true);
  Step("a", "[1/2] RUN make", false);
  Output("a", "compi");
  Output("a", "ling\r\n10%\r20%\rdone\nlast");
  Step("a", "[1/2] RUN make", true);
  Step("b", "[2/2] COPY . /", true, true);
  EXPECT_EQ(lines_,
            (std::vector<std::string>{"[1/2] RUN make", "[1/2] RUN make: compiling", "[1/2] RUN make: done",
                                      "[1/2] RUN make: last", "[2/2] COPY . /", "[2/2] COPY . /: cached"}));
}

TEST_F(Progress, KnowsWhetherAllWasCached) {
  EXPECT_FALSE(progress_.all_cached());
  Step("a", "[1/2] RUN make", true, true);
  Step("x", "exporting to image", true);
  EXPECT_TRUE(progress_.all_cached());
  Step("b", "[2/2] COPY . /", true, false);
  EXPECT_FALSE(progress_.all_cached());
}

TEST_F(Progress, NamesTheStepThatFailedWithExitCodeAndLastLines) {
  Step("a", "[2/3] RUN make", false);
  for (int i = 0; i < 80; ++i) Output("a", "line " + std::to_string(i) + "\n");
  const std::string message = "executor failed running [/bin/sh -c make]: exit code: 2";
  Step("b", "[web 1/2] RUN other", true, false, "context canceled");
  Step("a", "[2/3] RUN make", true, false, message);
  const auto error = progress_.Failure("web", message);
  EXPECT_EQ(error.object, "build of web");
  EXPECT_EQ(error.cause, "[2/3] RUN make ended with 2");
  ASSERT_EQ(error.evidence.size(), BuildProgress::kLinesKeptMax);
  EXPECT_EQ(error.evidence.back(), "line 79");
  EXPECT_FALSE(error.hint.empty());
}

TEST_F(Progress, TellsWhenAStepWasKilled) {
  const std::string message = "executor failed running [/bin/sh -c make]: exit code: 137";
  Step("a", "[2/3] RUN make", true, false, message);
  const auto error = progress_.Failure("web", message);
  EXPECT_EQ(error.cause, "[2/3] RUN make ended with 137 (killed)");
  EXPECT_NE(error.hint.find("memory"), std::string::npos);
}

TEST_F(Progress, AFullDiskOfTheEngineIsNoFaultOfTheSource) {
  const auto error = progress_.Failure("web", "failed to copy files: write /x: no space left on device");
  EXPECT_EQ(error.code, Code::kResourceExhausted);
  EXPECT_EQ(progress_.Failure("web", "exit code: 2").code, Code::kFailedPrecondition);
}

TEST_F(Progress, SkipsWhatIsNoStatus) {
  progress_.Feed("\xFF\xFF\xFF garbage");
  EXPECT_TRUE(lines_.empty());
  EXPECT_EQ(progress_.Failure("web", "dockerfile parse error line 2").cause, "dockerfile parse error line 2");
}

}  // namespace
}  // namespace edm::worker
