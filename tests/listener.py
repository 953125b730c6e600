"""A site on loopback, and addresses of the network that nobody reaches in a test."""

from __future__ import annotations

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from newstance.service.intake.fetch import fetch, public_addresses

PUBLIC = "93.184.216.34"
PUBLIC_IPV6 = "2606:2800:220:1:248:1893:25c8:1946"
HTML = {"Content-Type": "text/html; charset=utf-8"}
NAMES = {
    "private.example": ["10.1.2.3"],
    "mixed.example": [PUBLIC, "127.0.0.1"],
    "mixed6.example": [PUBLIC, "::1"],
    "metadata.google.internal": ["169.254.169.254"],
    "localhost.": ["127.0.0.1"],
    "public.example": [PUBLIC_IPV6, PUBLIC],
}


class Listener:
    """A site on loopback: ``site.pages[path]`` is (status, headers, body), or what handles the request."""

    def __init__(self, certificate=None):
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.requests.append((self.path, dict(self.headers)))
                page = site.pages[self.path]
                if callable(page):
                    page(self)
                    return
                status, headers, body = page
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def process_request(self, request, client_address):
                site.connections += 1
                super().process_request(request, client_address)

            def handle_error(self, *_):  # the other side has gone, as it should
                pass

        self.pages, self.requests, self.connections = {}, [], 0
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def resolve(self, host, port, seconds):
        """news.example lies here; all else where it does."""
        return [("127.0.0.1", self.port)] if host == "news.example" else public_addresses(host, port, seconds)

    def fetch(self, path="/", url=None, **more):
        return fetch(url or f"http://news.example{path}", resolve=self.resolve, **more)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
