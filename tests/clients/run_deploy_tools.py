#!/usr/bin/env python3
"""The deployment tools as readmes call them, against a sandbox: what they upload is deployed, and the listener's
packets are answered by it.

Usage: run_deploy_tools.py BINARY CLIENTS_DIR TOOL
       run_deploy_tools.py BINARY CLIENTS_DIR readmes SHARED_DIR

TOOL: `cli` (aws cloudformation package and deploy), `sam` (SAM CLI), `cdk`; `readmes`: the stacks of
SHARED_DIR/examples, by the commands that their readmes print. CLIENTS_DIR has what `prepare` installed.
A tool that is not there is skipped (status 77).
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from sandbox import Sandbox, UdpClient

SKIPPED = 77
TOOLS = pathlib.Path(__file__).resolve().parent / "tools"


class Shell:
    """Commands in a folder of their own, with the sandbox as their AWS."""

    def __init__(self, sandbox, folder, path):
        self.folder = pathlib.Path(folder)
        self.environment = {**os.environ, **sandbox.environment(), "PATH": f"{path}:{os.environ['PATH']}",
                            "HOME": str(self.folder), "SAM_CLI_TELEMETRY": "0", "CDK_DISABLE_CLI_TELEMETRY": "true",
                            "CI": "1", "NO_COLOR": "1"}

    def run(self, *words, passes=True, given=None, **environment):
        ran = subprocess.run([str(word) for word in words], cwd=self.folder, text=True, input=given,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
                             env={**self.environment, **environment})
        if passes != (ran.returncode == 0):
            raise AssertionError(f"{' '.join(map(str, words))}: status {ran.returncode}\n{ran.stdout}")
        return ran.stdout


def ask(sandbox, stack, payload):
    info = json.loads(sandbox.get(f"/_loopgate/listener?listener={stack}/Listener"))
    host, port = next(iter(info["addresses"].values())).rsplit(":", 1)
    with UdpClient() as client:
        client.send(payload, (host, int(port)))
        return client.receive()[0]


def change_code(shell):
    """Another answer: the next deployment has something to do."""
    app = shell.folder / "src/app.py"
    app.write_text(app.read_text().replace(".upper()", '.upper() + "!"'))


def outputs(shell, stack):
    said = shell.run("aws", "cloudformation", "describe-stacks", "--stack-name", stack, "--output", "json")
    return {each["OutputKey"]: each["OutputValue"] for each in json.loads(said)["Stacks"][0]["Outputs"]}


def with_cli(sandbox, shell):
    shell.run("aws", "s3", "mb", "s3://artifacts-here")
    package = ["aws", "cloudformation", "package", "--template-file", "template.yaml", "--s3-bucket", "artifacts-here",
               "--output-template-file", "packaged.yaml"]
    deploy = ["aws", "cloudformation", "deploy", "--template-file", "packaged.yaml", "--stack-name", "by-cli",
              "--s3-bucket", "artifacts-here"]
    shell.run(*package)
    assert "s3://artifacts-here/" in (shell.folder / "packaged.yaml").read_text()
    refused = shell.run(*deploy[:-3], "by-nobody", *deploy[-2:], passes=False)
    assert "Requires capabilities : [CAPABILITY_IAM]" in refused, refused
    deploy += ["--capabilities", "CAPABILITY_IAM"]
    said = shell.run(*deploy)
    assert "Successfully created/updated stack - by-cli" in said, said
    assert ask(sandbox, "by-cli", b"hello") == b"HELLO"
    said = shell.run(*deploy, "--no-fail-on-empty-changeset")
    assert "No changes to deploy" in said, said
    change_code(shell)
    shell.run(*package)
    shell.run(*deploy)
    assert ask(sandbox, "by-cli", b"hello") == b"HELLO!"
    answer = json.loads(shell.run("aws", "stepfunctions", "start-execution", "--output", "json", "--state-machine-arn",
                                  outputs(shell, "by-cli")["MachineArn"]))
    assert answer["executionArn"], answer
    shell.run("aws", "cloudformation", "delete-stack", "--stack-name", "by-cli")
    shell.run("aws", "cloudformation", "wait", "stack-delete-complete", "--stack-name", "by-cli")


def with_sam(sandbox, shell):
    sam = ["sam", "deploy", "--no-progressbar", "--capabilities", "CAPABILITY_IAM"]
    shell.run("sam", "build")
    said = shell.run(*sam, "--stack-name", "by-sam", "--resolve-s3", "--no-confirm-changeset")
    assert "Successfully created/updated stack - by-sam" in said, said
    assert ask(sandbox, "by-sam", b"hello") == b"HELLO"
    said = shell.run(*sam, "--stack-name", "by-sam", "--resolve-s3", "--no-confirm-changeset", passes=False)
    assert "No changes to deploy" in said, said
    # What --guided asks: name, region, confirm, roles, rollback, save, file, environment.
    change_code(shell)
    shell.run("sam", "build")
    said = shell.run("sam", "deploy", "--guided", "--no-progressbar",
                     given="by-sam\nus-west-2\nn\ny\nn\ny\nsamconfig.toml\ndefault\n")
    assert "Successfully created/updated stack - by-sam" in said, said
    assert ask(sandbox, "by-sam", b"hello") == b"HELLO!"
    listed = json.loads(shell.run("sam", "list", "stack-outputs", "--stack-name", "by-sam", "--output", "json"))
    assert {each["OutputKey"] for each in listed} == {"MachineArn", "Bucket"}, listed
    resources = json.loads(shell.run("sam", "list", "resources", "--stack-name", "by-sam", "--output", "json"))
    assert "Listener" in {each["LogicalResourceId"] for each in resources}, resources
    event = json.dumps({"Messages": [{"Tag": "1", "Data": "remote"}]})
    said = shell.run("sam", "remote", "invoke", "Shout", "--stack-name", "by-sam", "--event", event)
    assert '"REMOTE!"' in said, said
    said = shell.run("sam", "logs", "--stack-name", "by-sam", "--name", "Shout")
    assert "REPORT RequestId" in said, said
    said = shell.run("sam", "delete", "--stack-name", "by-sam", "--no-prompts")
    assert "Deleted successfully" in said, said


def with_cdk(sandbox, shell):
    clients = pathlib.Path(shell.environment["PATH"].split(":")[0]).parent
    place = {"NODE_PATH": str(clients), "LOOPGATE_CODE": str(shell.folder / "src")}
    app = ["--app", "node cdk/app.js"]
    said = shell.run("cdk", "bootstrap", "aws://123456789012/us-west-2", *app, **place)
    assert "bootstrapped" in said, said
    said = shell.run("cdk", "deploy", *app, "--require-approval", "never", **place)
    assert re.search(r"cdk-demo\b", said), said
    assert ask(sandbox, "cdk-demo", b"hello") == b"HELLO"
    said = shell.run("cdk", "diff", *app, **place)
    assert "There were no differences" in said, said
    change_code(shell)
    said = shell.run("cdk", "diff", *app, **place)
    assert "[~] AWS::Lambda::Function" in said, said
    shell.run("cdk", "deploy", *app, "--require-approval", "never", **place)
    assert ask(sandbox, "cdk-demo", b"hello") == b"HELLO!"
    said = shell.run("cdk", "destroy", *app, "--force", **place)
    assert "destroyed" in said, said


def by_readme(sandbox, shell, folder, template):
    """As the readmes of the vendor's examples print it."""
    shutil.copytree(folder, shell.folder, dirs_exist_ok=True)
    named = ["--stack-name", "packet-counter-example", "--region", "us-west-2"]
    allowed = ["--capabilities", "CAPABILITY_IAM"]
    if "sam build" in (folder / "readme.md").read_text():
        shell.run("sam", "build", "--template-file", f"./{template}")
        shell.run("sam", "deploy", *named, *allowed, "--s3-bucket", "bucket-name")
    else:
        shell.run("aws", "cloudformation", "deploy", "--template-file", template, *named, *allowed)
    assert outputs(shell, "packet-counter-example")["Port"], "no port"
    if "counter" in template:
        info = json.loads(sandbox.get("/_loopgate/info"))
        listeners = info["stacks"]["packet-counter-example"]["listeners"]
        (listener,) = listeners.values()
        host, port = listener["addresses"]["us-west-2"].rsplit(":", 1)
        with UdpClient() as client:
            client.send(b"test\n", (host, int(port)))
            assert client.receive()[0] == b"1\n"
    shell.run("aws", "cloudformation", "delete-stack", *named)
    shell.run("aws", "cloudformation", "wait", "stack-delete-complete", *named)


