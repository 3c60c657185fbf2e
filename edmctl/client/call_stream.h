#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "edmctl/client/stream.h"

namespace edm::ctl {

// What a call that failed means; where it failed on the way to `object`, with what to do about that.
Error ErrorOf(const grpc::Status& status, const std::string& object);

// A stream over gRPC's generic stub. gRPC's threads call the On… functions, which only note and wake; what
// comes is taken ahead of its reader, up to kAheadMax messages.
class CallStream final : public Stream, private grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static constexpr std::size_t kAheadMax = 256;

  // `object` is what an error without details is about.
  CallStream(grpc::GenericStub& stub, const std::string& path, std::string object);
  ~CallStream() override;

  Got Read(google::protobuf::Message& into, Millis wait) override;
  bool Write(const google::protobuf::Message& message) override;
  void WritesDone() override;
  Status Finish() override;
  void Cancel() override;

 private:
  enum class Pending { kIdle, kUnderWay, kClosed };

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnWritesDoneDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  const std::string object_;
  grpc::ClientContext context_;
  std::mutex mutex_;
  std::condition_variable changed_;
  grpc::ByteBuffer receiving_;
  std::deque<grpc::ByteBuffer> received_;
  grpc::ByteBuffer sent_;
  Pending reading_ = Pending::kIdle;
  Pending writing_ = Pending::kIdle;
  bool held_ = true;  // keeps the call from ending while we may start reads and writes
  bool done_ = false;
  bool damaged_ = false;
  grpc::Status status_;
};

}  // namespace edm::ctl
