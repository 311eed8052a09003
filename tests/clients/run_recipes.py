#!/usr/bin/env python3
"""docs/RECIPES.md: each console block prints what stands there, and the scripts of its YAML jobs run as they are.

Usage: run_recipes.py BINARY SOURCE_DIR BUILD_DIR

BUILD_DIR has what helpers/prepare installed (pytest).
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
END = "-- block ended --"
SUITE = "def test_echo(loopgate):\n    assert loopgate.listener('EchoListener').ask(b'x') == b'x'\n"
# Lines of jobs that are played; the others belong to the services that run them.
PLAYED = re.compile(r"^\s*- (?:run: )?(test -x .loopgate.*|.loopgate/build/loopgate .*)$")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.M | re.S)


def commands_and_output(block):
    """What is typed and what is printed, in the order of the block."""
    lines = block.splitlines()
    return ([line[2:] for line in lines if line.startswith("$ ")],
            [line for line in lines if line and not line.startswith("$ ")])


def run_blocks(page, folder, environment):
    """All console blocks in one shell: what one exports the next one finds."""
    texts = blocks(page, "console")
    assert len(texts) >= 5, "the page has no blocks any more"
    script, wanted = [], []
    for block in texts:
        commands, output = commands_and_output(block)
        script += [*commands, f"echo '{END}'"]
        wanted.append(output)
    shell = subprocess.run(["bash", "-c", "\n".join(script)], cwd=folder, env=environment, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    printed = [part.strip().splitlines() for part in shell.stdout.split(END)[:-1]]
    failed = 0
    for number, (block, want) in enumerate(zip(texts, wanted)):
        got = printed[number] if number < len(printed) else ["(the shell had ended)"]
        print(f"{'ok  ' if got == want else 'FAIL'} console block {number + 1}: {block.splitlines()[0][2:90]}")
        if got != want:
            failed += 1
            print(f"  wanted {want}\n  printed {got}")
    return len(texts), failed


def run_jobs(page, folder, environment):
    lines = [match[1] for block in blocks(page, "yaml") for match in map(PLAYED.match, block.splitlines()) if match]
    assert len(lines) >= 4, f"the jobs are written in another way: {lines}"
    failed = 0
    for line in lines:
        ran = subprocess.run(["bash", "-ec", line], cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=120)
        print(f"{'ok  ' if ran.returncode == 0 else 'FAIL'} {line}")
        if ran.returncode != 0:
            failed += 1
            print(ran.stdout)
    return len(lines), failed


def main():
    binary, source, build = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])
    pytest = build.resolve() / "python/bin/pytest"
    if not pytest.exists():
        print(f"skipped: {pytest} is not installed; helpers/prepare installs it")
        return SKIPPED
    page = (source / "docs/RECIPES.md").read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "service"  # which names the stack
        folder.mkdir()
        shutil.copy(source / "helpers/example/template.yaml", folder)
        for place in ("tests", "bin", ".loopgate/build"):
            (folder / place).mkdir(parents=True)
        (folder / "tests/test_suite.py").write_text(SUITE)
        (folder / "bin/loopgate").symlink_to(binary)
        (folder / ".loopgate/build/loopgate").symlink_to(binary)
        # pytest with the plugin, as if it were installed.
        (folder / "bin/pytest").write_text(
            f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(source / 'helpers/python/src'))} PYTHONDONTWRITEBYTECODE=1 "
            f"exec {shlex.quote(str(pytest))} -p loopgate.pytest_plugin -p no:cacheprovider \"$@\"\n")
        (folder / "bin/pytest").chmod(0o755)
        environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
        for variable in ("AWS_ENDPOINT_URL", "LOOPGATE_BINARY"):
            environment.pop(variable, None)
        jobs, failed_jobs = run_jobs(page, folder, environment)
        console, failed_blocks = run_blocks(page, folder, environment)
    failed = failed_jobs + failed_blocks
    print(f"{jobs + console - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
