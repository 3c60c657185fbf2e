#pragma once

#include <string_view>

#include "common/core/compose/rules/ruling.h"

namespace edm::compose {

// What to do about a key that has no better form.
inline constexpr std::string_view kRemove = "remove it";

// Each judges one part of a document; `value` is not null.
void JudgeService(Ruling& ruling, const Spot& value);
void JudgeBuild(Ruling& ruling, const Spot& value);
void JudgeDeploy(Ruling& ruling, const Spot& value);
void JudgePorts(Ruling& ruling, const Spot& value);
void JudgeMounts(Ruling& ruling, const Spot& value);
void JudgeEnvFiles(Ruling& ruling, const Spot& value);
void JudgeExtends(Ruling& ruling, const Spot& value);
void JudgeInclude(Ruling& ruling, const Spot& value);
void JudgeServiceNetworks(Ruling& ruling, const Spot& value);
void JudgeTopNetworks(Ruling& ruling, const Spot& value);
void JudgeTopVolumes(Ruling& ruling, const Spot& value);
void JudgeTopFiles(Ruling& ruling, const Spot& value);  // configs and secrets

// What one service could do to another's mounts through a folder that both see. For effective documents.
void JudgeOverlaps(Ruling& ruling, const Spot& root);

}  // namespace edm::compose
