"""A running sandbox for tests: `with Sandbox(binary, ["template.yaml"]) as sandbox`."""

import json
import os
import pathlib
import select
import socket
import subprocess
import tempfile
import urllib.request


class Sandbox:
    def __init__(self, binary, arguments=(), environment=None, port=0):
        self._folder = tempfile.TemporaryDirectory()
        ready = pathlib.Path(self._folder.name) / "ready.json"
        # By default without a fixed port; the ready file says which one was free.
        self._log = open(pathlib.Path(self._folder.name) / "log", "w+")
        self.process = subprocess.Popen(
            [binary, "up", "--port", str(port), "--ready-file", str(ready), *arguments],
            stdout=self._log, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})},
        )
        self._wait_for(ready)
        self.info = json.loads(ready.read_text())
        self.endpoint = self.info["endpoint"]

    def _wait_for(self, ready):
        """Until the ready file is there or the process ended; a pidfd wakes us for the latter."""
        pidfd = os.pidfd_open(self.process.pid)
        try:
            for _ in range(6000):
                if ready.exists():
                    return
                if select.select([pidfd], [], [], 0.01)[0]:
                    break
        finally:
            os.close(pidfd)
        raise RuntimeError("the sandbox did not start:\n" + self.log())

    def log(self):
        self._log.flush()
        self._log.seek(0)
        return self._log.read()

    def environment(self):
        return {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def listener(self, logical_id):
        for stack in self.info["stacks"].values():
            if logical_id in stack["listeners"]:
                return stack["listeners"][logical_id]
        raise KeyError(logical_id)

    def address(self, logical_id, region="us-west-2"):
        host, port = self.listener(logical_id)["addresses"][region].rsplit(":", 1)
        return host, int(port)

    def output(self, stack, key):
        return self.info["stacks"][stack]["outputs"][key]

    def get(self, path):
        with urllib.request.urlopen(self.endpoint + path, timeout=30) as answer:
            return answer.read().decode()

    def post(self, path, body, headers=()):
        request = urllib.request.Request(self.endpoint + path, json.dumps(body).encode(), dict(headers))
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def call(self, service, operation, params):
        """An operation of a service that speaks JSON, without a client."""
        target = {"sqs": "AmazonSQS", "logs": "Logs_20140328"}[service]
        return self.post("/", params, {"X-Amz-Target": f"{target}.{operation}",
                                       "Content-Type": "application/x-amz-json-1.0"})

    def journal(self, query=""):
        lines = self.get("/_loopgate/journal" + query).splitlines()
        return [json.loads(line) for line in lines]

    def kill(self):
        """As `kill -9`: nothing is said goodbye to."""
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
        self._log.close()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class UdpClient:
    def __init__(self, timeout=20):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(timeout)

    @property
    def port(self):
        return self.socket.getsockname()[1]

    def send(self, payload, to):
        self.socket.sendto(payload, to)

    def receive(self):
        return self.socket.recvfrom(65536)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
