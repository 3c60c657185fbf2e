#include <map>

#include "edmctl/commands/parse.h"

namespace edm::ctl {

// Verbs of docker, compose, kubectl, fly, heroku and systemctl.
std::string MeantVerb(const std::string& word) {
  static const std::map<std::string, std::string> kMeant = {
      {"rm", "delete"},
      {"remove", "delete"},
      {"destroy", "delete"},
      {"del", "delete"},
      {"ps", "ls"},
      {"list", "ls"},
      {"instances", "ls"},
      {"apps", "ls"},
      {"status", "show ID"},
      {"info", "show ID"},
      {"get", "show ID"},
      {"describe", "show ID"},
      {"inspect", "show ID"},
      {"up", "deploy"},
      {"push", "deploy"},
      {"run", "deploy"},
      {"create", "deploy"},
      {"launch", "deploy"},
      {"apply", "deploy"},
      {"down", "stop ID"},
      {"kill", "stop ID"},
      {"halt", "stop ID"},
      {"log", "logs ID"},
      {"tail", "logs -f ID"},
      {"ssh", "exec -it ID"},
      {"shell", "exec -it ID"},
      {"attach", "exec -it ID"},
      {"update", "refresh ID"},
      {"redeploy", "refresh ID"},
      {"pull", "refresh ID"},
      {"undo", "rollback ID"},
      {"history", "releases ID"},
      {"login", "context add"},
      {"contexts", "context ls"},
      {"config", "context ls"},
      {"use", "context use"},
      {"nodes", "worker ls"},
      {"workers", "worker ls"},
      {"node", "worker ls"},
      {"operations", "op ls"},
      {"ops", "op ls"},
      {"watch", "op watch ID"},
      {"cancel", "op cancel ID"},
      {"tokens", "token ls"},
      {"templates", "template ls"},
      {"check", "validate"},
      {"lint", "validate"},
      {"new", "init"},
      {"explain", "why ID"},
      {"browse", "open ID"},
      {"rename", "deploy --id NEW"},
      {"server", "dev up"},
      {"daemon", "dev up"},
      {"git", "remote add"},
  };
  const auto found = kMeant.find(word);
  return found == kMeant.end() ? "" : found->second;
}

}  // namespace edm::ctl
