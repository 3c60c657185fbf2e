"""Clients that leave in the middle, dawdle or send what is no request: over bare sockets."""
import json
import socket
import time

import grpc

import bad_sources
from bad_sources import INVALID, LIMIT


class BadClients:
    """Tests that BadInputTest takes over."""

    def dial(self):
        return socket.create_connection((self.cluster.address, self.cluster.http), timeout=60)

    def head(self, method, path, *lines):
        told = (f"{method} {path} HTTP/1.1", "Host: edm", f"Authorization: Bearer {self.rest.token}", *lines)
        return ("\r\n".join(told) + "\r\n\r\n").encode()

    def exchange(self, data):
        """The whole answer to bytes that are no proper request."""
        with self.dial() as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            return answer

    def test_uploads_broken_off(self):
        """A client that leaves in the middle leaves nothing: no staged file, no instance, no commit."""
        whole = bad_sources.GOOD
        path = "/v1/instances/bad-broken/source?create=true&until=RUNNING"
        for part in (0, 1, len(whole) // 2, len(whole) - 1):
            with self.case(sent=part):
                with self.dial() as connection:
                    connection.sendall(self.head("PUT", path, f"Content-Length: {len(whole)}") + whole[:part])
                    time.sleep(0.1)
            with self.case(chunked=part):
                with self.dial() as connection:
                    connection.sendall(self.head("PUT", path, "Transfer-Encoding: chunked"))
                    if part:
                        connection.sendall(f"{part:x}\r\n".encode() + whole[:part] + b"\r\n")
                    time.sleep(0.1)
        with self.case(door="gRPC"):
            with self.assertRaises(grpc.RpcError):
                self.grpc.stub.UploadSource(self.cut(whole), metadata=self.grpc.metadata(), timeout=60)
        with self.case(door="gRPC, deadline"):
            code, problem = self.grpc_upload_slowly(whole)
            self.assertEqual(code, "DEADLINE_EXCEEDED", problem)

    def cut(self, whole):
        yield self.grpc.messages.UploadSourceRequest(id="bad-broken", create=True)
        yield self.grpc.messages.UploadSourceRequest(data=whole[:100])
        raise RuntimeError("the client leaves")

    def grpc_upload_slowly(self, whole):
        def requests():
            yield self.grpc.messages.UploadSourceRequest(id="bad-broken", create=True)
            yield self.grpc.messages.UploadSourceRequest(data=whole[:100])
            time.sleep(3)
        try:
            return "OK", self.grpc.stub.UploadSource(requests(), metadata=self.grpc.metadata(), timeout=1)
        except grpc.RpcError as problem:
            return problem.code().name, problem

    def test_slow_requests(self):
        """Two hundred that send a byte now and then take nobody's turn, and are shown the door."""
        slow = [self.dial() for _ in range(200)]
        for number, connection in enumerate(slow):
            connection.sendall(b"G" if number % 2 else self.head("PUT", "/v1/instances/bad-slow/source?create=true",
                                                                 "Content-Length: 1000"))
        begun = time.monotonic()
        with self.subTest(slow=len(slow)):
            type(self).cases += 1
            self.assertEqual(self.rest.get("/v1/version").status, 200)
            self.assertLess(time.monotonic() - begun, 2)
            slow[1].settimeout(30)
            answer = slow[1].recv(65536)
            self.assertIn(answer[:12], (b"", b"HTTP/1.1 408"), answer)
        for connection in slow:
            connection.close()
        self.unchanged()

    def test_what_is_no_request(self):
        long = "x" * 100_000
        for name, data in {
            "garbage": b"\x16\x03\x01\x02\x00garbage\r\n\r\n",
            "no version": b"GET /v1/instances\r\n\r\n",
            "long path": f"GET /v1/{long} HTTP/1.1\r\nHost: edm\r\n\r\n".encode(),
            "long header": self.head("GET", "/v1/instances", f"X: {long}"),
            "two lengths": self.head("POST", "/v1/instances", "Content-Length: 2", "Content-Length: 3") + b"{}",
            "length and chunks": self.head("POST", "/v1/instances", "Content-Length: 2", "Transfer-Encoding: chunked") + b"{}",
            "negative length": self.head("POST", "/v1/instances", "Content-Length: -1"),
            "bad chunk": self.head("POST", "/v1/instances", "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n",
            "NUL in a header": self.head("GET", "/v1/instances", "X: a\0b"),
            "bad escape": self.head("GET", "/v1/instances/%zz"),
            "NUL in the path": self.head("GET", "/v1/instances/a%00b"),
            "traversal": self.head("GET", "/v1/../../etc/passwd"),
            "traversal in git": self.head("GET", "/git/default/../../admin.token/info/refs?service=git-upload-pack"),
        }.items():
            with self.case(request=name):
                answer = self.exchange(data)
                self.assertRegex(answer[:13], rb"^HTTP/1\.[01] 4\d\d", answer[:300])
                type(self).answers += 1
                if b"application/problem+json" in answer:
                    problem = json.loads(answer.split(b"\r\n\r\n", 1)[1])
                    self.assertTrue(problem["code"] and problem["object"] and problem["cause"], problem)
        with self.case(request="too long an upload"):
            with self.dial() as connection:
                connection.sendall(self.head("PUT", "/v1/instances/bad-long/source?create=true", "Content-Length: 999999999999"))
                answer = connection.recv(65536)
            self.assertRegex(answer[:13], rb"^HTTP/1\.1 4\d\d", answer[:300])
            self.assertIn(b"application/problem+json", answer)
        with self.case(request="a form"):
            answer = self.rest.put("/v1/instances/bad-form/source?create=true", b"--x\r\n",
                                   headers={"Content-Type": "multipart/form-data; boundary=x"})
            self.judge_problem(answer, INVALID, "Content-Type")
        with self.case(grpc="too long a message"):
            self.assertIn(self.grpc.call("CreateInstance", "CreateInstanceRequest", {"description": "x" * (64 << 20)})[0], LIMIT)
