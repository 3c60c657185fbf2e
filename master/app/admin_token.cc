#include "master/app/admin_token.h"

#include <future>

#include "common/base/bytes.h"
#include "common/rpc/secret_file.h"
#include "master/api/services/token_text.h"

namespace edm::master {

Status EnsureAdminToken(Cluster& cluster, const Secrets& secrets, Entropy& entropy,
                        const std::filesystem::path& file) {
  const auto view = cluster.View();
  for (const auto& [id, token] : view->tokens.all()) {
    if (token->kind == TokenKind::kPerson) return Ok();
  }
  const TokenText text{ToHex(entropy.Bytes(6)), ToHex(entropy.Bytes(32))};
  // The file first: a token that nobody can read would lock everybody out.
  EDM_CHECK(rpc::WriteFileWhole(file, FormatToken(text) + "\n", rpc::kSecretMode));
  CreateToken command;
  command.origin.actor = "edm-master";
  command.token = {text.id, "admin", TokenKind::kPerson, {}, {}, {}, secrets.Hash(text.secret)};
  const auto answer = std::make_shared<std::promise<Result<Accepted>>>();
  auto future = answer->get_future();
  cluster.Submit(std::move(command),
                 [answer](Result<Accepted> accepted) { answer->set_value(std::move(accepted)); });
  EDM_CHECK(future.get());
  return Ok();
}

}  // namespace edm::master
