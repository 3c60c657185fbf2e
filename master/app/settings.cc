#include "master/app/settings.h"

namespace edm::master {
namespace {

void BindPorts(edm::Settings& keys, MasterOptions& options) {
  keys.Add("grpc.listen", &options.grpc_listen, "host:port",
           "where people and programs reach the API over gRPC");
  keys.Add("http.listen", &options.http_listen, "host:port", "REST, git and metrics; TLS unless on loopback");
  keys.Add("cluster.listen", &options.cluster_listen, "host:port", "where workers register, with mTLS");
  keys.Add("cluster.address", &options.cluster_address, "host:port",
           "where workers and other masters reach it, if elsewhere");
  keys.Add("tls.names", &options.names, "name or address", "further names for the master's certificate");
  keys.Add("tls.worker_lifetime", &options.worker_certificate_life,
           "of a worker's certificate, which it renews before two thirds of that are over");
  keys.Add("git.url", &options.git_url, "http://host:port", "the HTTP port as workers reach it");
}

void BindStores(edm::Settings& keys, MasterOptions& options) {
  keys.AddChoice("store", &options.store, {"sqlite", "consul", "memory"}, "where the state is kept");
  keys.Add("consul.url", &options.consul_url, "http://host:port", "of the local Consul agent");
  keys.Add("consul.token", &options.consul_token, "token", "for Consul; better given in the environment");
  keys.Add("consul.prefix", &options.consul_prefix, "name/", "laid before every key");
  keys.Add("leader.ttl", &options.leader_ttl,
           "of several masters: one that shows no life for so long loses the lead");
  keys.AddChoice("git.server", &options.git, {"embedded", "gogs"}, "where sources are kept");
  keys.Add("git.folder", &options.git_folder, "folder",
           "of the embedded repos; several masters must share it, or use gogs");
  keys.Add("gogs.url", &options.gogs_url, "http://host:port", "of a Gogs or Gitea");
  keys.Add("gogs.token", &options.gogs_token, "token", "of an administrator there");
  keys.Add("gogs.user_secret", &options.gogs_user_secret, "text", "passwords of its users are made from it");
  keys.Add("registry.listen", &options.registry_listen, "host:port",
           "where Docker's registry keeps built images, which is then set up in data_dir/registry");
  keys.Add("registry.url", &options.registry_url, "https://host:port/path", "of a registry for built images");
  keys.Add("registry.credentials", &options.registry_credentials, "file",
           "user:password for it; without, it believes this cluster's tokens");
  keys.Add("registry.ca", &options.registry_ca, "file",
           "PEM, that its certificate is of; the cluster's CA, or with credentials the system's");
  keys.Add("git.hook_program", &options.hook_program, "path",
           "edm-git-hook, when it is not beside this program");
  keys.Add("git.transfer_program", &options.transfer_program, "path", "edm-git-transfer, likewise");
}

void BindUploads(edm::Settings& keys, MasterOptions& options) {
  keys.Add("upload.bytes_max", &options.upload_bytes_max, "largest upload, as sent");
  keys.Add("upload.unpacked_bytes_max", &options.unpacked_bytes_max, "largest upload, unpacked");
  keys.Add("upload.file_bytes_max", &options.upload_file_bytes_max, "largest single file of an upload");
  keys.Add("upload.entries_max", &options.upload_entries_max, "number",
           "most files, folders and links of an upload");
  keys.Add("upload.ratio_max", &options.upload_ratio_max, "number",
           "how many times its size an upload may unpack to");
  keys.Add("upload.path_bytes_max", &options.upload_path_bytes_max, "number", "longest path in an upload");
  keys.Add("upload.depth_max", &options.upload_depth_max, "number", "most folders above a file of an upload");
  keys.Add("upload.at_once", &options.uploads_max, "number", "uploads under way at the same time");
}

void BindLimits(edm::Settings& keys, MasterOptions& options) {
  keys.Add("disk.reserve", &options.disk_reserve,
           "free space of data_dir that is kept for the state of what is under way");
  keys.Add("push.bytes_max", &options.push_bytes_max, "largest push");
  keys.Add("fetch.bytes_max", &options.fetch_bytes_max, "most that is fetched from a git URL");
  keys.Add("fetch.deadline", &options.fetch_deadline, "of a fetch from a git URL");
  keys.Add("deadline.build", &options.build_deadline, "of a build that names none");
  keys.Add("deadline.start", &options.start_deadline, "of a start, restart or rollback that names none");
  keys.Add("deadline.deploy", &options.deploy_deadline, "of a deploy that names none");
  keys.Add("deadline.stop", &options.stop_deadline, "of a stop that names none");
  keys.Add("deadline.delete", &options.delete_deadline, "of a delete");
  keys.Add("beat.interval", &options.beat_interval, "between two beats of a worker");
  keys.Add("beat.missed", &options.beats_missed, "number", "beats that a worker may miss; then it is lost");
  keys.Add("fence.after", &options.fence_after,
           "that long after it heard no master, a worker stops its singletons");
  keys.Add("evict.after", &options.evict_after, "how long a copy that has moved away goes on serving");
  keys.Add("moves.at_once", &options.moves_at_once, "number", "moves that the master begins by itself");
  keys.Add("moves.suspect_share", &options.suspect_share, "number",
           "share of the workers; when more vanish at once, nothing of them is placed elsewhere");
  keys.AddChoice(
      "placement.strategy", &options.placement_strategy, {"spread", "binpack"},
      "where instances go that do not say: to the freest worker, or to the fullest that takes them");
  keys.Add("placement.wait", &options.placement_wait,
           "how long an instance waits for a worker with room for it");
  keys.Add("keep.releases", &options.releases_kept, "number", "releases kept of each instance");
  keys.Add("keep.operations", &options.operations_kept, "number", "ended operations that are kept");
  keys.Add("keep.operations_for", &options.operations_kept_for, "how long they are kept at most");
  keys.Add("keep.deleted_for", &options.operations_of_deleted_kept_for,
           "how long those of a deleted instance are kept");
  keys.Add("threads.work", &options.work_threads, "number", "for uploads, git and watchers");
  keys.Add("threads.fetch", &options.fetch_threads, "number", "clones and fetches at once");
  keys.Add("threads.push", &options.push_threads, "number", "pushes at once");
  keys.Add("stop.patience", &options.stop_patience, "for calls under way when the master stops");
}

}  // namespace

edm::Settings BindSettings(MasterOptions& options) {
  edm::Settings keys("EDM_MASTER_");
  keys.Add("data_dir", &options.data, "folder", "state, repos, keys and logs of this master");
  keys.Add("name", &options.name, "name", "of this master among several; the host's name unless given");
  BindPorts(keys, options);
  BindStores(keys, options);
  BindUploads(keys, options);
  BindLimits(keys, options);
  keys.AddChoice("log.format", &options.log_format, {"text", "json"}, "of the lines on standard output");
  keys.AddChoice("log.level", &options.log_level, {"debug", "info", "warn", "error"},
                 "the least that is logged");
  return keys;
}

}  // namespace edm::master
