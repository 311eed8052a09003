#!/usr/bin/env python3
"""Lambda's control plane as people use it from Python: what waiters wait for, versions and aliases that run their own
code, layers that are imported, packages that are fetched, policies, concurrency, URLs, and what is refused.

Usage: run_lambda.py BINARY; `boto3` is the one of the interpreter that runs this.
Exit status 77 when the client is not on this machine.
"""

import base64
import hashlib
import io
import json
import os
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile

from sandbox import Sandbox

SKIPPED = 77
ROLE = "arn:aws:iam::123456789012:role/r"


def expect(code, words, call, **arguments):
    from botocore.exceptions import ClientError

    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert words in error.response["Error"]["Message"], error
        return error.response
    raise AssertionError(f"{code} was expected")


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def handler(answer):
    return zipped({"app.py": f"def handler(event, context):\n    return {answer}\n"})


def make(client, name, code, **more):
    client.create_function(FunctionName=name, Runtime="python3.12", Handler="app.handler", Role=ROLE,
                           Code={"ZipFile": code}, **more)
    client.get_waiter("function_active_v2").wait(FunctionName=name)


def call(client, name, payload=None, **more):
    answer = client.invoke(FunctionName=name, Payload=json.dumps(payload), **more)
    body = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, body
    return body, answer["ExecutedVersion"]


def goes_through_its_states(client):
    code = handler("'one'")
    made = client.create_function(FunctionName="states", Runtime="python3.12", Handler="app.handler", Role=ROLE,
                                  Code={"ZipFile": code}, Environment={"Variables": {}})
    assert made["State"] == "Pending" and made["Environment"] == {"Variables": {}}, made
    client.get_waiter("function_active_v2").wait(FunctionName="states")
    changed = client.update_function_configuration(FunctionName="states", Timeout=7)
    assert changed["LastUpdateStatus"] == "InProgress", changed
    client.get_waiter("function_updated_v2").wait(FunctionName="states")
    got = client.get_function(FunctionName="states")
    assert got["Configuration"]["RevisionId"] not in (made["RevisionId"], changed["RevisionId"])
    package = urllib.request.urlopen(got["Code"]["Location"]).read()
    assert package == code
    assert base64.b64encode(hashlib.sha256(package).digest()).decode() == got["Configuration"]["CodeSha256"]
    expect("PreconditionFailedException", "does not match the latest", client.update_function_code,
           FunctionName="states", ZipFile=code, RevisionId=made["RevisionId"])


