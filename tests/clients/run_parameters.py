#!/usr/bin/env python3
"""Parameter Store and Secrets Manager as people use them from Python, in templates and from state machines, over a
`kill -9`, with nothing secret in the journal.

Usage: run_parameters.py BINARY; `boto3` is the one of the interpreter that runs this.
Exit status 77 when the client is not on this machine.
"""

import json
import os
import sys
import tempfile

from sandbox import Sandbox

SKIPPED = 77
PASSWORD = "correct-horse-battery"
ROTATOR = """
import json, os, urllib.request
def call(operation, **params):
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], json.dumps(params).encode(), {
        "X-Amz-Target": "secretsmanager." + operation, "Content-Type": "application/x-amz-json-1.1"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
def handler(event, context):
    id, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        call("PutSecretValue", SecretId=id, ClientRequestToken=token, SecretString="rotated-value",
             VersionStages=["AWSPENDING"])
    if event["Step"] == "finishSecret":
        stages = call("DescribeSecret", SecretId=id)["VersionIdsToStages"]
        current = [version for version in stages if "AWSCURRENT" in stages[version]][0]
        call("UpdateSecretVersionStage", SecretId=id, VersionStage="AWSCURRENT", MoveToVersionId=token,
             RemoveFromVersionId=current)
"""
STACK = """
Parameters:
  Width: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /given/width}
Resources:
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Name: /stack/width, Type: String, Value: !Ref Width, Tags: {team: a}}
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString:
        SecretStringTemplate: '{"user": "admin"}'
        GenerateStringKey: password
        ExcludePunctuation: true
        PasswordLength: 20
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: q
      Tags:
        - {Key: user, Value: !Sub '{{resolve:secretsmanager:${Secret}:SecretString:user}}'}
        - {Key: plain, Value: '{{resolve:ssm:/given/plain}}'}
        - {Key: secure, Value: '{{resolve:ssm-secure:/given/secure}}'}
        - {Key: secret, Value: '{{resolve:secretsmanager:given/secret:SecretString:key}}'}
Outputs:
  Width: {Value: !GetAtt Parameter.Value}
  Secret: {Value: !Ref Secret}
"""
ROTATION = {
    "Role": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]},
        "Policies": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}]}}]}},
    "Rotator": {"Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": "rotator", "Runtime": "python3.13", "Handler": "index.handler", "Timeout": 30,
        "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Code": {"ZipFile": ROTATOR}}},
    "Permission": {"Type": "AWS::Lambda::Permission", "Properties": {
        "FunctionName": {"Ref": "Rotator"}, "Action": "lambda:InvokeFunction",
        "Principal": "secretsmanager.amazonaws.com"}},
    "Schedule": {"Type": "AWS::SecretsManager::RotationSchedule", "DependsOn": "Permission", "Properties": {
        "SecretId": "rotating", "RotationLambdaARN": {"Fn::GetAtt": ["Rotator", "Arn"]},
        "RotationRules": {"AutomaticallyAfterDays": 30}}},
}
MACHINE = {"StartAt": "Get", "States": {"Get": {
    "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter", "Parameters": {"Name": "/given/plain"},
    "ResultSelector": {"value.$": "$.Parameter.Value"}, "End": True}}}
GIVEN = ["--resolve", "ssm:/given/width=7", "--resolve", "ssm:/given/plain=text",
         "--resolve", "ssm-secure:/given/secure=" + PASSWORD, "--resolve", 'secretsmanager:given/secret={"key": "k1"}']


def expect(code, words, call, **arguments):
    from botocore.exceptions import ClientError

    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert words in error.response["Error"].get("Message", ""), error
        return
    raise AssertionError(f"{code} was expected")


