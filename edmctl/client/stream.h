#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <optional>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm::ctl {

// One streaming call. One thread may read while another writes; Cancel from any thread. Destroying it
// cancels.
class Stream {
 public:
  enum class Got { kMessage, kNothing, kEnd };

  virtual ~Stream() = default;
  // Waits at most `wait`; kEnd: there will be no more, Finish says why. Bytes that are no such message end
  // it.
  virtual Got Read(google::protobuf::Message& into, Millis wait) = 0;
  // Blocks until the message is on its way; false when the call has ended.
  virtual bool Write(const google::protobuf::Message& message) = 0;
  virtual void WritesDone() = 0;
  // Blocks until the call ended. May be asked again.
  virtual Status Finish() = 0;
  virtual void Cancel() = 0;
};

}  // namespace edm::ctl
