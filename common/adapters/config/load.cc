#include "common/adapters/config/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/adapters/config/config_file.h"
#include "common/base/text.h"
#include "common/model/names.h"

namespace edm {
namespace {

Error Unknown(std::string_view object, std::string_view name, std::vector<std::string> known,
              std::string_view help) {
  const auto nearest = Nearest(name, known);
  return Error{Code::kInvalidArgument,
               std::string(object),
               "there is no such setting",
               {},
               nearest ? fmt::format("did you mean {}?", *nearest) : std::string(help)};
}

Status Set(Settings::Key& key, std::string_view text, std::string source) {
  if (auto set = key.set(text); !set.ok()) return About(std::move(set).error(), source);
  key.source = std::move(source);
  return Ok();
}

Status FromEnvironment(Settings& settings, std::string_view prefix, const LoadRequest& request) {
  std::vector<std::string> known;
  for (const auto& key : settings.keys()) known.push_back(settings.VariableOf(key));
  for (const auto& [name, value] : request.environment) {
    if (!name.starts_with(prefix) || name == std::string(prefix) + "CONFIG") continue;
    const auto at = std::ranges::find(known, name);
    if (at == known.end()) return Unknown(Shown(name), name, known, "see --help for all variables");
    auto* key = settings.Find(settings.keys()[static_cast<std::size_t>(at - known.begin())].name);
    EDM_CHECK(Set(*key, value, name));
  }
  return Ok();
}

// One flag with its value, taken from "--flag=value", "--flag value", or a switch alone.
struct Flag {
  std::string name;
  std::optional<std::string> value;
};

class Arguments {
 public:
  explicit Arguments(const LoadRequest& request) : request_(request) {}

  Status Read(Settings* settings, CommandLine* line, std::string* file) {
    for (next_ = 1; next_ < request_.argv.size();) {
      const std::string_view word = request_.argv[next_++];
      if (!word.starts_with("-")) {
        EDM_CHECK(TakeOperand(word, line));
        continue;
      }
      const auto equals = word.find('=');
      Flag flag{std::string(word.substr(0, equals)), std::nullopt};
      if (equals != std::string_view::npos) flag.value = word.substr(equals + 1);
      EDM_CHECK(Take(std::move(flag), settings, line, file));
    }
    return Ok();
  }

  // Flags win, so they are applied after file and environment.
  Status Apply() {
    for (const auto& [key, name, value] : later_) EDM_CHECK(Set(*key, value, name));
    return Ok();
  }

 private:
  struct Given {
    Settings::Key* key;
    std::string name;
    std::string value;
  };

  Status TakeOperand(std::string_view word, CommandLine* line) {
    if (line->command.empty() && std::ranges::find(request_.commands, word) != request_.commands.end()) {
      line->command = word;
      return Ok();
    }
    return Error{Code::kInvalidArgument,
                 fmt::format("argument '{}'", Shown(word)),
                 "is not expected here",
                 {},
                 "see --help"};
  }

  Result<std::string> ValueOf(Flag& flag, std::string_view form) {
    if (flag.value) return *flag.value;
    if (next_ < request_.argv.size()) return std::string(request_.argv[next_++]);
    return Error{
        Code::kInvalidArgument, flag.name, "needs a value", {}, fmt::format("give {} {}", flag.name, form)};
  }

  Status Take(Flag flag, Settings* settings, CommandLine* line, std::string* file) {
    if (flag.name == "--help" || flag.name == "-h") return line->help = true, Ok();
    if (flag.name == "--version") return line->version = true, Ok();
    if (flag.name == "--check-config") return line->check_config = true, Ok();
    if (flag.name == "--config") {
      EDM_TRY(*file, ValueOf(flag, "FILE"));
      return Ok();
    }
    if (std::ranges::find(request_.extra_flags, flag.name) != request_.extra_flags.end()) {
      EDM_TRY(auto value, ValueOf(flag, "VALUE"));
      line->extras.emplace_back(flag.name, std::move(value));
      return Ok();
    }
    std::vector<std::string> known = {"--config", "--check-config", "--help", "--version"};
    for (const auto& key : settings->keys()) {
      if (Settings::FlagOf(key) == flag.name) return TakeSetting(*settings->Find(key.name), flag);
      known.push_back(Settings::FlagOf(key));
    }
    return Unknown(Shown(flag.name), flag.name, known, "see --help for all flags");
  }

  Status TakeSetting(Settings::Key& key, Flag& flag) {
    if (key.is_switch && !flag.value) flag.value = "true";
    EDM_TRY(const auto value, ValueOf(flag, key.form));
    later_.push_back({&key, flag.name, value});
    return Ok();
  }

  const LoadRequest& request_;
  std::size_t next_ = 1;
  std::vector<Given> later_;
};

Status FromFile(Settings& settings, const std::string& file, bool must_exist) {
  EDM_TRY(const auto lines, ReadConfigFile(file, must_exist, settings));
  for (const auto& line : lines) {
    auto* key = settings.Find(line.name);
    if (key == nullptr)
      return Unknown(line.position + " " + line.name, line.name, settings.Names(), "see --help for all keys");
    EDM_CHECK(Set(*key, line.value, line.position));
  }
  return Ok();
}

}  // namespace

Result<CommandLine> LoadSettings(Settings& settings, const LoadRequest& request) {
  CommandLine line;
  const auto prefix = settings.prefix();
  std::string file;
  for (const auto& [name, value] : request.environment) {
    if (name == prefix + "CONFIG") file = value;
  }
  Arguments arguments(request);
  EDM_CHECK(arguments.Read(&settings, &line, &file));
  if (line.help || line.version) return line;
  line.file = file.empty() ? request.default_file : file;
  EDM_CHECK(FromFile(settings, file.empty() ? request.default_file : file, !file.empty()));
  EDM_CHECK(FromEnvironment(settings, prefix, request));
  EDM_CHECK(arguments.Apply());
  return line;
}

std::string DescribeSettings(const Settings& settings) {
  std::string text;
  for (const auto& key : settings.keys()) {
    const auto shown = key.shown();
    text += fmt::format("  {} {}\n      {}{}\n      in the file: {}   in the environment: {}\n",
                        Settings::FlagOf(key), key.is_switch ? "" : "<" + key.form + ">", key.help,
                        shown.empty() ? "" : fmt::format(" [{}]", shown), key.name, settings.VariableOf(key));
  }
  return text;
}

std::string ShowSettings(const Settings& settings) {
  std::string text;
  for (const auto& key : settings.keys())
    text += fmt::format("{:<32} {:<32} {}\n", key.name, key.shown(), key.source);
  return text;
}

}  // namespace edm
