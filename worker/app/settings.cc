#include "worker/app/settings.h"

namespace edm::worker {
namespace {

void BindPlace(edm::Settings& keys, WorkerOptions& options) {
  keys.Add("data_dir", &options.data, "folder", "journal, checkouts, mirrors and keys of this worker");
  keys.Add("id", &options.id, "name", "unique in the cluster; the host's name unless given");
  keys.Add("master", &options.master, "host:port,...", "cluster port of the master, or of each of them");
  keys.Add("rpc.listen", &options.rpc_listen, "host:port", "where the master's orders come in, with mTLS");
  keys.Add("rpc.address", &options.rpc_address, "host:port", "where the master reaches it, if elsewhere");
  keys.Add("http.listen", &options.http_listen, "host:port", "health and metrics; TLS unless on loopback");
  keys.Add("public_address", &options.public_address, "address", "where people reach instances");
  keys.Add("bind_address", &options.bind_address, "address", "that published ports listen on");
  keys.Add("labels", &options.labels, "that instances may ask for");
}

void BindEngine(edm::Settings& keys, WorkerOptions& options) {
  keys.Add("docker.socket", &options.docker_socket, "path", "of the Docker engine");
  keys.Add("docker.certs", &options.docker_certs, "folder",
           "where the engine looks for the CAs of registries; that of the cluster's registry is put there");
  keys.Add("ports", &options.ports, "first-last", "host ports for instances");
  keys.Add("subnets", &options.subnets, "10.201.0.0/16,...", "what networks of instances are cut from");
  keys.Add("networks.max", &options.networks_max, "number",
           "of instances; an engine takes 0.1 s and more for each, and again when it restarts");
  keys.Add("default.memory", &options.memory_bytes, "limit of a service that sets none");
  keys.Add("default.pids", &options.pids, "number", "limit of a service that sets none");
  keys.Add("default.cpus", &options.cpus, "number", "limit of a service that sets none; 0: none");
  keys.Add("default.ready_timeout", &options.ready_timeout, "for a start whose edm.yaml says nothing");
}

void BindPeers(edm::Settings& keys, WorkerOptions& options) {
  keys.AddChoice("directory", &options.directory, {"master", "consul"}, "who is told what runs where");
  keys.Add("consul.url", &options.consul_url, "http://host:port", "of the Consul agent on this machine");
  keys.Add("consul.token", &options.consul_token, "token", "for Consul; better given in the environment");
  keys.Add("consul.prefix", &options.consul_prefix, "name/", "laid before every key");
  keys.Add("git.ca", &options.git_ca, "file", "PEM; the cluster's CA unless given");
  keys.Add("git.fetch_program", &options.fetch_program, "path",
           "edm-fetch, when it is not beside this program");
}

void BindGarbage(edm::Settings& keys, WorkerOptions& options) {
  keys.Add("garbage.free", &options.room.free_bytes,
           "that is to stay free on each disk; below, edm makes room");
  keys.Add("garbage.needed", &options.room.needed_bytes, "without which no build begins");
  keys.Add("garbage.build_cache", &options.room.cache_bytes, "of the cache that builds of this worker leave");
  keys.Add("garbage.mirrors", &options.room.mirrors_bytes, "of fetched repos");
  keys.Add("garbage.checkouts", &options.room.checkouts_bytes,
           "of the sources of kept releases; beyond it nothing new is built");
  keys.Add("garbage.logs", &options.room.logs_bytes, "of what attempts and their builds said");
  keys.Add("garbage.every", &options.garbage_every, "between two looks at these budgets");
}

void BindLimits(edm::Settings& keys, WorkerOptions& options) {
  keys.Add("builds.at_once", &options.builds_at_once, "number", "instances that build at the same time");
  keys.Add("jobs.at_once", &options.jobs_at_once, "number", "instances that start or stop at the same time");
  keys.Add("streams.max", &options.streams_max, "number", "threads for logs and terminals");
  keys.Add("fence.after", &options.fence_after,
           "without a master, then singletons stop; the master's is taken where it is smaller");
  keys.Add("stop.patience", &options.stop_patience, "for calls under way when the worker stops");
}

}  // namespace

edm::Settings BindSettings(WorkerOptions& options) {
  edm::Settings keys("EDM_WORKER_");
  BindPlace(keys, options);
  BindEngine(keys, options);
  BindPeers(keys, options);
  BindGarbage(keys, options);
  BindLimits(keys, options);
  keys.AddChoice("log.format", &options.log_format, {"text", "json"}, "of the lines on standard output");
  keys.AddChoice("log.level", &options.log_level, {"debug", "info", "warn", "error"},
                 "the least that is logged");
  return keys;
}

}  // namespace edm::worker
