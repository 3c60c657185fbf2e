#include "master/api/services/operation_wait.h"

#include <gtest/gtest.h>

#include <atomic>

#include "master/adapters/event_log/file_event_log.h"
#include "tests/fakes/manual_executor.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::master {
namespace {

// A view that the test sets; the log says nothing, as on a master that follows.
class ShownCluster final : public Cluster {
 public:
  void Submit(Command, Answer) override {}
  void Report(master::Report, Answer) override {}
  std::shared_ptr<const State> View() const override {
    const std::lock_guard lock(mutex_);
    return view_;
  }
  void Show(const std::string& operation, OperationState state) {
    auto record = std::make_shared<OperationRecord>();
    record->operation.state = state;
    auto view = std::make_shared<State>();
    view->operations.Put(operation, std::move(record));
    const std::lock_guard lock(mutex_);
    view_ = std::move(view);
  }
  void ShowNothing() {
    const std::lock_guard lock(mutex_);
    view_ = std::make_shared<State>();
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const State> view_ = std::make_shared<State>();
};

class Waiting : public testing::Test {
 protected:
  Waiting() : log_(FileEventLog::Open(folder_.path()).value()), wait_(cluster_, *log_, pool_) {
    cluster_.Show("op-1", OperationState::kRunning);
  }
  bool IsAnswered(Millis within) {
    const auto end = std::chrono::steady_clock::now() + within;
    while (answers_ == 0 && std::chrono::steady_clock::now() < end) {
      pool_.RunAll();
      std::this_thread::sleep_for(Millis(5));
    }
    return answers_ == 1;
  }
  void Begin(Millis timeout) {
    wait_.Begin("op-1", timeout, [this] { ++answers_; });
  }

  TemporaryFolder folder_;
  std::unique_ptr<FileEventLog> log_;
  ShownCluster cluster_;
  ManualExecutor pool_;
  std::atomic<int> answers_ = 0;
  OperationWait wait_;
};

TEST_F(Waiting, EndsWithTheOperationThoughNoLogSaysSo) {
  Begin(Millis(60'000));
  EXPECT_FALSE(IsAnswered(Millis(50)));
  cluster_.Show("op-1", OperationState::kDone);
  EXPECT_TRUE(IsAnswered(Millis(10'000)));
}

TEST_F(Waiting, EndsWhenTheOperationIsForgotten) {
  Begin(Millis(60'000));
  cluster_.ShowNothing();
  EXPECT_TRUE(IsAnswered(Millis(10'000)));
}

TEST_F(Waiting, OutlastsAMasterThatLeadsNoMore) {
  Begin(Millis(60'000));
  log_->WakeAll();
  EXPECT_FALSE(IsAnswered(2 * OperationWait::kLookEvery));
}

TEST_F(Waiting, EndsWithItsTime) {
  Begin(Millis(30));
  EXPECT_TRUE(IsAnswered(Millis(10'000)));
}

}  // namespace
}  // namespace edm::master
