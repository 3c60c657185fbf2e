#include "edmctl/backup/restore.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/passphrase.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"

namespace edm::ctl {
namespace {

constexpr const char* kDefaultData = "/var/lib/edm/master";

std::string Told(const nlohmann::json& manifest, const char* key) {
  const auto found = manifest.find(key);
  if (found == manifest.end()) return "?";
  return Harmless(found->is_string() ? found->get<std::string>() : found->dump());
}

void Tell(const Invocation& invocation, const RestoreRequest& request, const Restored& restored) {
  const auto manifest = nlohmann::json::parse(restored.manifest, nullptr, false);
  const auto data = request.data.string();
  const auto store = request.consul_url.empty() ? "" : " --store consul --consul-url " + request.consul_url;
  invocation.Out(RenderFields(
      invocation.terminal,
      {{"restored", Told(manifest, "instances") + " instances, " + Told(manifest, "workers") + " workers, " +
                        Counted(restored.repos, "repo")},
       {"made", Told(manifest, "made_at") + " by edm " + Told(manifest, "edm")},
       {"into", data + (request.consul_url.empty() ? "" : ", state in Consul at " + request.consul_url)},
       {"next", restored.has_config ? "its settings are in " + data +
                                          "/restored-master.yaml: copy them to /etc/edm/master.yaml"
                                    : ""},
       {"then", "systemctl start edm-master, or edm-master --data-dir " + data + store},
       {"workers",
        "come back by themselves where they find a master at the same address; else set master: in their "
        "worker.yaml and restart edm-worker: they know the cluster by its CA"}}));
}

Result<int> RunRestore(Invocation& invocation) {
  RestoreRequest request;
  request.file = invocation.args.Text("file");
  request.data = invocation.args.Has("data-dir") ? invocation.args.Text("data-dir") : kDefaultData;
  request.consul_url = invocation.args.Text("consul");
  request.consul_prefix = invocation.args.Text("consul-prefix");
  request.consul_token = invocation.variables("CONSUL_HTTP_TOKEN");
  request.force = invocation.args.Has("force");
  EDM_TRY(request.passphrase, ReadPassphrase(invocation, false));
  EDM_TRY(const auto restored, Restore(request));
  if (invocation.json()) {
    invocation.Out(nlohmann::json::parse(restored.manifest, nullptr, false).dump() + "\n");
  } else {
    Tell(invocation, request, restored);
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> RestoreCommands() {
  return {{"restore",
           "a master's data folder out of a backup, on a blank host",
           {{"file"}},
           {{"--data-dir", "DIR", "of the master that is to begin there (/var/lib/edm/master)"},
            {"--consul", "URL", "puts the state into this Consul (token: CONSUL_HTTP_TOKEN)"},
            {"--consul-prefix", "NAME/", "laid before every key"},
            {kPassphraseFile, "FILE", "its first line is the passphrase (-: standard input)"},
            {"--force", "", "replaces what is there"}},
           RunRestore}};
}

}  // namespace edm::ctl
