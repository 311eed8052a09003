"""Fails, for the test of what is shown then."""


def test_shouts(loopgate):
    assert loopgate.listener("EchoListener").ask(b"fine") == b"fine"
    assert loopgate.listener("ShoutListener").ask(b"boom") == b"BOOM"
