"""A running sandbox: started here, or found where an endpoint is."""

from __future__ import annotations

import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse
from typing import Any, Iterable, Mapping

from .packets import Listener, LoopgateError

START_WITHIN = 120.0  # seconds
ANSWER_WITHIN = 120.0  # seconds: moves of the clock wait for functions
UNTOLD = ("api-call", "stack", "listener")  # kinds of events that are no packet's story
UNTOLD_LINE = re.compile(rf"[0-9:.]+ ({'|'.join(UNTOLD)}) ")
LINES_OF_STORY = 200


def variable_part(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()


class Sandbox:
    """`outputs`, `stack`, `listener(…)`, … of the sandbox at `endpoint`."""

    def __init__(self, endpoint: str, process: subprocess.Popen[bytes] | None = None,
                 folder: tempfile.TemporaryDirectory[str] | None = None):
        self.endpoint, self._process, self._folder = endpoint.rstrip("/"), process, folder
        address = urllib.parse.urlsplit(self.endpoint)
        self._place = (address.hostname or "", address.port or 80)
        self.since = 0  # the journal before it belongs to an earlier test
        self.clock = Clock(self)

    @classmethod
    def start(cls, *templates: str | os.PathLike[str], binary: str | None = None,
              arguments: Iterable[str] = ()) -> Sandbox:
        """Starts one on free ports. `binary`: else LOOPGATE_BINARY, else `loopgate` of the PATH. `arguments`: what
        `loopgate up --help` has."""
        program = binary or os.environ.get("LOOPGATE_BINARY") or shutil.which("loopgate")
        if not program:
            raise LoopgateError("there is no loopgate on the PATH; set LOOPGATE_BINARY to it")
        folder = tempfile.TemporaryDirectory(prefix="loopgate-")
        ready, log = pathlib.Path(folder.name, "ready.json"), pathlib.Path(folder.name, "log")
        with open(log, "wb") as out:
            process = subprocess.Popen(
                [program, "up", "--port", "0", "--quiet", "--ready-file", str(ready), *arguments,
                 *(os.fspath(template) for template in templates)], stdout=out, stderr=subprocess.STDOUT)
        end = time.monotonic() + START_WITHIN
        while not ready.exists():
            ended = process.poll() is not None
            if ended or time.monotonic() > end:
                process.kill()
                process.wait()
                said = log.read_text(errors="replace").strip()
                folder.cleanup()
                raise LoopgateError(f"the sandbox {'ended' if ended else 'did not get ready'}:\n{said}")
            time.sleep(0.005)
        return cls(json.loads(ready.read_text())["endpoint"], process, folder)

    def close(self) -> None:
        """Ends it if it was started here."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._folder:
            self._folder.cleanup()
        self._process = self._folder = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<loopgate at {self.endpoint}>"

    # What is deployed

    @property
    def info(self) -> dict[str, Any]:
        return self.get("info")

    @property
    def stacks(self) -> dict[str, Any]:
        return self.info["stacks"]

    @property
    def stack(self) -> str:
        """The name of the only stack."""
        names = list(self.stacks)
        if len(names) != 1:
            raise LoopgateError(f"there are {len(names)} stacks ({', '.join(names)}); use `stacks`")
        return names[0]

    @property
    def outputs(self) -> dict[str, str]:
        """Of all stacks, as the templates have them."""
        return {key: value for stack in self.stacks.values() for key, value in stack.get("outputs", {}).items()}

    @property
    def local(self) -> dict[str, str]:
        """The address here of those outputs that name the vendor's production."""
        return {key: value for stack in self.stacks.values() for key, value in stack.get("local", {}).items()}

    @property
    def environment(self) -> dict[str, str]:
        """What `loopgate env` exports, for programs that are tested."""
        info = self.info
        region = info["regions"][0]
        out = {"AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
               "AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_EC2_METADATA_DISABLED": "true",
               "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}
        there = [(stack, name, listener) for stack, content in info["stacks"].items()
                 for name, listener in content["listeners"].items()]
        names = [name for _, name, _ in there]
        for stack, name, listener in there:
            if region in listener["addresses"]:
                title = name if names.count(name) == 1 else f"{stack}_{name}"
                out[f"LOOPGATE_{variable_part(title)}_ADDR"] = listener["addresses"][region]
        own = {stack: content for stack, content in info["stacks"].items() if "status" in content}
        out["LOOPGATE_STACK"] = " ".join(own)
        keys = [key for content in own.values() for key in content["outputs"]]
        for stack, content in own.items():
            for key, value in {**content["outputs"], **content["local"]}.items():
                out["LOOPGATE_OUTPUT_" + variable_part(key if keys.count(key) == 1 else f"{stack}_{key}")] = value
        return out

    def client(self, service: str, **arguments: Any) -> Any:
        """boto3's client of a service, at this sandbox."""
        try:
            import boto3
        except ImportError:
            raise LoopgateError("boto3 is not installed: pip install 'loopgate[boto3]'") from None
        return boto3.client(service, **{
            "endpoint_url": self.endpoint, "region_name": self.info["regions"][0], "aws_access_key_id": "test",
            "aws_secret_access_key": "test", **arguments})

    # Packets

    def listener(self, name: str, region: str | None = None) -> Listener:
        """By logical id, STACK/LOGICALID, name or port."""
        return Listener(self, name, region)

    def publish(self, topic: str, data: bytes = b"", to: str = "", *, egress_region: str | None = "",
                peer_key: str = "", message: Any = None) -> str:
        """Publishes one packet for the client `to` (ADDRESS:PORT) to a Packet Source's topic, or `message` as it is.
        `egress_region`: by default the sandbox's first; None leaves the attribute out. Gives the message's id."""
        if message is None:
            host, _, port = to.rpartition(":")
            remote: dict[str, Any] = {"Address": host.strip("[]"), "Port": int(port)}
            if peer_key:
                remote["PeerKey"] = peer_key
            message = {"Messages": [{"Remote": remote, "Formatter": "hex", "Data": data.hex()}]}
        attributes = {} if egress_region is None else {"EgressRegion": egress_region or self.info["regions"][0]}
        text = message if isinstance(message, str) else json.dumps(message)
        return self.post("publish", topic=topic, message=text, attributes=attributes)["message_id"]

    def journal(self, **filters: Any) -> list[dict[str, Any]]:
        """The events since the last reset; `event`, `reason`, `listener`, `tag`, `after`: as docs/API.md has them."""
        query = {"after": self.since, **{key: value for key, value in filters.items() if value is not None}}
        lines = self._ask("GET", "journal", query).splitlines()
        return [event for event in map(json.loads, lines) if "event" in event]

    def wait(self, event: str | None = None, *, reason: str | None = None, listener: str | None = None,
             count: int = 1, within: float = 5.0, after: int | None = None,
             idle: float | None = None) -> list[dict[str, Any]]:
        """The first `count` events that fit, since the last reset or `after` (a `seq`); waits for them, and with `idle`
        until nothing has happened for so many seconds and nothing is under way. What did happen is in the failure."""
        __tracebackhide__ = True  # pytest shows the test's line instead
        asked = {"event": event, "reason": reason, "listener": listener,
                 "idle": None if idle is None else f"{idle:.3f}s"}
        answer = self.get("wait", after=self.since if after is None else after, count=count, within=f"{within:.3f}s",
                          **{key: value for key, value in asked.items() if value is not None})
        if not answer["arrived"]:
            raise LoopgateError(answer["said"])
        return answer["events"]

    def when_quiet(self, after: int, within: float) -> http.client.HTTPConnection:
        """A request that is answered when there are events after `after` and nothing is under way any more, or the
        time is over: for who waits for something else as well. To be closed."""
        connection = http.client.HTTPConnection(*self._place, timeout=ANSWER_WITHIN)
        query = {"after": after, "count": 1, "idle": "0s", "within": f"{within:.3f}s"}
        try:
            connection.request("GET", "/_loopgate/wait?" + urllib.parse.urlencode(query))
        except OSError as problem:
            connection.close()
            raise LoopgateError(f"there is no sandbox at {self.endpoint}: {problem}") from problem
        return connection

    def snapshot(self, name: str) -> None:
        """Keeps the sandbox's state (stacks, messages, functions, logs, clock) by a name, until it ends."""
        self.post("snapshot", name=name)

    def restore(self, name: str) -> None:
        """Puts it back, in a millisecond or two: what a suite has filled once is there for each test."""
        self.post("restore", name=name)

    def bill(self, listener: str | None = None) -> dict[str, Any]:
        """Packets as the service bills them since the last reset: `billed`, `delivered`, `replied`, `sourced`."""
        return self.get("bill", **({} if listener is None else {"listener": listener}))

    def story(self) -> str:
        """What happened to packets since the last reset, for people."""
        text = self._ask("GET", "journal", {"after": self.since, "form": "text"})
        lines = [line for line in text.splitlines() if not UNTOLD_LINE.match(line)]
        left_out = len(lines) - LINES_OF_STORY
        return "\n".join(([f"… {left_out} earlier events"] if left_out > 0 else []) + lines[-LINES_OF_STORY:])

    def reset(self, keep_stacks: bool = True) -> None:
        """Between two tests: stacks and warm functions stay, packets, messages, logs and the journal go."""
        self.post("reset", keep_stacks=keep_stacks)

    def mark(self) -> None:
        """What the journal has now belongs to an earlier test."""
        self.since = self.last_seq()

    def last_seq(self) -> int:
        """Of the journal, to look at what comes after it."""
        return self.info["last_seq"]

    # The routes of docs/API.md

    def get(self, route: str, **query: Any) -> Any:
        __tracebackhide__ = True
        return json.loads(self._ask("GET", route, query))

    def post(self, route: str, **body: Any) -> Any:
        __tracebackhide__ = True
        return json.loads(self._ask("POST", route, body=body))

    def _ask(self, method: str, route: str, query: Mapping[str, Any] | None = None,
             body: Mapping[str, Any] | None = None) -> str:
        __tracebackhide__ = True
        connection, answer = self._open(method, route, query, body)
        try:
            return answer.read().decode()
        finally:
            connection.close()

    def _open(self, method: str, route: str, query: Mapping[str, Any] | None = None,
              body: Mapping[str, Any] | None = None) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        __tracebackhide__ = True
        connection = http.client.HTTPConnection(*self._place, timeout=ANSWER_WITHIN)
        path = f"/_loopgate/{route}" + ("?" + urllib.parse.urlencode(query) if query else "")
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
        except OSError as problem:
            connection.close()
            if self._process and self._process.poll() is not None:
                raise LoopgateError(f"the sandbox has ended with status {self._process.returncode}") from problem
            raise LoopgateError(f"there is no sandbox at {self.endpoint}: {problem}") from problem
        if answer.status != 200:
            text = answer.read().decode(errors="replace")
            connection.close()
            try:
                text = json.loads(text)["error"]
            except (ValueError, KeyError):
                pass
            raise LoopgateError(text)
        return connection, answer


class Clock:
    def __init__(self, sandbox: Sandbox):
        self._sandbox = sandbox

    def now(self) -> str:
        return self._sandbox.get("clock")["now"]

    def advance(self, step: str) -> str:
        """Moves it ("3m", "1h30m"); everything due has happened when it returns. Gives the new time."""
        return self._sandbox.post("clock", advance=step)["now"]