def parameters_of_every_type(sandbox, client):
    ssm = client("ssm")
    ssm.put_parameter(Name="/app/list", Value="a,b", Type="StringList", Tags=[{"Key": "env", "Value": "test"}])
    ssm.put_parameter(Name="/app/secure", Value=PASSWORD, Type="SecureString", Description="d")
    got = ssm.get_parameters(Names=["/app/list", "/app/secure", "/no"], WithDecryption=True)
    assert [each["Value"] for each in got["Parameters"]] == ["a,b", PASSWORD], got
    assert got["InvalidParameters"] == ["/no"], got
    assert ssm.get_parameter(Name="/app/secure")["Parameter"]["Value"].startswith("AQICAH")
    expect("ParameterAlreadyExists", "set the overwrite option", ssm.put_parameter, Name="/app/list", Value="x",
           Type="String")
    expect("ParameterNotFound", "", ssm.get_parameter, Name="/app/none")
    expect("ValidationException", "fully qualified name", ssm.put_parameter, Name="app/x", Value="x", Type="String")
    for number in range(25):
        ssm.put_parameter(Name=f"/many/{number:02}", Value="x", Type="String")
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/many", Recursive=True)
    assert sum(len(page["Parameters"]) for page in pages) == 25
    found = ssm.describe_parameters(ParameterFilters=[{"Key": "tag:env", "Values": ["test"]}])["Parameters"]
    assert [each["Name"] for each in found] == ["/app/list"], found
    ssm.put_parameter(Name="/app/list", Value="c", Overwrite=True)
    ssm.label_parameter_version(Name="/app/list", ParameterVersion=1, Labels=["live"])
    assert ssm.get_parameter(Name="/app/list:live")["Parameter"]["Version"] == 1
    assert ssm.delete_parameters(Names=["/many/00", "/no"])["InvalidParameters"] == ["/no"]
    assert client("ssm", "eu-west-1").describe_parameters()["Parameters"] == []


def secrets_and_their_versions(sandbox, client):
    manager = client("secretsmanager")
    made = manager.create_secret(Name="app/db", SecretString=json.dumps({"password": PASSWORD}))
    manager.put_secret_value(SecretId="app/db", SecretBinary=b"\x00\xff")
    assert manager.get_secret_value(SecretId="app/db")["SecretBinary"] == b"\x00\xff"
    previous = manager.get_secret_value(SecretId=made["ARN"], VersionStage="AWSPREVIOUS")
    assert json.loads(previous["SecretString"]) == {"password": PASSWORD}, previous
    assert len(manager.get_random_password(PasswordLength=40)["RandomPassword"]) == 40
    expect("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", manager.get_secret_value,
           SecretId="none")
    ssm, name = client("ssm"), "/aws/reference/secretsmanager/app/db"
    secret = ssm.get_parameter(Name=name + ":AWSPREVIOUS", WithDecryption=True)["Parameter"]
    assert secret["Value"] == previous["SecretString"] and secret["Type"] == "SecureString", secret
    expect("ValidationException", "WithDecryption flag must be True", ssm.get_parameter, Name=name)
    expect("ParameterNotFound", "Secret /aws/reference/secretsmanager/no not found", ssm.get_parameter,
           Name="/aws/reference/secretsmanager/no", WithDecryption=True)
    batch = manager.batch_get_secret_value(SecretIdList=["app/db", "none"])
    assert len(batch["SecretValues"]) == 1 and batch["Errors"][0]["SecretId"] == "none", batch
    manager.delete_secret(SecretId="app/db", RecoveryWindowInDays=7)
    expect("InvalidRequestException", "marked for deletion", manager.get_secret_value, SecretId="app/db")
    manager.restore_secret(SecretId="app/db")
    expect("InvalidParameterException", "between 7 and 30 days", manager.delete_secret, SecretId="app/db",
           RecoveryWindowInDays=3)


