#include "edmctl/commands/chosen_target.h"

#include <filesystem>

#include "common/model/names.h"
#include "edmctl/source/instance_name.h"

namespace edm::ctl {
namespace {

// "shop-2", or the first after it that no folder of this user is.
std::string FreeId(const Folders& folders, const std::string& context, const std::string& id) {
  constexpr std::size_t kStemMax = 60;  // of 63, which leaves room for the number
  for (int number = 2;; ++number) {
    auto candidate = id.substr(0, kStemMax) + "-" + std::to_string(number);
    if (number == 99 || !folders.FolderOf(context, candidate, "")) return candidate;
  }
}

}  // namespace

Result<std::string> FolderOf(const std::string& target) {
  std::error_code failure;
  const auto folder = std::filesystem::canonical(target.empty() ? "." : target, failure);
  if (!failure) return folder.string();
  return Error{Code::kNotFound,
               Shown(target),
               "is no folder here",
               {},
               "give a folder, or a git URL that begins with https:// or ssh://"};
}

Result<ChosenTarget> TargetOf(const Invocation& invocation, const std::string& place, const Folders& folders,
                              const Context& context) {
  TargetFacts facts;
  facts.folder = LooksLikeGitUrl(place) ? "" : place;
  facts.given_id = invocation.args.Text("id");
  facts.derived_id = InstanceNameFrom(place);
  facts.remembered_id = folders.InstanceOf(context.name, place);
  facts.other_folder = folders.FolderOf(context.name, facts.derived_id, place);
  facts.free_id = FreeId(folders, context.name, facts.derived_id);
  EDM_TRY(auto target, ChooseTarget(facts));
  return ChosenTarget{std::move(target), facts.free_id};
}

}  // namespace edm::ctl
