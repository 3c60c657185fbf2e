#include "edmctl/remote/setup_journal.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace edm::ctl {
namespace {

using nlohmann::json;

json ToJson(const HostInventory& inventory) {
  return {{"packages", inventory.packages},
          {"users", inventory.users},
          {"groups", inventory.groups},
          {"paths", inventory.paths}};
}

HostInventory FromJson(const json& object) {
  return {object.at("packages"), object.at("users"), object.at("groups"), object.at("paths")};
}

std::set<std::string> Both(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> common;
  std::ranges::set_intersection(a, b, std::inserter(common, common.end()));
  return common;
}

}  // namespace

std::string PrintJournal(const SetupJournal& journal) {
  json object{{"worker", journal.worker},
              {"before", ToJson(journal.before)},
              {"added", ToJson(journal.added)},
              {"finished", journal.finished}};
  if (journal.engine_config) object["engine_config"] = *journal.engine_config;
  return object.dump(1) + "\n";
}

Result<SetupJournal> ParseJournal(std::string_view text) {
  try {
    const auto object = json::parse(text);
    SetupJournal journal{object.at("worker"),
                         FromJson(object.at("before")),
                         FromJson(object.at("added")),
                         object.at("finished"),
                         {}};
    if (object.contains("engine_config"))
      journal.engine_config = object.at("engine_config").get<std::string>();
    return journal;
  } catch (const json::exception&) {
    return Error{Code::kDataLoss,
                 kSetupJournal,
                 "it is damaged",
                 {},
                 "take the worker's packages away by hand: apt-get purge edm-worker"};
  }
}

HostInventory ToUndo(const SetupJournal& journal, const HostInventory& now) {
  const auto fresh = Added(journal.before, now);
  if (!journal.finished) return fresh;
  // Paths come into being while a worker works, so all of those that are new are its own.
  return {Both(journal.added.packages, fresh.packages), Both(journal.added.users, fresh.users),
          Both(journal.added.groups, fresh.groups), fresh.paths};
}

}  // namespace edm::ctl
