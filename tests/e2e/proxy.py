"""A door before somebody else's server that can be cut, stalled and opened again; the server itself never notices."""
import contextlib
import os
import socket
import struct
import threading


class Proxy:
    """Listens on `address` (a path, or a host and port) and passes bytes on to `upstream` (likewise). Open at first."""

    def __init__(self, address, upstream):
        self.address, self.upstream = address, upstream
        self.flowing = threading.Event()
        self.flowing.set()
        self.lock = threading.Lock()
        self.open_sockets = set()
        self.listener = None
        self.listen()

    @staticmethod
    def family(address):
        return socket.AF_UNIX if isinstance(address, str) else socket.AF_INET

    def listen(self):
        listener = socket.socket(self.family(self.address))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(self.address)
        listener.listen(128)
        self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        self.flowing.wait()
        server = socket.socket(self.family(self.upstream))
        try:
            server.connect(self.upstream)
        except OSError:
            client.close()
            return
        with self.lock:
            if self.listener is None:  # cut meanwhile
                client.close()
                server.close()
                return
            self.open_sockets |= {client, server}
        back = threading.Thread(target=self.pump, args=(server, client), daemon=True)
        back.start()
        self.pump(client, server)
        back.join()
        with self.lock:
            self.open_sockets -= {client, server}
        client.close()
        server.close()

    def pump(self, source, target):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                self.flowing.wait()
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)

    def stall(self):
        """From now on nothing passes, and nobody is told."""
        self.flowing.clear()

    def cut(self):
        """Breaks what is open; nobody listens."""
        with self.lock:
            listener, self.listener = self.listener, None
            broken = set(self.open_sockets)
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            if isinstance(self.address, str):
                os.unlink(self.address)
        for one in broken:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.flowing.set()

    def restore(self):
        """Open again, whatever it was."""
        self.flowing.set()
        if self.listener is None:
            self.listen()

    def close(self):
        self.cut()
