#include "master/app/words.h"

#include "common/base/text.h"
#include "edm/v1/model.pb.h"

namespace edm::master {

std::string KindWord(OperationKind kind) {
  return Folded(v1::Operation::Kind_Name(static_cast<v1::Operation::Kind>(kind)));
}

std::string StateWord(OperationState state) {
  return Folded(v1::Operation::State_Name(static_cast<v1::Operation::State>(state)));
}

std::string StateWord(WorkerState state) {
  return Folded(v1::Worker::State_Name(static_cast<v1::Worker::State>(state)));
}

}  // namespace edm::master
