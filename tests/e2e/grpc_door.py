"""A stock gRPC client: Python's own, with stubs made from the protos."""
import atexit
import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import json_format

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def modules():
    if "edm.v1.master_service_pb2" not in sys.modules:
        made = tempfile.mkdtemp(prefix="edm-stubs-")
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={made}", f"--grpc_python_out={made}",
                        f"--plugin=protoc-gen-grpc_python={shutil.which('grpc_python_plugin')}",
                        *sorted(str(path) for path in PROTO.rglob("*.proto"))], check=True)
        sys.path.insert(0, made)
    return (importlib.import_module("edm.v1.master_service_pb2"),
            importlib.import_module("edm.v1.master_service_pb2_grpc"))


def failure_in(problem):
    """The Failure in a status's details, as a dictionary; empty when it carries none."""
    modules()
    model, status = importlib.import_module("edm.v1.model_pb2"), importlib.import_module("edm.v1.status_pb2")
    for key, value in problem.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            failure = model.Failure()
            for detail in status.StatusDetails.FromString(value).details:
                if detail.Unpack(failure):
                    return json_format.MessageToDict(failure, preserving_proto_field_name=True)
    return {}


class GrpcDoor:
    """Calls by name with JSON-like dictionaries; failures come as (code, RpcError)."""

    def __init__(self, address, token):
        self.messages, services = modules()
        self.channel = grpc.insecure_channel(address)
        self.stub = services.MasterStub(self.channel)
        self.token = token

    def metadata(self):
        return [("authorization", f"Bearer {self.token}")] if self.token else []

    def call(self, method, request_type, body, timeout=60):
        request = json_format.ParseDict(body, getattr(self.messages, request_type)())
        try:
            answer = getattr(self.stub, method)(request, metadata=self.metadata(), timeout=timeout)
            return "OK", json_format.MessageToDict(answer, preserving_proto_field_name=True)
        except grpc.RpcError as problem:
            return problem.code().name, problem

    def stream(self, method, request_type, body, timeout=30):
        """The first failure of a stream, or all of its messages."""
        request = json_format.ParseDict(body, getattr(self.messages, request_type)())
        try:
            return "OK", list(getattr(self.stub, method)(request, metadata=self.metadata(), timeout=timeout))
        except grpc.RpcError as problem:
            return problem.code().name, problem

    def exec(self, start, timeout=30):
        """Starts a command without input."""
        first = json_format.ParseDict({"start": start}, self.messages.ExecInput())
        last = json_format.ParseDict({"end_of_input": True}, self.messages.ExecInput())
        try:
            return "OK", list(self.stub.Exec(iter((first, last)), metadata=self.metadata(), timeout=timeout))
        except grpc.RpcError as problem:
            return problem.code().name, problem

    def upload(self, data, chunk=200_000, **first):
        def requests():
            yield json_format.ParseDict(first, self.messages.UploadSourceRequest())
            for begin in range(0, len(data), chunk):
                yield self.messages.UploadSourceRequest(data=data[begin:begin + chunk])
        try:
            answer = self.stub.UploadSource(requests(), metadata=self.metadata(), timeout=120)
            return "OK", json_format.MessageToDict(answer, preserving_proto_field_name=True)
        except grpc.RpcError as problem:
            return problem.code().name, problem

    def close(self):
        self.channel.close()
