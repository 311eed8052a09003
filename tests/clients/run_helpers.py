#!/usr/bin/env python3
"""The helpers for tests, in their languages: each one's example suite passes, and what a failing test of it shows is
compared with `helpers/LANGUAGE/failing/expected.out`, without what differs from run to run.

Usage: run_helpers.py BINARY SOURCE_DIR BUILD_DIR LANGUAGE [--update]

BUILD_DIR has what helpers/prepare installed. A language whose tools are not installed is skipped (status 77).
"""

import difflib
import mmap
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
SMALL_TESTS = 100
SMALL_TESTS_WITHIN = 5.0  # seconds, with the start of the sandbox and of pytest
TRIES = 3

# What differs from run to run or from version to version, and what stands for it.
MASKS = [
    (r"\x1b\[[0-9;]*m", ""),
    (r"\d\d:\d\d:\d\d\.\d{3}", "HH:MM:SS.mmm"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "ID"),
    (r"\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b", "TAG"),
    (r"(-[A-Za-z]+Function)-[0-9A-Z]{8,}", r"\1-SUFFIX"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r" \d+ B (?=ID)", " N B "),
    (r"(Function-SUFFIX) \d+ B", r"\1 N B"),
    (r"\b\d+(\.\d+)?(e-\d+)? ?ms\b", "N ms"),
    (r'File "[^"]*/([^"/]+)"', r'File "\1"'),
    (r"×1 \d+ B", "×1 N B"),
    (r" ×1 N ms", " ×1"),
    (r"\b\d+\.\d+ ?s\b", "N s"),
    (r"\b\d+\.\d+s\b", "N s"),
    (r"(?m)^(FAIL \S+) \(N s\)$", r"\1"),  # jest's, of a file that took long
    (r"\b(loopgate|packets)\.go:\d+", r"\1.go:LINE"),
    (r"(?m)^.*\bnode:internal/.*\n", ""),
    (r"(?m)^\s+at (java\.|jdk\.|org\.junit\.|com\.google\.).*\n", ""),
    (r"(?m)^(\s+at io\.loopgate\.\w+\..*\.java):\d+", r"\1:LINE"),
    (r"(\.js):\d+:\d+", r"\1"),
    (r"(?m)^(.*duration_ms|.*Start at|.*Duration|Time:) .*\n", ""),
]


class Helper:
    def __init__(self, binary, source, build):
        self.folder, self.build = source / "helpers", build
        self._scratch = tempfile.TemporaryDirectory()
        self.scratch = pathlib.Path(self._scratch.name)
        self.environment = {**os.environ, "LOOPGATE_BINARY": binary, "NO_COLOR": "1"}
        for name in ("FORCE_COLOR", "AWS_ENDPOINT_URL", "CI", "GITHUB_ACTIONS"):
            self.environment.pop(name, None)

    def is_sanitized(self):
        """Such a binary is tried, not measured."""
        with open(self.environment["LOOPGATE_BINARY"], "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ).find(b"__asan_init") >= 0

    def copy(self, name):
        """A language's folder with the example's template beside it, where tools may write."""
        shutil.copytree(self.folder / "example", self.scratch / "example", dirs_exist_ok=True)
        return pathlib.Path(shutil.copytree(self.folder / name, self.scratch / name, dirs_exist_ok=True))

    def run(self, *command, folder, passes=True, **environment):
        ran = subprocess.run([str(part) for part in command], cwd=folder, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, env={**self.environment, **environment}, timeout=300)
        if passes != (ran.returncode == 0):
            raise AssertionError(f"{' '.join(map(str, command))}: status {ran.returncode}\n{ran.stdout}")
        return ran.stdout


def need(*programs):
    for program in programs:
        if not shutil.which(str(program)):
            print(f"skipped: {program} is not installed")
            sys.exit(SKIPPED)


def python(helper):
    interpreter = helper.build / "python/bin/python"
    need(interpreter)
    folder, site = helper.copy("python"), helper.scratch / "site"
    # As published: the plugin is found by its entry point.
    helper.run(interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps",
               "--no-build-isolation", "--target", site, folder, folder=helper.scratch)
    pytest = [interpreter, "-m", "pytest", "-p", "no:cacheprovider"]

    def run(*arguments, at="example", **more):
        return helper.run(*pytest, *arguments, folder=folder / at, PYTHONPATH=str(site), **more)

    print(run("-q").splitlines()[-1])
    print("two workers: " + run("-q", "-n", "2").splitlines()[-1])
    (folder / "found").mkdir()
    shutil.copy(folder / "example/test_example.py", folder / "found")
    in_exec = [helper.environment["LOOPGATE_BINARY"], "exec", helper.scratch / "example/template.yaml", "--"]
    print("in exec: " + helper.run(*in_exec, *pytest, "-q", "--rootdir", ".", folder=folder / "found",
                                   PYTHONPATH=str(site)).splitlines()[-1])
    assert "set loopgate_templates" in run("-q", at="found", passes=False)
    assert "would reset one another's" in run("-q", "-n2", at="found", passes=False, AWS_ENDPOINT_URL="http://x.test")
    many_small_tests(run, folder, helper.is_sanitized())
    return run("-q", at="failing", passes=False)


def many_small_tests(run, folder, sanitized):
    shutil.copytree(folder / "failing", folder / "many", ignore=shutil.ignore_patterns("test_*"))
    (folder / "many/test_many.py").write_text(
        "import pytest\n\n\n"
        f"@pytest.mark.parametrize('number', range({SMALL_TESTS}))\n"
        "def test_echo(loopgate, number):\n"
        "    assert loopgate.listener('EchoListener').ask(b'%d' % number) == b'%d' % number\n")
    took = []
    for _ in range(TRIES):  # others may be busy on this machine
        began = time.monotonic()
        run("-q", at="many")
        took.append(time.monotonic() - began)
        if took[-1] <= SMALL_TESTS_WITHIN or sanitized:
            break
    print(f"{SMALL_TESTS} small tests: {min(took):.2f} s")
    assert min(took) <= SMALL_TESTS_WITHIN or sanitized, took


def node(helper):
    installed = helper.build / "node/node_modules"
    need("node", installed / ".bin/jest")
    folder, modules = helper.copy("node"), helper.scratch / "node/node_modules"
    # As published: what npm packs, beside the packages that its tests need.
    modules.mkdir()
    for package in installed.iterdir():
        (modules / package.name).symlink_to(package)
    helper.run("npm", "pack", "--silent", "--pack-destination", helper.scratch, folder=folder)
    (archive,) = helper.scratch.glob("loopgate-*.tgz")
    helper.run("tar", "xzf", archive, "--one-top-level=" + str(modules / "loopgate"), "--strip-components=1",
               folder=folder)
    (folder / "src").rename(folder / "not-imported")  # by its own name nobody finds it in the folder
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "jest.config.json").write_text('{"transform": {}, "testRegex": "jest.test.js$"}')
    runners = {
        "node-test": ["node", "--test", "--test-reporter=spec", "node-test.test.js"],
        "vitest": ["node", modules / "vitest/vitest.mjs", "run", "--root", ".", "vitest.test.js"],
        "jest": ["node", "--experimental-vm-modules", "--no-warnings", modules / "jest/bin/jest.js",
                 "--config", "../jest.config.json", "--rootDir", "."],
    }
    for name, command in runners.items():
        said = helper.run(*command, folder=folder / "example")
        print(f"{name}: " + " ".join(re.search(r"(?:pass|Tests:|Tests) .*", said)[0].split()))
    helper.run("node", modules / "typescript/bin/tsc", "--noEmit", "--strict", "--module", "nodenext", "--target",
               "es2022", "--types", "node", "types.ts", folder=folder / "example")
    # node:test prints all of it twice, at its end as each of its versions likes it.
    return "\n".join(f"# {name}\n" + helper.run(*command, folder=folder / "failing", passes=False).split("ℹ tests")[0]
                     for name, command in runners.items())


