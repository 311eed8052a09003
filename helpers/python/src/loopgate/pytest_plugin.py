"""pytest: the fixture `loopgate`, a sandbox for the session (each xdist worker its own), reset before each test; a
failed test's report has what happened to its packets."""

from __future__ import annotations

import os
from typing import Iterator

import pytest

from .packets import LoopgateError
from .sandbox import Sandbox

SECTION = "Loopgate: what happened to the packets"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("loopgate", "Loopgate, the sandbox of a UDP gateway and its AWS account")
    group.addoption("--loopgate-template", action="append", default=[], metavar="FILE",
                    help="Template that the sandbox deploys, may be repeated; instead of the ini's")
    group.addoption("--loopgate-binary", metavar="FILE", help="The program; default: LOOPGATE_BINARY, or of the PATH")
    group.addoption("--loopgate-endpoint", metavar="URL",
                    help="Use a running sandbox. Default without a template: AWS_ENDPOINT_URL, as of `loopgate exec`")
    parser.addini("loopgate_templates", "Templates that the sandbox deploys, from the ini's folder", type="paths")
    parser.addini("loopgate_arguments", "Further arguments of `loopgate up`", type="args")
    parser.addini("loopgate_reset", "Whether each test begins with a reset that keeps stacks", type="bool",
                  default=True)


def _found(config: pytest.Config) -> str | None:
    """The endpoint of a sandbox that runs already."""
    endpoint = config.getoption("--loopgate-endpoint")
    has_template = config.getoption("--loopgate-template") or config.getini("loopgate_templates")
    if not endpoint and not has_template:
        endpoint = os.environ.get("AWS_ENDPOINT_URL")
        if not endpoint:
            pytest.fail("no template: set loopgate_templates in the ini file, give --loopgate-template, or run "
                        "`loopgate exec TEMPLATE -- pytest`", pytrace=False)
    if endpoint and os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1") != "1":
        pytest.fail("workers would reset one another's sandbox: give each its own with loopgate_templates",
                    pytrace=False)
    return endpoint


@pytest.fixture(scope="session")
def loopgate_sandbox(pytestconfig: pytest.Config) -> Iterator[Sandbox]:
    """The session's sandbox, without the reset: for fixtures of the session's scope."""
    endpoint = _found(pytestconfig)
    if endpoint:
        yield Sandbox(endpoint)
        return
    templates = pytestconfig.getoption("--loopgate-template") or pytestconfig.getini("loopgate_templates")
    try:
        sandbox = Sandbox.start(*templates, binary=pytestconfig.getoption("--loopgate-binary"),
                                arguments=pytestconfig.getini("loopgate_arguments"))
    except LoopgateError as problem:
        pytest.fail(str(problem), pytrace=False)
    with sandbox:
        yield sandbox


@pytest.fixture
def loopgate(loopgate_sandbox: Sandbox, pytestconfig: pytest.Config) -> Sandbox:
    """The session's sandbox, as if it were new but for its stacks."""
    if pytestconfig.getini("loopgate_reset"):
        loopgate_sandbox.reset()
    else:
        loopgate_sandbox.mark()
    return loopgate_sandbox


@pytest.fixture
def loopgate_environment(loopgate: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Sets what `loopgate env` exports for the test, so that code under test finds the sandbox."""
    foreign = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_")]
    for name in [*foreign, "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"]:
        monkeypatch.delenv(name, raising=False)
    environment = loopgate.environment
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    sandbox = getattr(item, "funcargs", {}).get("loopgate")
    if not report.failed or not isinstance(sandbox, Sandbox):
        return
    try:
        story = sandbox.story() or "none was sent or received"
    except LoopgateError as problem:
        story = str(problem)
    report.sections.append((SECTION, story))
