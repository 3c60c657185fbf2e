#include "master/api/services/incoming_source.h"

#include <utility>

namespace edm::master {

IncomingSource::IncomingSource(const ServiceParts& parts, CallPointer call, DataOf data_of,
                               OnStaged on_staged)
    : parts_(parts), call_(std::move(call)), data_of_(data_of), on_staged_(std::move(on_staged)) {}

void IncomingSource::Begin(std::string first_piece) {
  OnPool(parts_, call_, [self = shared_from_this(), piece = std::move(first_piece)] {
    auto upload = self->parts_.intake.Begin();
    if (!upload.ok()) return self->call_->Finish(upload.error());
    self->upload_ = std::move(upload).value();
    self->Take(piece);
  });
}

void IncomingSource::Take(const std::string& piece) {
  if (!piece.empty()) {
    if (auto written = upload_->Write(piece); !written.ok()) return call_->Finish(std::move(written));
  }
  ReadNext();
}

void IncomingSource::ReadNext() {
  call_->Read([self = shared_from_this()](const google::protobuf::Message* message) {
    if (message == nullptr) return OnPool(self->parts_, self->call_, [self] { self->Complete(); });
    OnPool(self->parts_, self->call_, [self, piece = self->data_of_(*message)] { self->Take(piece); });
  });
}

void IncomingSource::Complete() {
  auto staged = upload_->Finish();
  upload_.reset();
  if (!staged.ok()) return call_->Finish(staged.error());
  on_staged_(std::shared_ptr<StagedTree>(std::move(staged).value()));
}

}  // namespace edm::master
