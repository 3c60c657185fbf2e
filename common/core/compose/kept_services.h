#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/core/compose/release_pair.h"

namespace edm::compose {

// Services whose containers go on under another release than the one that they were made for: that release.
using MadeFor = std::map<std::string, std::uint32_t>;

// What runs on when a release takes the place of another one: stores, that is what is the same in both,
// writes where it stays, publishes no port, and depends on nothing that does not run on as well. What has an
// address that others may have looked up is made anew with those. Error: kInternal, a document that is none.
Result<MadeFor> KeptServices(const ReleasePair& pair);

// The final document of release `number`, with the services of `kept` as their containers were made.
// `folder_of` is the folder that a release has of its own. Error: kInternal, a document that is none.
Result<std::string> WithKept(std::string_view document, std::uint32_t number, const MadeFor& kept,
                             const std::function<std::string(std::uint32_t release)>& folder_of);

}  // namespace edm::compose