def with_readmes(binary, clients, shared):
    if not (shared / "examples").is_dir():
        print(f"skipped: the public example stacks are not at {shared / 'examples'}")
        return SKIPPED
    needs = {"packet-counter": "node", "packet-counter-python": "python3.11", "packet-counter-go": "go", "sqs": "sh"}
    for name, program in needs.items():
        if not shutil.which(program):
            print(f"  skipped {name}: {program} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder, Sandbox(binary, ["--ephemeral"]) as sandbox:
            shell = Shell(sandbox, folder, f"{clients / 'sam/bin'}:{clients / 'python/bin'}")
            shell.run("aws", "s3", "mb", "s3://bucket-name")
            (template,) = (path.name for path in (shared / "examples" / name).glob("*.template.json"))
            by_readme(sandbox, shell, shared / "examples" / name, template)
        print(f"  {name}: as its readme says")
    return 0


def main(binary, clients, tool, shared=None):
    clients = pathlib.Path(clients).absolute()
    if tool == "readmes":
        return with_readmes(binary, clients, pathlib.Path(shared))
    path, run = {"cli": (clients / "python/bin", with_cli), "sam": (clients / "sam/bin", with_sam),
                 "cdk": (clients / "cdk/node_modules/.bin", with_cdk)}[tool]
    program = path / {"cli": "aws"}.get(tool, tool)
    if not program.exists():
        print(f"skipped: {program.name} is not installed (tests/clients/prepare)")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder, Sandbox(binary, ["--ephemeral"]) as sandbox:
        shutil.copytree(TOOLS, folder, dirs_exist_ok=True)
        run(sandbox, Shell(sandbox, folder, path))
    print(f"{tool}: deployed, answered, changed, deleted")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
