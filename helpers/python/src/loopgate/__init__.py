"""Tests against a Loopgate sandbox. With pytest, the plugin's fixture `loopgate` is one; elsewhere:

    with Sandbox.start("template.yaml") as sandbox:
        assert sandbox.listener("UdpListener").ask(b"hello") == b"HELLO"
"""

from .packets import Client, Listener, LoopgateError
from .sandbox import Clock, Sandbox

__all__ = ["Client", "Clock", "Listener", "LoopgateError", "Sandbox"]
