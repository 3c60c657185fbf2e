# Writes the list of all commands, and the help texts beside them, from the list of verbs.
#   cmake -D VERBS=a;b -D FOLDER=… -D OUT=… -P registry.cmake
set(declared "")
set(added "")
set(texts "")
foreach(verb IN LISTS VERBS)
  string(REPLACE "-" ";" words ${verb})
  set(function "")
  foreach(word IN LISTS words)
    string(SUBSTRING ${word} 0 1 first)
    string(TOUPPER ${first} first)
    string(SUBSTRING ${word} 1 -1 rest)
    string(APPEND function "${first}${rest}")
  endforeach()
  string(APPEND function "Commands")
  string(APPEND declared "std::vector<Command> ${function}();\n")
  string(APPEND added "    for (auto& command : ${function}()) all.push_back(std::move(command));\n")
  file(READ ${FOLDER}/${verb}.md text)
  string(APPEND texts "      {\"${verb}\", R\"edm_help(${text})edm_help\"},\n")
endforeach()
file(WRITE ${OUT} "#include <map>

#include \"edmctl/commands/command.h\"

namespace edm::ctl {

${declared}
const std::vector<Command>& AllCommands() {
  static const auto kAll = [] {
    std::vector<Command> all;
${added}    return all;
  }();
  return kAll;
}

std::string HelpText(const std::string& verb) {
  static const std::map<std::string, std::string> kTexts = {
${texts}  };
  const auto found = kTexts.find(verb);
  return found == kTexts.end() ? \"\" : found->second;
}

}  // namespace edm::ctl
")
