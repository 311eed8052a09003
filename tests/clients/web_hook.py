"""A web hook for tests: an HTTP endpoint that subscribes to topics. `with WebHook() as hook`."""

import json
import queue
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A sandbox that was killed closes its connections as it likes."""


class WebHook:
    """Confirms subscriptions by itself. `answer(body)` gives a status; what it answers with 200 is in `taken`, as
    (headers, body), in the order of arrival."""

    def __init__(self, answer=lambda body: 200):
        hook = self
        self.taken = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status = 200
                if self.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation":
                    # Once the request is answered, as the sandbox waits for that.
                    visit = threading.Thread(target=hook._visit, args=(json.loads(body)["SubscribeURL"],))
                    visit.start()
                else:
                    status = answer(body)
                if status == 200:
                    hook.taken.put((dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self.confirmed = threading.Event()

    def _visit(self, url):
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert b"<SubscriptionArn>" in answer.read()
        self.confirmed.set()

    def next(self, timeout=20):
        return self.taken.get(timeout=timeout)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()
