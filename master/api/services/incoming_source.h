#pragma once

#include <functional>
#include <memory>
#include <string>

#include "master/api/services/reply.h"

namespace edm::master {

// The files of a streamed upload, on their way into staging: reads the next piece only once the last one is
// on the disk, on the pool. A client that leaves leaves nothing: the upload goes with this object.
class IncomingSource : public std::enable_shared_from_this<IncomingSource> {
 public:
  using OnStaged = std::function<void(std::shared_ptr<StagedTree>)>;
  using DataOf = std::string (*)(const google::protobuf::Message&);

  // `on_staged` is called on the pool; errors end the call.
  IncomingSource(const ServiceParts& parts, CallPointer call, DataOf data_of, OnStaged on_staged);
  void Begin(std::string first_piece);

 private:
  void Take(const std::string& piece);
  void ReadNext();
  void Complete();

  const ServiceParts parts_;
  const CallPointer call_;
  const DataOf data_of_;
  const OnStaged on_staged_;
  std::unique_ptr<Upload> upload_;
};

}  // namespace edm::master
