#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "master/api/git/cgi_reply.h"
#include "master/api/git/git_route.h"
#include "master/core/git/hook_wire.h"
#include "master/core/git/pkt_line.h"
#include "master/core/git/transfer_wire.h"

namespace edm::master {
namespace {

TEST(GitRoute, KnowsTheThreeRequestsOfTheSmartProtocol) {
  using Service = GitRoute::Service;
  struct Row {
    const char* method;
    const char* path;
    const char* query;
    Service service;
    bool advertises;
  };
  for (const auto& row :
       {Row{"GET", "/git/Ann/shop.git/info/refs", "service=git-upload-pack", Service::kRead, true},
        Row{"GET", "/git/Ann/shop.git/info/refs", "service=git-receive-pack", Service::kWrite, true},
        Row{"POST", "/git/Ann/shop.git/git-upload-pack", "", Service::kRead, false},
        Row{"POST", "/git/Ann/shop.git/git-receive-pack", "", Service::kWrite, false}}) {
    const auto route = FindGitRoute(row.method, row.path, row.query);
    ASSERT_TRUE(route.ok()) << row.path;
    EXPECT_EQ(route->service, row.service);
    EXPECT_EQ(route->advertises, row.advertises);
    EXPECT_EQ(route->repo, (RepoName{"Ann", "shop"}));
  }
}

TEST(GitRoute, RefusesEverythingElse) {
  struct Row {
    const char* method;
    const char* path;
    const char* query;
    Code code;
  };
  const auto none = Code::kNotFound;
  const auto bad = Code::kInvalidArgument;
  const auto verb = Code::kUnimplemented;
  for (const auto& row : {Row{"GET", "/git/ann/shop.git/HEAD", "", none},
                          Row{"GET", "/git/ann/shop.git/objects/info/packs", "", none},
                          Row{"GET", "/git/ann/shop.git/objects/12/34", "", none},
                          Row{"GET", "/git/ann/shop.git/config", "", none},
                          Row{"GET", "/git/ann/shop/info/refs", "service=git-upload-pack", none},
                          Row{"GET", "/git/../../etc/shop.git/info/refs", "", none},
                          Row{"GET", "/git//shop.git/git-upload-pack", "", bad},
                          Row{"POST", "/git/../shop.git/git-upload-pack", "", bad},
                          Row{"POST", "/git/ann/...git/git-upload-pack", "", bad},
                          Row{"POST", "/git/ann/%2e%2e.git/git-upload-pack", "", bad},
                          Row{"POST", "/git/-ann/shop.git/git-upload-pack", "", bad},
                          Row{"POST", "/git/.read-key/shop.git/git-upload-pack", "", bad},
                          Row{"GET", "/git/ann/shop.git/info/refs", "", bad},
                          Row{"GET", "/git/ann/shop.git/info/refs", "service=git-upload-archive", bad},
                          Row{"GET", "/git/ann/shop.git/info/refs", "service=git-upload-pack&x=y", bad},
                          Row{"GET", "/git/ann/shop.git/git-upload-pack", "", verb},
                          Row{"DELETE", "/git/ann/shop.git/git-receive-pack", "", verb},
                          Row{"POST", "/git/ann/shop.git/git-upload-archive", "", none}}) {
    const auto route = FindGitRoute(row.method, row.path, row.query);
    ASSERT_FALSE(route.ok()) << row.path;
    EXPECT_EQ(route.error().code, row.code) << row.path;
  }
}

TEST(BasicAuth, GivesUserAndPassword) {
  const auto given = ParseBasic("basic " + ToBase64("any:se:cret"));
  ASSERT_TRUE(given);
  EXPECT_EQ(given->user, "any");
  EXPECT_EQ(given->password, "se:cret");
  for (const auto* wrong : {"", "Basic", "Basic !!!!", "Bearer abc", "Basic YWJj"})
    EXPECT_FALSE(ParseBasic(wrong));
}

TEST(CgiReply, ReadsAHeadThatComesInPieces) {
  CgiReply reply;
  std::string body;
  EXPECT_FALSE(*reply.Add("Status: 404 Not Found\r\nContent-", &body));
  EXPECT_TRUE(*reply.Add("Type: text/plain\r\n\r\nthe rest", &body));
  EXPECT_EQ(reply.head().status, 404);
  EXPECT_EQ(reply.head().headers.Get("content-type"), "text/plain");
  EXPECT_EQ(body, "the rest");
}

TEST(CgiReply, RefusesWhatIsNoHead) {
  std::string body;
  EXPECT_FALSE(CgiReply().Add("no colon\n\n", &body).ok());
  EXPECT_FALSE(CgiReply().Add("Status: 99999\n\n", &body).ok());
  EXPECT_FALSE(CgiReply().Add(std::string(20'000, 'x'), &body).ok());
}

TEST(PktLine, FramesAsGitDoes) {
  EXPECT_EQ(PktLine("ok refs/heads/main"), "0016ok refs/heads/main");
  EXPECT_EQ(*PktLength("0016"), 0x16U);
  EXPECT_EQ(*PktLength("0000"), 0U);
  for (const auto* wrong : {"0001", "0003", "zzzz", "ffff", "-001"})
    EXPECT_FALSE(PktLength(wrong).ok()) << wrong;
}

TEST(HookWire, BringsRequestsAndRepliesAcross) {
  const HookRequest request{
      "Ann", "shop", "ann laptop", {{std::string(40, '0'), std::string(40, 'a'), "refs/heads/x"}}};
  const auto text = EncodeHookRequest(request);
  EXPECT_TRUE(text.ends_with("\n\n"));
  const auto read = DecodeHookRequest(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->actor, "ann laptop");
  EXPECT_EQ(read->refs[0].name, "refs/heads/x");
  const auto shown = DecodeHookReply("show   a line");
  EXPECT_EQ(shown->text, "  a line");
  const auto rejected = DecodeHookReply(
      std::string(Trim(EncodeHookReply({HookReply::Kind::kRejected, "refs/heads/x", "a\nb"}))));
  EXPECT_EQ(rejected->ref, "refs/heads/x");
  EXPECT_EQ(rejected->text, "a b");
  EXPECT_FALSE(DecodeHookReply("what").has_value());
  for (const auto* wrong : {"", "owner a\n", "owner a\ninstance b\nref x y z\n", "junk\n"}) {
    EXPECT_FALSE(DecodeHookRequest(wrong).ok());
  }
}

TEST(TransferWire, BringsRequestsAcrossAndNoLineMore) {
  TransferRequest request;
  request.action = TransferRequest::Action::kPush;
  request.url = "http://host/x.git";
  request.password = "se cret";
  request.refspecs = {"+refs/heads/a:refs/heads/a", ":refs/heads/b"};
  request.bytes_max = 12;
  const auto read = DecodeTransfer(*EncodeTransfer(request));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->action, request.action);
  EXPECT_EQ(read->password, request.password);
  EXPECT_EQ(read->refspecs, request.refspecs);
  EXPECT_EQ(read->bytes_max, 12U);
  request.user = "x\npassword y";
  EXPECT_FALSE(EncodeTransfer(request).ok());
  EXPECT_FALSE(DecodeTransfer("nonsense").ok());
}

TEST(TransferWire, BringsOutcomesAcross) {
  EXPECT_TRUE(DecodeOutcome(EncodeOutcome(Ok())).ok());
  const Error error{Code::kNotFound, "git URL http://h", "no such\nthing", {}, "look"};
  const auto read = DecodeOutcome(EncodeOutcome(error));
  EXPECT_EQ(read.error().code, Code::kNotFound);
  EXPECT_EQ(read.error().cause, "no such thing");
  EXPECT_EQ(DecodeOutcome("").error().code, Code::kInternal);
}

}  // namespace
}  // namespace edm::master
