#include "edmctl/commands/passphrase.h"

#include <unistd.h>

#include "common/adapters/seal/sealed_stream.h"
#include "edmctl/os/files.h"
#include "edmctl/os/prompt.h"
#include "edmctl/os/secret_prompt.h"

namespace edm::ctl {
namespace {

Result<std::string> FromFile(const std::string& path) {
  if (path == "-") {
    auto line = ReadLine(STDIN_FILENO);
    return line.value_or("");
  }
  EDM_TRY(const auto text, ReadFile(path, kPassphraseBytesMax + 1));
  return text.substr(0, text.find('\n'));
}

Result<std::string> Typed(bool twice) {
  const auto first = AskForSecret(twice ? "a passphrase for the backup: " : "passphrase of the backup: ");
  if (!first)
    return UsageError("nobody is there to type the passphrase",
                      "--passphrase-file FILE (- for standard input)");
  if (!twice) return *first;
  if (AskForSecret("the same again: ") == first) return *first;
  return Error{Code::kInvalidArgument, "passphrase", "the two are not the same", {}, "type it again"};
}

}  // namespace

Result<std::string> ReadPassphrase(Invocation& invocation, bool twice) {
  const auto path = invocation.args.Text("passphrase-file");
  EDM_TRY(auto passphrase, path.empty() ? Typed(twice) : FromFile(path));
  if (passphrase.ends_with('\r')) passphrase.pop_back();
  return passphrase;
}

}  // namespace edm::ctl
