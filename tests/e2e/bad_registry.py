"""An image registry that has nothing, and one that never answers, on loopback: engines speak plain HTTP there."""
import http.server
import json
import socket
import threading


class Registry:
    """A context; `address` has no image of any name, `silent` takes connections and says nothing."""

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.quiet = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        self.silent = f"127.0.0.1:{self.quiet.getsockname()[1]}"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.quiet.close()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        body = b"{}" if self.path == "/v2/" else json.dumps(
            {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown", "detail": {}}]}).encode()
        self.send_response(200 if self.path == "/v2/" else 404)
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET
