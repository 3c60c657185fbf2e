#include "master/api/services/held_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edm::master {
namespace {

struct Seen {
  int nexts = 0;
  bool ended = false;
};

class ScriptedStream final : public WorkerStream {
 public:
  explicit ScriptedStream(Seen& seen) : seen_(seen) {}
  ~ScriptedStream() override { seen_.ended = true; }
  void Next() override { ++seen_.nexts; }
  void Write(ExecInput, std::function<void(bool)>) override {}

 private:
  Seen& seen_;
};

TEST(HeldStream, PassesRequestsOn) {
  Seen seen;
  HeldStream stream;
  EXPECT_TRUE(stream.Hold(std::make_unique<ScriptedStream>(seen)));
  EXPECT_EQ(seen.nexts, 0);
  stream.Next();
  stream.Next();
  EXPECT_EQ(seen.nexts, 2);
  EXPECT_NE(stream.Get(), nullptr);
}

// The worker's first message may be sent on before the call that opened the stream has come back.
TEST(HeldStream, RemembersARequestThatCameBeforeTheStream) {
  Seen seen;
  HeldStream stream;
  stream.Next();
  EXPECT_TRUE(stream.Hold(std::make_unique<ScriptedStream>(seen)));
  EXPECT_EQ(seen.nexts, 1);
}

TEST(HeldStream, EndsAStreamWhoseClientLeftBeforeItCame) {
  Seen seen;
  HeldStream stream;
  EXPECT_TRUE(stream.Drop());
  EXPECT_FALSE(stream.Hold(std::make_unique<ScriptedStream>(seen)));
  EXPECT_TRUE(seen.ended);
  EXPECT_EQ(stream.Get(), nullptr);
}

TEST(HeldStream, EndsTheStreamOnceWithItsClient) {
  Seen seen;
  HeldStream stream;
  stream.Hold(std::make_unique<ScriptedStream>(seen));
  EXPECT_TRUE(stream.Drop());
  EXPECT_TRUE(seen.ended);
  EXPECT_FALSE(stream.Drop());
  stream.Next();
  EXPECT_EQ(seen.nexts, 0);
}

}  // namespace
}  // namespace edm::master
