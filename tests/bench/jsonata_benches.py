"""JSONata: the expression of a state machine that counts packets, on a batch of a hundred, beside the reference
implementation on Node."""

import json
import pathlib
import shutil
import subprocess
import tempfile

from figures import AT_LEAST, alternate
from processes import ROOT, SERVER_CORE, on_core

REFERENCE = "jsonata@2.2.2"
ROUNDS = 5

# After the published example of a packet counter: count by remote, answer the first packet of each.
EXPRESSION = r"""(
  $counts := $states.input.Messages.Remote{`IpAddress`: $count($)};
  $replies := $each($counts, function($v, $i) { ({
    "Tag": $filter($states.input.Messages, function($m) { ($m.Remote.IpAddress = $i) })[0].Tag,
    "Data": $base64encode($string($v) & "\n")
  }) });
  { "Replies": [$replies] }
)"""


def batch(count):
    return {"input": {"Messages": [
        {"Tag": f"{i:08x}", "Remote": {"IpAddress": f"10.0.0.{i % 10}", "Port": 40000 + i},
         "Local": {"Domain": "ingress-1", "Port": 20000, "Protocol": "udp"},
         "ReceivedAt": "2026-11-02T09:15:30.000Z", "IngressRegion": "us-west-2",
         "Formatter": "base64", "Data": "aGVsbG8="}
        for i in range(count)]}}


def reference_module(build):
    """Where npm puts the reference, or why it cannot."""
    if not shutil.which("node") or not shutil.which("npm"):
        return None, "node and npm are not installed"
    folder = pathlib.Path(build.folder, "bench-node").resolve()
    module = folder / "node_modules" / "jsonata"
    if not module.is_dir():
        done = subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", str(folder), REFERENCE],
                              capture_output=True, text=True)
        if done.returncode != 0:
            return None, f"npm has no {REFERENCE}: {done.stderr.strip()[:80]}"
    return module, ""


def jsonata(build, report):
    def run(command):
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, preexec_fn=on_core(SERVER_CORE))
        return 1e9 / float(done.stdout)

    with tempfile.TemporaryDirectory(prefix="loopgate-bench-") as name:
        expression, document = pathlib.Path(name, "expression"), pathlib.Path(name, "document.json")
        expression.write_text(EXPRESSION)
        document.write_text(json.dumps(batch(100)))
        files = [str(expression), str(document)]
        ours = lambda: run([build.tool("jsonata_bench"), *files, "3000"])
        module, reason = reference_module(build)
        if module is None:
            report.skipped("jsonata-100-packets", f"{reason}; ours: {ours():,.0f}/s")
            return
        script = str(ROOT / "tests/bench/jsonata_reference.cjs")
        figures = alternate(ROUNDS, ours, lambda: run(["node", script, str(module), *files, "300"]))
        report.line("jsonata-100-packets", "/s", *figures, 5, AT_LEAST, f"npm's {REFERENCE}")


BENCHES = [jsonata]
