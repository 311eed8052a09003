"""Real clients behind one call: `driver.call(service, operation, params)` with AWS's own names, the result as a
dictionary, an error as `ClientError` with AWS's code. `service` is boto3's name for it."""

import base64
import json
import os
import re
import subprocess
import tempfile


class ClientError(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


class UnknownOperation(Exception):
    """This client is older than the operation."""


def kebab(name):
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1-\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name).lower()


class Boto3:
    """The boto3 of the interpreter that runs this."""

    def __init__(self, environment):
        os.environ.update(environment)
        import boto3

        self.name = f"boto3 {boto3.__version__}"
        self._session = boto3.session.Session()
        self._clients = {}

    def _client(self, service):
        if service not in self._clients:
            from botocore.config import Config

            self._clients[service] = self._session.client(
                service,
                endpoint_url=os.environ["AWS_ENDPOINT_URL"],  # botocore before 1.31 ignores the variable
                config=Config(retries={"total_max_attempts": 1}, read_timeout=30),
            )
        return self._clients[service]

    def call(self, service, operation, params):
        from botocore.exceptions import ClientError as BotoError

        method = getattr(self._client(service), kebab(operation).replace("-", "_"), None)
        if method is None:
            raise UnknownOperation(f"{self.name} has no {service} {operation}")
        try:
            result = method(**params)
        except BotoError as error:
            raise ClientError(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error
        result.pop("ResponseMetadata", None)
        if "Payload" in result:
            result["Payload"] = result["Payload"].read().decode()
        return result

    def close(self):
        pass


class Cli:
    """The AWS CLI at `path`."""

    def __init__(self, environment, path):
        self._environment = {**os.environ, **environment, "AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off"}
        self._path = path
        self.name = subprocess.run([path, "--version"], capture_output=True, text=True).stdout.split()[0]
        # Version 2 wants bytes in base64, version 1 as they are.
        self._v2 = self.name.startswith("aws-cli/2")

    def call(self, service, operation, params):
        def encode(value):
            if isinstance(value, bytes):
                return base64.b64encode(value).decode() if self._v2 else value.decode("latin-1")
            raise TypeError(type(value))

        command = [self._path, service, kebab(operation), "--output", "json", "--endpoint-url",
                   self._environment["AWS_ENDPOINT_URL"]]
        params = dict(params)
        with tempfile.TemporaryDirectory() as folder:
            outfile = os.path.join(folder, "out")
            if service == "lambda" and operation == "Invoke":  # the one that does not know --cli-input-json
                payload = os.path.join(folder, "payload")
                with open(payload, "wb") as file:
                    file.write(params.pop("Payload", b"{}"))
                for name, value in params.items():
                    command += [f"--{kebab(name)}", value]
                command += ["--payload", f"fileb://{payload}", outfile]
            else:
                command += ["--cli-input-json", json.dumps(params, default=encode)]
            done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                match = re.search(r"An error occurred \(([^)]+)\)[^:]*: (.*)", done.stderr, re.S)
                if match:
                    raise ClientError(match.group(1), match.group(2).strip())
                if "nvalid choice" in done.stderr:
                    raise UnknownOperation(f"{self.name} has no {service} {operation}")
                raise RuntimeError(done.stderr)
            result = json.loads(done.stdout) if done.stdout.strip() else {}
            if os.path.exists(outfile):
                with open(outfile) as file:
                    result["Payload"] = file.read()
        return result

    def close(self):
        pass


class Lines:
    """A driver program of another language: a line of JSON a call, a line of JSON an answer."""

    def __init__(self, name, command, environment, folder=None, without=()):
        self.name = name
        self._without = without  # services that the program does not have
        self._process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment},
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def call(self, service, operation, params):
        def encode(value):
            if isinstance(value, bytes):
                return {"$bytes": base64.b64encode(value).decode()}
            raise TypeError(type(value))

        if service in self._without:
            raise UnknownOperation(f"the driver of {self.name} has no {service}")
        request = {"service": service, "operation": operation, "params": params}
        self._process.stdin.write(json.dumps(request, default=encode) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the driver of {self.name} ended")
        answer = json.loads(line, object_hook=lambda o: base64.b64decode(o["$bytes"]) if "$bytes" in o else o)
        if "error" in answer:
            raise ClientError(answer["error"], answer["message"])
        return answer["result"]

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=10)
