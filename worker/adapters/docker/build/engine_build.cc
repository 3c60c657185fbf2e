#include "worker/adapters/docker/build/engine_build.h"

#include "common/base/bytes.h"
#include "common/model/labels.h"
#include "common/rpc/http/target.h"
#include "worker/adapters/docker/build/build_progress.h"
#include "worker/adapters/docker/build/context_tar.h"
#include "worker/adapters/docker/json_lines.h"
#include "worker/adapters/docker/json_reading.h"
#include "worker/adapters/docker/removal.h"

namespace edm::worker {
namespace {

using nlohmann::json;

std::string TargetOf(const BuildRequest& request) {
  auto labels = request.labels;
  labels[std::string(kInstanceLabel)] = request.instance;
  labels[std::string(kServiceLabel)] = request.service;
  const bool is_inline = !request.dockerfile_inline.empty();
  const std::string dockerfile = is_inline ? ContextTar::kInlineDockerfile : request.dockerfile;
  std::string target = "/build?version=2&rm=1&forcerm=1&t=" + rpc::PercentEncode(request.tag) +
                       "&dockerfile=" + rpc::PercentEncode(dockerfile) +
                       "&labels=" + rpc::PercentEncode(json(labels).dump());
  if (!request.arguments.empty())
    target += "&buildargs=" + rpc::PercentEncode(json(request.arguments).dump());
  if (!request.target.empty()) target += "&target=" + rpc::PercentEncode(request.target);
  if (request.no_cache) target += "&nocache=1";
  return target;
}

// What the answer said, document by document.
struct Answer {
  std::string image_id;
  std::string failure;
};

void ReadDocument(const json& document, BuildProgress& progress, Answer& answer) {
  const std::string id = TextAt(document, "id");
  if (id == "moby.buildkit.trace") {
    if (const auto status = FromBase64(TextAt(document, "aux"))) progress.Feed(*status);
  } else if (id == "moby.image.id") {
    answer.image_id = TextAt(PartAt(document, "aux"), "ID");
  }
  if (auto failure = TextAt(document, "error"); !failure.empty()) answer.failure = std::move(failure);
}

std::string ImageBehind(const EngineApi& api, const std::string& tag) {
  const auto image = api.Get("/images/" + tag + "/json", "image " + tag);
  return image.ok() ? TextAt(*image, "Id") : "";
}

}  // namespace

Result<BuiltImage> BuildImage(const EngineApi& api, const BuildRequest& request,
                              const std::function<void(std::string_view)>& on_line, std::stop_token stop) {
  const std::string object = "build of " + request.service;
  auto opened = ContextTar::Open({request.context_directory, request.dockerfile, request.dockerfile_inline});
  if (!opened.ok()) return About(std::move(opened).error(), object);
  ContextTar context = std::move(opened).value();
  const std::string before = ImageBehind(api, request.tag);
  rpc::HttpCall call;
  call.method = "POST";
  call.target = TargetOf(request);
  call.headers.Set("Content-Type", "application/x-tar");
  call.body_source = [&](std::span<char> into) { return context.Read(into); };
  call.deadline = kBuildDeadline;
  call.stall = kBuildDeadline;  // a step may be silent for long
  BuildProgress progress(on_line);
  Answer answer;
  JsonLines documents;
  const auto read = [&](const json& document) { ReadDocument(document, progress, answer); };
  auto sent = api.Stream(
      std::move(call), object,
      [&](std::string_view piece) {
        documents.Feed(piece, read);
        return Ok();
      },
      stop);
  documents.Finish(read);
  progress.Finish();
  if (stop.stop_requested()) {
    // The engine may have been at its last step.
    if (ImageBehind(api, request.tag) != before) static_cast<void>(RemoveImageOfOurs(api, request.tag));
    return Error{Code::kCancelled, object, "cancelled", {}, "build it again"};
  }
  if (!answer.failure.empty()) return progress.Failure(request.service, answer.failure);
  if (!sent.ok()) return std::move(sent).error();
  if (answer.image_id.empty()) answer.image_id = ImageBehind(api, request.tag);
  if (answer.image_id.empty()) {
    return Error{Code::kUnavailable,
                 object,
                 "the engine ended the build without an image",
                 {},
                 "see whether the engine was restarted, then build again"};
  }
  return BuiltImage{answer.image_id, progress.all_cached()};
}

}  // namespace edm::worker