def go(helper):
    need("go")
    folder, environment = helper.copy("go"), {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    wanted = re.search(r"^go (\d+)\.(\d+)", (folder / "go.mod").read_text(), re.M).groups()
    have = re.search(r"go(\d+)\.(\d+)", helper.run("go", "env", "GOVERSION", folder=folder, **environment)).groups()
    if tuple(map(int, have)) < tuple(map(int, wanted)):
        print(f"skipped: Go {'.'.join(have)} is older than {'.'.join(wanted)}")
        sys.exit(SKIPPED)
    helper.run("go", "vet", "./...", folder=folder, **environment)
    said = helper.run("go", "test", "-count=1", "-v", ".", folder=folder, **environment)
    print(f"go: {said.count('--- PASS')} passed")
    return helper.run("go", "test", "-count=1", "./failing", folder=folder, passes=False, **environment)


def java(helper):
    need("mvn", "javac")
    folder = helper.copy("java")
    maven = ["mvn", "-q", "-B", "-o", "-Dstyle.color=never", "-Dloopgate.build=" + str(helper.scratch / "target")]
    helper.run(*maven, "test", folder=folder)
    reports = helper.scratch / "target/surefire-reports"
    for summary in sorted(reports.glob("*.txt")):
        print(summary.stem + ": " + re.search(r"Tests run: \d+, Failures: 0", summary.read_text())[0])
    tests = folder / "src/test/java/io/loopgate/example"
    shutil.copy(folder / "failing/FailingCase.java", tests)
    helper.run(*maven, "test", "-Dtest=FailingCase", folder=folder, passes=False)
    return (reports / "io.loopgate.example.FailingCase.txt").read_text()


LANGUAGES = {"python": python, "node": node, "go": go, "java": java}


def masked(text, scratch):
    text = text.replace(str(scratch), "SCRATCH")
    for pattern, instead in MASKS:
        text = re.sub(pattern, instead, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def main():
    binary, source, build, language = sys.argv[1:5]
    helper = Helper(os.path.abspath(binary), pathlib.Path(source).resolve(), pathlib.Path(build).resolve())
    shown = masked(LANGUAGES[language](helper), helper.scratch)
    expected = helper.folder / language / "failing/expected.out"
    if "--update" in sys.argv:
        expected.write_text(shown)
    wanted = expected.read_text()
    if shown != wanted:
        print("".join(difflib.unified_diff(wanted.splitlines(True), shown.splitlines(True), "expected", "shown")))
        print("0 passed, 1 failed")
        return 1
    print("what a failing test shows is as expected\n1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