def runs_what_a_version_was(client):
    make(client, "versions", handler("'one'"))
    first = client.publish_version(FunctionName="versions", Description="the first")
    assert first["Version"] == "1" and first["FunctionArn"].endswith(":versions:1"), first
    client.update_function_code(FunctionName="versions", ZipFile=handler("'two'"))
    client.get_waiter("function_updated_v2").wait(FunctionName="versions")
    assert client.publish_version(FunctionName="versions")["Version"] == "2"
    alias = client.create_alias(FunctionName="versions", Name="live", FunctionVersion="1",
                                RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
    assert call(client, "versions:1") == ("one", "1")
    assert call(client, "versions", Qualifier="2") == ("two", "2")
    assert call(client, "versions") == ("two", "$LATEST")
    assert {call(client, alias["AliasArn"])[0] for _ in range(40)} == {"one", "two"}
    client.update_alias(FunctionName="versions", Name="live", FunctionVersion="2", RoutingConfig={})
    assert call(client, "versions:live") == ("two", "2")
    versions = client.get_paginator("list_versions_by_function").paginate(FunctionName="versions",
                                                                          PaginationConfig={"PageSize": 1})
    assert [one["Version"] for page in versions for one in page["Versions"]] == ["$LATEST", "1", "2"]
    expect("ResourceConflictException", "aliases reference it", client.delete_function, FunctionName="versions:2")
    client.delete_alias(FunctionName="versions", Name="live")
    client.delete_function(FunctionName="versions", Qualifier="2")
    expect("ResourceNotFoundException", "Function not found", client.get_function, FunctionName="versions:2")


def imports_its_layers(client):
    def layer(text):
        content = zipped({"python/shared.py": f"NAME = '{text}'\n", "data.txt": text})
        return client.publish_layer_version(LayerName="shared", Content={"ZipFile": content},
                                            CompatibleRuntimes=["python3.12"])

    one, two = layer("one"), layer("two")
    assert two["Version"] == 2 and urllib.request.urlopen(two["Content"]["Location"]).read()[:2] == b"PK"
    code = zipped({"app.py": "import shared\ndef handler(event, context):\n    return shared.NAME\n"})
    make(client, "layered", code, Layers=[one["LayerVersionArn"]])
    assert call(client, "layered")[0] == "one"
    client.update_function_configuration(FunctionName="layered", Layers=[two["LayerVersionArn"]])
    client.get_waiter("function_updated_v2").wait(FunctionName="layered")
    client.delete_layer_version(LayerName="shared", VersionNumber=2)
    assert call(client, "layered")[0] == "two", "a deleted version stays with those that use it"
    assert [v["Version"] for v in client.list_layer_versions(LayerName="shared")["LayerVersions"]] == [1]
    expect("InvalidParameterValueException", "does not exist", client.update_function_configuration,
           FunctionName="layered", Layers=[one["LayerVersionArn"][:-1] + "9"])


def keeps_what_is_set_on_it(client):
    make(client, "settings", handler("None"), Tags={"a": "1"})
    arn = client.get_function(FunctionName="settings")["Configuration"]["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={"b": "2"})
    client.untag_resource(Resource=arn, TagKeys=["a"])
    assert client.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    grant = {"FunctionName": "settings", "StatementId": "s3", "Action": "lambda:InvokeFunction",
             "Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::b"}
    statement = json.loads(client.add_permission(**grant)["Statement"])
    assert statement["Resource"] == arn and statement["Principal"] == {"Service": "s3.amazonaws.com"}, statement
    expect("ResourceConflictException", "The statement id (s3) provided already exists", client.add_permission, **grant)
    client.remove_permission(FunctionName="settings", StatementId="s3")
    expect("ResourceNotFoundException", "does not exist", client.get_policy, FunctionName="settings")
    client.put_function_concurrency(FunctionName="settings", ReservedConcurrentExecutions=0)
    expect("TooManyRequestsException", "Rate Exceeded", client.invoke, FunctionName="settings")
    client.delete_function_concurrency(FunctionName="settings")
    client.put_function_event_invoke_config(FunctionName="settings", MaximumRetryAttempts=0)
    config = client.get_function_event_invoke_config(FunctionName="settings")
    assert config["MaximumRetryAttempts"] == 0 and config["FunctionArn"] == arn + ":$LATEST", config
    assert client.get_function_recursion_config(FunctionName="settings")["RecursiveLoop"] == "Terminate"
    assert client.get_runtime_management_config(FunctionName="settings")["UpdateRuntimeOn"] == "Auto"
    signing = client.create_code_signing_config(AllowedPublishers={"SigningProfileVersionArns": [
        "arn:aws:signer:us-west-2:123456789012:/signing-profiles/test"]})["CodeSigningConfig"]
    client.put_function_code_signing_config(FunctionName="settings",
                                            CodeSigningConfigArn=signing["CodeSigningConfigArn"])
    assert client.list_functions_by_code_signing_config(
        CodeSigningConfigArn=signing["CodeSigningConfigArn"])["FunctionArns"] == [arn]
    assert client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1000
    client.update_function_configuration(FunctionName="settings", Timeout=9)
    assert client.get_function_event_invoke_config(FunctionName="settings")["MaximumRetryAttempts"] == 0


def answers_at_its_url(client):
    code = zipped({"app.py": "def handler(event, context):\n"
                             "    return {'statusCode': 201, 'headers': {'X-Path': event['rawPath']},\n"
                             "            'body': event['queryStringParameters']['a'] + event['body']}\n"})
    make(client, "url", code)
    url = client.create_function_url_config(FunctionName="url", AuthType="NONE")["FunctionUrl"]
    port = url.rstrip("/").rsplit(":", 1)[1]

    def fetch():
        # By address: not every resolver knows the names below localhost.
        host = url.split("/")[2]
        request = urllib.request.Request(f"http://127.0.0.1:{port}/some/path?a=b", data=b"body",
                                         headers={"Host": host, "Content-Type": "text/plain"})
        return urllib.request.urlopen(request)

    try:
        fetch()
        raise AssertionError("nobody may call it yet")
    except urllib.error.HTTPError as error:
        assert error.code == 403, error
    client.add_permission(FunctionName="url", StatementId="all", Action="lambda:InvokeFunctionUrl", Principal="*",
                          FunctionUrlAuthType="NONE")
    answer = fetch()
    assert answer.status == 201 and answer.headers["X-Path"] == "/some/path", answer.headers
    assert answer.read() == b"bbody"
    client.delete_function_url_config(FunctionName="url")
    expect("ResourceNotFoundException", "does not exist", client.get_function_url_config, FunctionName="url")


TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Tools:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer, CompatibleRuntimes: [python3.12]}
  Answer:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      InlineCode: |
        import tools
        def handler(event, context):
            return [tools.NAME, context.invoked_function_arn.split(':')[-1], context.function_version]
      Layers: [!Ref Tools]
      AutoPublishAlias: live
Outputs:
  Alias: {Value: !Ref Answer.Alias}
  Version: {Value: !Sub "${Answer.Version}"}
"""


def publishes_as_sam_does(binary, session):
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/layer/python")
        with open(f"{folder}/layer/python/tools.py", "w") as out:
            out.write("NAME = 'a tool'\n")
        with open(f"{folder}/template.yaml", "w") as out:
            out.write(TEMPLATE)
        with Sandbox(binary, [f"{folder}/template.yaml"]) as sandbox:
            client = session(sandbox, "lambda")
            stack = session(sandbox, "cloudformation").describe_stacks()["Stacks"][0]
            outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
            assert outputs["Alias"].endswith(":live") and outputs["Version"].endswith(":1"), outputs
            assert call(client, outputs["Alias"]) == (["a tool", "live", "1"], "1")


def main():
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        print("boto3 is not on this machine")
        return SKIPPED

    def session(sandbox, service):
        return boto3.client(service, endpoint_url=sandbox.endpoint, region_name="us-west-2",
                            aws_access_key_id="test", aws_secret_access_key="test",
                            config=Config(retries={"max_attempts": 0}))

    binary = sys.argv[1]
    with Sandbox(binary) as sandbox:
        client = session(sandbox, "lambda")
        for behaviour in (goes_through_its_states, runs_what_a_version_was, imports_its_layers,
                          keeps_what_is_set_on_it, answers_at_its_url):
            behaviour(client)
            print("ok", behaviour.__name__)
    publishes_as_sam_does(binary, session)
    print("ok", publishes_as_sam_does.__name__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
