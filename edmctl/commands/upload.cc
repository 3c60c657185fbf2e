#include "edmctl/commands/upload.h"

#include "edmctl/source/archive.h"

namespace edm::ctl {
namespace {

constexpr Millis kDrawEvery{100};
constexpr Millis kAnswerWait{120'000};  // for the commit of what was uploaded

class Bar {
 public:
  Bar(const Invocation& invocation, std::uint64_t total)
      : invocation_(invocation),
        total_(total),
        shown_(invocation.error_terminal.live && invocation.mode == Mode::kHuman),
        drawn_at_(WallNow()) {}
  ~Bar() {
    if (drawn_) invocation_.Err(kEraseLine);
  }

  void Move(std::uint64_t done) {
    const auto now = WallNow();
    if (!shown_ || now - drawn_at_ < kDrawEvery) return;  // so a quick upload has no bar
    drawn_ = true;
    drawn_at_ = now;
    invocation_.Err(kEraseLine + RenderBar(invocation_.error_terminal, done, total_));
  }

 private:
  const Invocation& invocation_;
  const std::uint64_t total_;
  const bool shown_;
  bool drawn_ = false;
  WallTime drawn_at_;
};

Status SendAll(Invocation& invocation, Stream& stream, const google::protobuf::Message& first,
               const std::string& folder, const Scan& scan) {
  const std::unique_ptr<google::protobuf::Message> piece(first.New());
  const auto* data = first.GetDescriptor()->FindFieldByName("data");
  EDM_ASSERT(data != nullptr);
  Bar bar(invocation, scan.bytes);
  ArchiveSink sink;
  sink.on_piece = [&](std::string_view bytes) {
    piece->GetReflection()->SetString(piece.get(), data, std::string(bytes));
    return stream.Write(*piece);
  };
  sink.on_progress = [&](std::uint64_t done) { bar.Move(done); };
  EDM_CHECK(WriteArchive(folder, scan, sink));
  stream.WritesDone();
  return Ok();
}

}  // namespace

Status Upload(Invocation& invocation, const std::string& method, const google::protobuf::Message& first,
              const std::string& folder, const Scan& scan, google::protobuf::Message& answer) {
  EDM_TRY(auto* master, invocation.Master());
  const auto stream = master->Open(method, first);
  const auto sent = SendAll(invocation, *stream, first, folder, scan);
  if (!sent.ok() && sent.error().code != Code::kAborted) return sent;
  // A master that stops taking bytes says why at the end; that counts more than our broken stream.
  const auto got = stream->Read(answer, kAnswerWait);
  if (got == Stream::Got::kNothing) {
    return Error{Code::kDeadlineExceeded,
                 "the upload",
                 "was sent, but not answered",
                 {},
                 "edmctl op ls shows whether it goes on"};
  }
  EDM_CHECK(stream->Finish());
  if (got == Stream::Got::kMessage && sent.ok()) return Ok();
  if (!sent.ok()) return sent;
  return Error{
      Code::kInternal, "the upload", "ended without an answer", {}, "edmctl op ls shows whether it goes on"};
}

}  // namespace edm::ctl
