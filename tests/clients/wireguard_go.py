"""Network namespaces, and wireguard-go with a TUN device inside one, driven by `wg`."""

import contextlib
import ctypes
import os
import socket
import subprocess
import tempfile
import time

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000  # sched.h
_POLL = 0.02


class Unavailable(Exception):
    """What the test needs is not allowed or not installed here."""


def wait_until(what, condition, seconds=20):
    """The first true value of `condition`, asked again and again until the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(_POLL)


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _enter(descriptor):
    if _LIBC.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    def __init__(self, name):
        self.name = name
        try:
            run("ip", "netns", "add", name)
        except RuntimeError as error:
            raise Unavailable(f"network namespaces are not allowed here: {error}") from error

    def ip(self, *arguments):
        return run("ip", "-n", self.name, *arguments)

    def run(self, *command, stdin=None):
        return run("ip", "netns", "exec", self.name, *command, stdin=stdin)

    @contextlib.contextmanager
    def entered(self):
        """This process is inside meanwhile; sockets that it opens and processes that it starts stay there."""
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _enter(there)
            yield self
        finally:
            _enter(home)
            os.close(there)
            os.close(home)

    def socket(self, family, kind, protocol, address):
        with self.entered():
            opened = socket.socket(family, kind, protocol)
        opened.bind(address)
        opened.settimeout(10)
        return opened

    def remove(self):
        run("ip", "netns", "del", self.name)


def probe_tun(namespace):
    try:
        namespace.ip("tuntap", "add", "dev", "probe", "mode", "tun")
        namespace.ip("link", "del", "probe")
    except RuntimeError as error:
        raise Unavailable(f"TUN devices are not allowed here: {error}") from error


class WireGuardGo:
    """A device with one peer. `config` is in wg(8)'s format, without what only wg-quick knows."""

    def __init__(self, namespace, interface, config, addresses, routes):
        self.namespace, self.interface = namespace, interface
        self._log = tempfile.TemporaryFile()
        # `ip netns exec` becomes the program, so this is wireguard-go's own process id.
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", namespace.name, "wireguard-go", "-f", interface],
            stdout=self._log, stderr=subprocess.STDOUT, env={**os.environ, "LOG_LEVEL": "verbose"})
        try:
            wait_until(f"wireguard-go takes {interface}'s configuration", self._is_up)
            self.wg("setconf", "/dev/stdin", stdin=config)
            for address in addresses:
                options = ["nodad"] if ":" in address else []
                namespace.ip("address", "add", address, "dev", interface, *options)
            namespace.ip("link", "set", interface, "up")
            for route in routes:
                namespace.ip("route", "add", route, "dev", interface)
        except Exception:
            print(self.log())
            self.close()
            raise

    def _is_up(self):
        if self.process.poll() is not None:
            raise RuntimeError("wireguard-go ended:\n" + self.log())
        return "UAPI listener started" in self.log()

    def wg(self, verb, *arguments, stdin=None):
        return self.namespace.run("wg", verb, self.interface, *arguments, stdin=stdin)

    def show(self, field):
        """`wg show INTERFACE FIELD` of the only peer, or of the interface."""
        return self.wg("show", field).split()[-1]

    def log(self):
        # Not by seeking: the process writes at the same position.
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self._log.close()
