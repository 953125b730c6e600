"""A Hugging Face hub with one model, as far as ``huggingface_hub`` asks."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@contextmanager
def small_hub(model: str, revision: str, files: Mapping[str, bytes], licence: str) -> Iterator[tuple[str, list[str]]]:
    """Serves a model; gives the hub's address and the paths that were asked for."""
    asked: list[str] = []
    told = {
        "id": model,
        "modelId": model,
        "sha": revision,
        "siblings": [{"rfilename": name, "size": len(content)} for name, content in files.items()],
        "cardData": {"license": licence},
    }

    tree = [{"type": "file", "path": name, "size": len(content), "oid": "0"} for name, content in files.items()]

    class Hub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = urlsplit(self.path).path
            asked.append(path)
            name = path.rpartition("/")[2]
            if path in (f"/api/models/{model}/revision/{revision}", f"/api/models/{model}"):
                self._answer(json.dumps(told).encode(), "application/json")
            elif path.startswith(f"/api/models/{model}/tree/{revision}"):
                self._answer(json.dumps(tree).encode(), "application/json")
            elif path.startswith(f"/{model}/resolve/{revision}/") and name in files:
                self._answer(files[name], "application/octet-stream")
            else:
                self.send_error(404)

        do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

        def _answer(self, content: bytes, kind: str):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", revision)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