def templates_read_and_make_them(sandbox, client):
    formation, ssm, manager = client("cloudformation"), client("ssm"), client("secretsmanager")
    assert ssm.get_parameter(Name="/given/width")["Parameter"]["Value"] == "7"
    assert ssm.get_parameter(Name="/given/secure")["Parameter"]["Type"] == "SecureString"
    formation.create_stack(StackName="s", TemplateBody=STACK)
    formation.get_waiter("stack_create_complete").wait(StackName="s", WaiterConfig={"Delay": 1})
    outputs = {each["OutputKey"]: each["OutputValue"]
               for each in formation.describe_stacks(StackName="s")["Stacks"][0]["Outputs"]}
    assert outputs["Width"] == "7" == ssm.get_parameter(Name="/stack/width")["Parameter"]["Value"], outputs
    value = json.loads(manager.get_secret_value(SecretId=outputs["Secret"])["SecretString"])
    assert value["user"] == "admin" and len(value["password"]) == 20 and value["password"].isalnum(), value
    sqs = client("sqs")
    tags = lambda: sqs.list_queue_tags(QueueUrl=sqs.get_queue_url(QueueName="q")["QueueUrl"])["Tags"]
    wanted = {"user": "admin", "plain": "text", "secure": PASSWORD, "secret": "k1"}
    assert wanted.items() <= tags().items(), tags()
    expect("ValidationError", "No updates are to be performed", formation.update_stack, StackName="s",
           TemplateBody=STACK)
    ssm.put_parameter(Name="/given/width", Value="8", Overwrite=True)
    manager.put_secret_value(SecretId="given/secret", SecretString='{"key": "k2"}')
    formation.update_stack(StackName="s", TemplateBody=STACK)
    formation.get_waiter("stack_update_complete").wait(StackName="s", WaiterConfig={"Delay": 1})
    assert ssm.get_parameter(Name="/stack/width")["Parameter"]["Version"] == 2
    assert ssm.get_parameter(Name="/stack/width")["Parameter"]["Value"] == "8"
    assert tags()["secret"] == "k2", tags()
    assert json.loads(manager.get_secret_value(SecretId=outputs["Secret"])["SecretString"]) == value
    formation.delete_stack(StackName="s")
    formation.get_waiter("stack_delete_complete").wait(StackName="s", WaiterConfig={"Delay": 1})
    expect("ParameterNotFound", "", ssm.get_parameter, Name="/stack/width")
    expect("ResourceNotFoundException", "", manager.get_secret_value, SecretId=outputs["Secret"])


def state_machines_read_them(sandbox, client):
    states, iam = client("stepfunctions"), client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                     "Principal": {"Service": "states.amazonaws.com"}}]}
    role = iam.create_role(RoleName="machine", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    allowed = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "ssm:GetParameter",
        "Resource": "arn:aws:ssm:us-west-2:123456789012:parameter/given/plain"}]}
    iam.put_role_policy(RoleName="machine", PolicyName="p", PolicyDocument=json.dumps(allowed))

    def run(name, parameter):
        definition = json.loads(json.dumps(MACHINE))
        definition["States"]["Get"]["Parameters"]["Name"] = parameter
        machine = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role,
                                              type="EXPRESS")["stateMachineArn"]
        return states.start_sync_execution(stateMachineArn=machine)

    states.meta.events.register("before-sign.sfn.StartSyncExecution", lambda request, **_: setattr(
        request, "url", request.url.replace("//sync-", "//")))
    assert json.loads(run("reads", "/given/plain")["output"]) == {"value": "text"}
    denied = run("denied", "/given/width")
    assert denied["status"] == "FAILED" and "ssm:GetParameter" in denied["cause"], denied


def functions_rotate_secrets(sandbox, client):
    manager, formation = client("secretsmanager"), client("cloudformation")
    resources = json.loads(json.dumps(ROTATION))
    permission, schedule = resources.pop("Permission"), resources.pop("Schedule")

    def deploy(operation):
        getattr(formation, operation + "_stack")(
            StackName="r", TemplateBody=json.dumps({"Resources": resources}), Capabilities=["CAPABILITY_IAM"])
        formation.get_waiter(f"stack_{operation}_complete").wait(StackName="r", WaiterConfig={"Delay": 1})

    deploy("create")
    manager.create_secret(Name="rotating", SecretString=PASSWORD)
    expect("AccessDeniedException", "Ensure that the function policy grants access", manager.rotate_secret,
           SecretId="rotating", RotationLambdaARN="arn:aws:lambda:us-west-2:123456789012:function:rotator")
    assert "RotationEnabled" not in manager.describe_secret(SecretId="rotating")
    resources.update(Permission=permission, Schedule=schedule)
    deploy("update")
    sandbox.get("/_loopgate/wait?event=invocation-ended&count=4&within=20s")
    assert manager.get_secret_value(SecretId="rotating")["SecretString"] == "rotated-value", sandbox.journal()[-20:]
    assert manager.get_secret_value(SecretId="rotating", VersionStage="AWSPREVIOUS")["SecretString"] == PASSWORD
    described = manager.describe_secret(SecretId="rotating")
    assert described["RotationEnabled"] and described["RotationRules"] == {"AutomaticallyAfterDays": 30}, described
    assert (described["NextRotationDate"] - described["LastChangedDate"]).days in (29, 30), described


