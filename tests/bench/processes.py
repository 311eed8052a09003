"""What runs while something is measured: one core for the sandbox or its anchor, another for the load."""

import http.client
import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
LOAD_CORE = CORES[-1]
PATIENCE = 60  # seconds until a benchmark counts as stuck


class Failed(Exception):
    """A benchmark that could not run."""


class Build:
    """The folder that `./dev bench` built."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.loopgate = str(self.folder / "loopgate")

    def tool(self, name):
        return str(self.folder / "tests" / "bench" / name)


def on_core(core):
    return lambda: os.sched_setaffinity(0, {core})


def load(*command):
    """Runs a load to its end; gives what it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, preexec_fn=on_core(LOAD_CORE), timeout=300)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: status {done.returncode}")
    return done.stdout


class Server:
    """An anchor's server: prints what one needs to reach it as its first line."""

    def __init__(self, *command, environment=None):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment,
                                        preexec_fn=on_core(SERVER_CORE))
        self.hello = self.process.stdout.readline().split()
        if not self.hello:
            raise Failed(f"{' '.join(command)} said nothing")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @property
    def address(self):
        return f"127.0.0.1:{self.hello[0]}"


class Sandbox:
    """`loopgate up` with a template, ready; `shows` its packets in a file."""

    def __init__(self, build, template, *flags, shows=False):
        self.folder = tempfile.TemporaryDirectory(prefix="loopgate-bench-")
        path = pathlib.Path(self.folder.name)
        ready = path / "ready.json"
        self.data = str(path / "data")
        self.log = open(path / "log", "w+")
        flags = [flag.replace("{data}", self.data) for flag in flags] + ([] if shows else ["--quiet"])
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [build.loopgate, "up", str(ROOT / template), "--port", "0", "--ready-file", str(ready),
             *flags], stdout=self.log, stderr=self.log, preexec_fn=on_core(SERVER_CORE))
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() - self.started > PATIENCE:
                self.process.kill()
                self.log.seek(0)
                raise Failed(f"loopgate up {template}: {self.log.read()}")
            time.sleep(0.0005)
        self.ready = json.loads(ready.read_text())
        self.endpoint = urllib.parse.urlsplit(self.ready["endpoint"])
        self.http = http.client.HTTPConnection(self.endpoint.hostname, self.endpoint.port, timeout=PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()

    @property
    def stack(self):
        return next(iter(self.ready["stacks"].values()))

    @property
    def listener(self):
        """The address of the template's one listener."""
        return next(iter(next(iter(self.stack["listeners"].values()))["addresses"].values()))

    def query(self, service, **parameters):
        """One call in the Query protocol; gives the answer's text."""
        body = urllib.parse.urlencode(parameters)
        scope = f"AKIDEXAMPLE/20260101/us-west-2/{service}/aws4_request"
        self.http.request("POST", "/", body, {
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"})
        answer = self.http.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise Failed(f"{parameters}: {answer.status} {text}")
        return text

    def control(self, method, path, document=None):
        """A call of the sandbox's own HTTP; gives the answer's JSON."""
        body = None if document is None else json.dumps(document)
        self.http.request(method, f"/_loopgate/{path}", body, {"Content-Type": "application/json"})
        answer = self.http.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Failed(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text)

    def move_functions(self, core):
        """Functions start on the sandbox's core."""
        for child in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            os.sched_setaffinity(int(child), {core})

    def status(self, field):
        """A field of /proc/PID/status in KiB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise Failed(f"/proc has no {field}")
