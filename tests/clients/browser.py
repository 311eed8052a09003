"""A headless Chromium, driven by its DevTools protocol over a pipe: `with Browser(program, rules) as browser`.
https://chromedevtools.github.io/devtools-protocol/"""

import json
import os
import select
import signal
import subprocess
import tempfile
import time

# bash: it can put any descriptor in the place of 3 and 4, where Chromium reads commands and writes answers.
LAUNCH = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'


class Browser:
    def __init__(self, program, resolver_rules="", patience=240):
        self._patience = patience
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()
        self._log = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            ["bash", "-c", LAUNCH, "bash", str(commands), str(answers),
             program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--remote-debugging-pipe", f"--user-data-dir={self._profile.name}",
             f"--host-resolver-rules={resolver_rules}", "about:blank"],
            pass_fds=(commands, answers), stdout=self._log, stderr=self._log, start_new_session=True)
        os.close(commands)
        os.close(answers)
        self._buffer = b""
        self._events = []  # that nobody waited for yet
        self._last = 0

    def open(self, url):
        """A new page, loaded."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        page = Page(self, self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"])
        self.call("Page.enable", session=page.session)
        page.go(lambda: self.call("Page.navigate", {"url": url}, page.session))
        return page

    def call(self, method, params=None, session=None):
        self._last += 1
        message = {"id": self._last, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        answer = self._wait_for(lambda got: got.get("id") == message["id"])
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def wait_for_load(self, session):
        loaded = lambda got: got.get("method") == "Page.loadEventFired" and got.get("sessionId") == session
        if not any(loaded(event) for event in self._events):
            self._wait_for(loaded)

    def forget_events(self):
        self._events.clear()

    def _wait_for(self, wanted):
        deadline = time.monotonic() + self._patience
        while True:
            head, zero, rest = self._buffer.partition(b"\0")
            if zero:
                self._buffer = rest
                message = json.loads(head)
                if wanted(message):
                    return message
                self._events.append(message)
                continue
            ready = select.select([self._read], [], [], max(0, deadline - time.monotonic()))[0]
            more = os.read(self._read, 1 << 16) if ready else b""
            if not more:
                raise RuntimeError("Chromium " + ("ended:\n" if ready else "does not answer:\n") + self.log())
            self._buffer += more

    def log(self):
        self._log.seek(0)
        return self._log.read()[-4000:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._write)
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        os.close(self._read)
        self._log.close()
        self._profile.cleanup()


class Page:
    def __init__(self, browser, session):
        self._browser = browser
        self.session = session

    def go(self, leave):
        """Does what leads to another page, and waits until that is loaded."""
        self._browser.forget_events()
        leave()
        self._browser.wait_for_load(self.session)

    def run(self, body):
        """The result of an async function of the page's own."""
        answer = self._browser.call("Runtime.evaluate", {
            "expression": "(async () => {" + body + "})()", "awaitPromise": True, "returnByValue": True,
        }, self.session)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")
