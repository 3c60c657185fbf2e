#include <fmt/format.h>

#include "common/adapters/seal/sealed_stream.h"
#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/backup/new_file.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/passphrase.h"
#include "edmctl/os/interrupt.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

constexpr Millis kReadWait{500};
constexpr Millis kSilenceMax{60'000};  // of a master that sends nothing

// The number of bytes before they were sealed.
Result<std::uint64_t> Receive(Stream& stream, SealedWriter& writer, const Interrupt& interrupt) {
  std::uint64_t bytes = 0;
  Millis silent{0};
  v1::BackupPiece piece;
  for (;;) {
    if (interrupt.requested())
      return Error{Code::kCancelled, "backup", "it was interrupted", {}, "nothing was written"};
    const auto got = stream.Read(piece, kReadWait);
    if (got == Stream::Got::kEnd) break;
    silent = got == Stream::Got::kNothing ? silent + kReadWait : Millis(0);
    if (silent > kSilenceMax)
      return Error{Code::kDeadlineExceeded, "backup", "the master sends nothing more", {}, "edmctl status"};
    if (got != Stream::Got::kMessage) continue;
    bytes += piece.data().size();
    EDM_CHECK(writer.Write(piece.data()));
  }
  EDM_CHECK(stream.Finish());
  return bytes;
}

Result<int> Backup(Invocation& invocation) {
  const auto path = invocation.args.Text("file");
  EDM_TRY(const auto passphrase, ReadPassphrase(invocation, true));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(auto file, NewFile::Begin(path));
  EDM_TRY(auto writer,
          SealedWriter::Begin(passphrase, [&](std::string_view bytes) { return file.Write(bytes); }));
  const Interrupt interrupt;
  const auto stream = master->Open("Backup", v1::BackupRequest());
  EDM_TRY(const auto bytes, Receive(*stream, writer, interrupt));
  EDM_CHECK(writer.Finish());
  EDM_CHECK(file.Finish());
  if (invocation.json()) {
    invocation.Out(fmt::format("{{\"bytes\":{}}}\n", bytes));
  } else {
    invocation.Note(fmt::format("{} in {}, of mode 0600; without its passphrase it is worth nothing",
                                FormatBytes(bytes), path));
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> BackupCommands() {
  return {{"backup",
           "all that the master alone knows, in one sealed file",
           {{"file"}},
           {{kPassphraseFile, "FILE", "its first line is the passphrase (-: standard input)"}},
           Backup}};
}

}  // namespace edm::ctl
