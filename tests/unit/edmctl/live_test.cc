// What stands on a terminal while an operation runs and when it has ended.
#include <gtest/gtest.h>

#include "edmctl/output/progress.h"
#include "tests/unit/edmctl/screen.h"

namespace edm::ctl {
namespace {

constexpr Terminal kTerminal{.live = true, .unicode = true, .columns = 80};

WallTime At(int tenths) { return WallTime(Millis(1'000'000 + 100 * tenths)); }

void Set(google::protobuf::Timestamp& time, int tenths) {
  const auto ms = At(tenths).time_since_epoch().count();
  time.set_seconds(ms / 1000);
  time.set_nanos(static_cast<std::int32_t>(ms % 1000 * 1'000'000));
}

v1::OperationEvent Began(const std::string& name, int tenths) {
  v1::OperationEvent event;
  event.mutable_step()->set_name(name);
  event.mutable_step()->set_state(v1::Step::RUNNING);
  Set(*event.mutable_step()->mutable_started_at(), tenths);
  return event;
}

v1::OperationEvent Ended(const std::string& name, int from, int to, const std::string& detail,
                         v1::Step::State state = v1::Step::DONE) {
  auto event = Began(name, from);
  event.mutable_step()->set_state(state);
  event.mutable_step()->set_detail(detail);
  Set(*event.mutable_step()->mutable_ended_at(), to);
  return event;
}

v1::OperationEvent Said(const std::string& service, const std::string& text) {
  v1::OperationEvent event;
  event.mutable_log()->set_service(service);
  event.mutable_log()->set_text(text);
  return event;
}

class Live : public testing::Test {
 protected:
  Live() { screen_.Write("shop: 3 files\n"); }
  std::string On(const v1::OperationEvent& event, int tenths) {
    screen_.Write(progress_->On(event, At(tenths)));
    return screen_.Text();
  }
  std::string Tick(int tenths) {
    screen_.Write(progress_->Tick(At(tenths)));
    return screen_.Text();
  }

  std::unique_ptr<Progress> progress_ = MakeProgress(kTerminal, Mode::kHuman);
  Screen screen_;
};

TEST_F(Live, DrawsOverTheRunningStepAndNothingAboveIt) {
  EXPECT_EQ(On(Began("source", 0), 0),
            "shop: 3 files\n  ▸ source                                                    0.0 s\n");
  EXPECT_EQ(Tick(7), "shop: 3 files\n  ▸ source                                                    0.7 s\n");
  EXPECT_EQ(On(Ended("source", 0, 9, "a1c93fe"), 9),
            "shop: 3 files\n  ✓ source   a1c93fe                                          0.9 s\n");
  On(Began("build", 9), 9);
  EXPECT_EQ(On(Said("web", "RUN make"), 12),
            "shop: 3 files\n  ✓ source   a1c93fe                                          0.9 s\n"
            "  ▸ build                                                     0.3 s\n    web | RUN make\n");
}

TEST_F(Live, KeepsTheLastSixLinesOfABuildAndTakesThemAwayAtItsEnd) {
  On(Began("build", 0), 0);
  for (int i = 0; i < 9; ++i) On(Said("web", "line " + std::to_string(i)), i);
  EXPECT_EQ(Tick(10),
            "shop: 3 files\n  ▸ build                                                     1.0 s\n"
            "    web | line 3\n    web | line 4\n    web | line 5\n    web | line 6\n    web | line 7\n"
            "    web | line 8\n");
  EXPECT_EQ(On(Ended("build", 0, 14, "web 1.4 s"), 14),
            "shop: 3 files\n  ✓ build    web 1.4 s                                        1.4 s\n");
}

TEST_F(Live, ShowsThatThingsArePutBackAfterAFailure) {
  On(Began("start", 0), 0);
  On(Ended("start", 0, 100, "web unhealthy", v1::Step::FAILED), 100);
  EXPECT_EQ(On(Said("", "Container shop.web.1  Recreate"), 120),
            "shop: 3 files\n  ✗ start    web unhealthy                                   10.0 s\n"
            "  ▸ undo                                                      2.0 s\n"
            "    Container shop.web.1  Recreate\n");
  screen_.Write(progress_->Close());
  EXPECT_EQ(screen_.Text(),
            "shop: 3 files\n  ✗ start    web unhealthy                                   10.0 s\n");
}

}  // namespace
}  // namespace edm::ctl
