#include "common/base/text.h"
#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

Result<int> Create(Invocation& invocation) {
  v1::CreateTokenRequest request;
  request.set_name(invocation.args.Text("name"));
  EDM_CHECK(CheckTokenName(request.name()));
  request.set_kind(invocation.args.Has("worker") ? v1::Token::WORKER : v1::Token::PERSON);
  EDM_TRY(const auto lifetime, invocation.args.Duration("lifetime"));
  if (lifetime) request.mutable_lifetime()->set_seconds(lifetime->count() / 1000);
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto made, master->Call<v1::CreateTokenResponse>("CreateToken", request));
  if (invocation.json()) {
    invocation.Print(made);
    return kExitDone;
  }
  invocation.Out(made.secret() + "\n");
  invocation.Note(
      request.kind() == v1::Token::WORKER
          ? "shown this once: it lets one worker join, once. Put it in a file of mode 0600."
          : "shown this once. Put it in a file of mode 0600: edmctl context add NAME --token-file FILE");
  return kExitDone;
}

Result<int> ListTokens(Invocation& invocation) {
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto all, master->Call<v1::ListTokensResponse>("ListTokens", v1::ListTokensRequest()));
  if (invocation.json()) {
    invocation.Print(all);
    return kExitDone;
  }
  std::vector<Row> rows;
  for (const auto& token : all.tokens()) {
    if (invocation.quiet()) invocation.Out(token.id() + "\n");
    rows.push_back({token.id(), token.name(), Folded(v1::Token::Kind_Name(token.kind())),
                    Age(token.created_at(), WallNow()),
                    token.has_expires_at() ? FormatRfc3339(ToWallTime(token.expires_at())) : "never",
                    token.has_used_at() ? Age(token.used_at(), WallNow()) + " ago" : "-"});
  }
  if (!invocation.quiet()) {
    invocation.Out(RenderTable(invocation.terminal, {"ID", "NAME", "KIND", "AGE", "ENDS", "JOINED"}, rows));
  }
  return kExitDone;
}

Result<int> Revoke(Invocation& invocation) {
  v1::RevokeTokenRequest request;
  request.set_id(invocation.args.Text("token"));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto done, master->Call<google::protobuf::Empty>("RevokeToken", request));
  if (invocation.json()) invocation.Print(done);
  if (!invocation.json()) invocation.Note("token " + Shown(request.id()) + " is revoked");
  return kExitDone;
}

}  // namespace

std::vector<Command> TokenCommands() {
  return {{"token create",
           "a token for a person, or for a worker to join",
           {{"name"}},
           {{"--worker", "", "lets one worker join, once"},
            {"--lifetime", "TIME", "ends after 30d, 12h, ... (people: never; workers: 1h)"}},
           Create},
          {"token ls", "the tokens; their secrets are kept nowhere", {}, {}, ListTokens},
          {"token revoke", "end a token at once", {{"token"}}, {}, Revoke}};
}

}  // namespace edm::ctl
