#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/base/result.h"
#include "common/model/instance.h"

// Judging what a request brings, at the door.
namespace edm::master {

inline constexpr std::size_t kVariablesMax = 500;
inline constexpr std::size_t kEnvironmentBytesMax = 128 * 1024;
inline constexpr std::size_t kAnnotationsMax = 64;
inline constexpr std::size_t kTextBytesMax = 1'024;  // of a description, or one annotation

// Fills in what may be left out (owner "default", project = id, branch "main") and checks every name.
Status CompleteAndCheck(Instance& instance);

// What a spec says of its own, for the instance with that id.
Status CheckWishes(const std::string& id, const InstanceSpec& spec);
// Plain UTF-8 of at most kTextBytesMax.
Status CheckText(const std::string& object, const std::string& text);

Status CheckEnvironment(const std::map<std::string, std::string>& environment);
Status CheckAnnotations(const std::map<std::string, std::string>& annotations);
Status CheckDescription(const std::string& text);
Result<std::uint32_t> ParseRevision(const std::string& text);

}  // namespace edm::master