def accounts_see_what_a_policy_shares(sandbox, client):
    import boto3

    manager = client("secretsmanager")
    arn = manager.create_secret(Name="shared", SecretString="for both")["ARN"]
    other = boto3.client("secretsmanager", "us-west-2", endpoint_url=sandbox.endpoint,
                         aws_access_key_id="111122223333", aws_secret_access_key="test")
    expect("ResourceNotFoundException", "", other.get_secret_value, SecretId="shared")
    expect("AccessDeniedException", "no resource-based policy", other.get_secret_value, SecretId=arn)
    expect("MalformedPolicyDocumentException", "", manager.put_resource_policy, SecretId="shared", ResourcePolicy="{")
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}]}
    manager.put_resource_policy(SecretId="shared", ResourcePolicy=json.dumps(policy))
    assert other.get_secret_value(SecretId=arn)["SecretString"] == "for both"


def snapshots_have_them(sandbox, client):
    ssm, manager = client("ssm"), client("secretsmanager")
    ssm.put_parameter(Name="/snap", Value="then", Type="String")
    manager.create_secret(Name="snap", SecretString="then")
    sandbox.post("/_loopgate/snapshot", {"name": "s"})
    ssm.put_parameter(Name="/snap", Value="now", Overwrite=True)
    manager.delete_secret(SecretId="snap", ForceDeleteWithoutRecovery=True)
    sandbox.post("/_loopgate/restore", {"name": "s"})
    assert ssm.get_parameter(Name="/snap")["Parameter"]["Value"] == "then"
    assert manager.get_secret_value(SecretId="snap")["SecretString"] == "then"


def survives_a_kill(binary):
    import boto3

    with tempfile.TemporaryDirectory() as folder:
        for round in range(2):
            with Sandbox(binary, ["--data", folder]) as sandbox:
                os.environ.update(sandbox.environment())
                ssm = boto3.client("ssm", endpoint_url=sandbox.endpoint)
                manager = boto3.client("secretsmanager", endpoint_url=sandbox.endpoint)
                if round == 0:
                    ssm.put_parameter(Name="/kept", Value=PASSWORD, Type="SecureString")
                    manager.create_secret(Name="kept", SecretString=PASSWORD)
                    sandbox.kill()
                    continue
                assert ssm.get_parameter(Name="/kept", WithDecryption=True)["Parameter"]["Value"] == PASSWORD
                assert manager.get_secret_value(SecretId="kept")["SecretString"] == PASSWORD
                sandbox.post("/_loopgate/reset", {})
                assert ssm.describe_parameters()["Parameters"] == [] and manager.list_secrets()["SecretList"] == []


def main():
    try:
        import boto3
    except ImportError:
        print("skipped: this Python has no boto3")
        return SKIPPED
    with Sandbox(sys.argv[1], GIVEN) as sandbox:
        os.environ.update(sandbox.environment())
        client = lambda name, region="us-west-2": boto3.client(name, region, endpoint_url=sandbox.endpoint)
        for behaviour in (parameters_of_every_type, secrets_and_their_versions, templates_read_and_make_them,
                          state_machines_read_them, functions_rotate_secrets, accounts_see_what_a_policy_shares):
            behaviour(sandbox, client)
            print(f"  ok      {behaviour.__name__}")
        journal = json.dumps(sandbox.journal())
        assert "ssm PutParameter" in journal and PASSWORD not in journal, "the journal holds a secret"
        assert PASSWORD not in sandbox.log()
        print("  ok      nothing_secret_is_told")
        snapshots_have_them(sandbox, client)
        print("  ok      snapshots_have_them")
        # What was given is there again.
        sandbox.post("/_loopgate/reset", {})
        names = [each["Name"] for each in client("ssm").describe_parameters()["Parameters"]]
        assert names == ["/given/plain", "/given/secure", "/given/width"], names
    survives_a_kill(sys.argv[1])
    print("  ok      survives_a_kill")
    return 0


if __name__ == "__main__":
    sys.exit(main())
