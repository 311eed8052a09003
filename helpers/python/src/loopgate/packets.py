"""Datagrams to and from listeners, and what the journal says when one does not come."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from typing import TYPE_CHECKING, Any, Iterable

if TYPE_CHECKING:
    from .sandbox import Sandbox

FIRST_LOOK = 0.05  # seconds: most replies have come by then, and the journal need not be asked


class LoopgateError(AssertionError):
    """What was expected of the sandbox did not happen; the text says what did."""


class Client:
    """One client of a listener: a UDP socket of its own, until it is closed."""

    def __init__(self, sandbox: Sandbox, address: tuple[str, int], name: str):
        self._sandbox, self._name = sandbox, name
        self._events: list[dict[str, Any]] = []  # of the journal, as far as it was read
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.connect(address)

    @property
    def address(self) -> str:
        """ADDRESS:PORT, as a Packet Source's `Remote` names it and the journal does."""
        host, port = self._socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def send(self, payload: bytes) -> None:
        self._socket.send(payload)

    def receive(self, timeout: float = 5.0) -> bytes:
        """The next datagram. Fails at once when the journal says why there will be none, else after `timeout` s."""
        __tracebackhide__ = True  # pytest shows the test's line instead
        end = time.monotonic() + timeout
        came = self._comes_within(min(FIRST_LOOK, timeout))
        while not came:
            events = self._look()
            if discards := dead_end(events, self.address):
                raise LoopgateError(f"no reply from {self._name}: {tell(discards)}") from None
            left = end - time.monotonic()
            if left <= 0:
                raise LoopgateError(self._silence(events, timeout)) from None
            with contextlib.closing(self._sandbox.when_quiet(self._last_seq(), left)) as quiet:
                came = self._comes_within(left, quiet.sock)
        try:
            return self._socket.recv(65536)
        except ConnectionRefusedError:
            raise LoopgateError(f"nobody listens at {self._name}'s address") from None

    def _comes_within(self, seconds: float, *others: socket.socket) -> bool:
        """Whether there is a datagram; gives up early when one of the others has something."""
        with selectors.DefaultSelector() as waiting:
            for each in (self._socket, *others):
                waiting.register(each, selectors.EVENT_READ)
            return any(key.fileobj is self._socket for key, _ in waiting.select(max(0.0, seconds)))

    def _last_seq(self) -> int:
        return self._events[-1]["seq"] if self._events else self._sandbox.since

    def _look(self) -> list[dict[str, Any]]:
        self._events += self._sandbox.journal(after=self._last_seq())
        return self._events

    def _silence(self, events: list[dict[str, Any]], timeout: float) -> str:
        said = f"no reply from {self._name} within {timeout:g} s"
        discards = [event for event in events if event["event"] == "discarded"]
        if discards:
            return f"{said}: {tell(discards)}"
        if any(event["event"] == "delivered" for event in of_client(events, self.address)):
            return f"{said}: the packet was delivered, and no destination has answered it"
        return f"{said}; nothing was discarded. There were: {summary(events)}"

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Listener:
    """A UDP listener of the sandbox. WireGuard's take packets from `loopgate send --wg` and real clients."""

    def __init__(self, sandbox: Sandbox, name: str, region: str | None = None):
        self._sandbox, self.name = sandbox, name
        self.info = sandbox.get("listener", listener=name)
        addresses = self.info["addresses"]
        host, port = addresses[region or next(iter(addresses))].rsplit(":", 1)
        self.address = (host.strip("[]"), int(port))

    def client(self) -> Client:
        """A client that sends more than once, or receives what nobody asked for; close it or use `with`."""
        if self.info["protocol"] != "udp":
            raise LoopgateError(f"{self.name} speaks {self.info['protocol']}, not plain UDP: use `loopgate send --wg`")
        return Client(self._sandbox, self.address, self.name)

    def ask(self, payload: bytes, timeout: float = 5.0) -> bytes:
        """Sends one datagram and gives the reply, or fails with the reason from the journal."""
        __tracebackhide__ = True
        with self.client() as client:
            client.send(payload)
            return client.receive(timeout)

    def send(self, payload: bytes) -> None:
        """Sends one datagram; `wait` or the journal tells what becomes of it."""
        with self.client() as client:
            client.send(payload)


def of_client(events: Iterable[dict[str, Any]], remote: str) -> list[dict[str, Any]]:
    """The story of a client's packets: what names it or their tags, and the calls of the batches they joined."""
    tags: set[str] = set()
    batches: set[int] = set()
    story = []
    for event in events:
        if event.get("remote") == remote and "tag" in event:
            tags.add(event["tag"])
        if event.get("tag") in tags and "batch" in event:
            batches.add(event["batch"])
        if event.get("remote") == remote or event.get("tag") in tags or (
                "tag" not in event and event.get("batch") in batches):
            story.append(event)
    return story


def dead_end(events: Iterable[dict[str, Any]], remote: str) -> list[dict[str, Any]]:
    """The discards of a client's packets, when none of its others may still be answered. What had its answer is over:
    an earlier packet of this client, or of another whose port it got."""
    story = of_client(events, remote)
    over = {(event["tag"], event.get("batch")) for event in story if event["event"] in ("discarded", "replied")}
    under_way = any(event["event"] == "queued" and (event["tag"], event["batch"]) not in over for event in story)
    return [] if under_way else [event for event in story if event["event"] == "discarded"]


def tell(discards: Iterable[dict[str, Any]]) -> str:
    return "\n".join(" ".join(filter(None, [f"[{event['reason']}]", event.get("text"), event["remedy"]]))
                     for event in discards)


def summary(events: Iterable[dict[str, Any]]) -> str:
    counts: dict[str, int] = {}
    for event in events:
        kind = event["event"] + (f" [{event['reason']}]" if "reason" in event else "")
        counts[kind] = counts.get(kind, 0) + 1
    return ", ".join(f"{count} × {kind}" for kind, count in counts.items()) or "no events"
