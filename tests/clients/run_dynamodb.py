#!/usr/bin/env python3
"""DynamoDB as people use it from Python: boto3's resources, conditions, paginators, waiters and batch writer, and
what their errors say.

Usage: run_dynamodb.py BINARY; `boto3` is the one of the interpreter that runs this.
       run_dynamodb.py BINARY node CLIENTS_DIR: document.mjs instead, JavaScript's document client
Exit status 77 when the client is not on this machine.
"""

import decimal
import os
import subprocess
import sys

from sandbox import Sandbox

SKIPPED = 77


def expect(code, words, call, **arguments):
    from botocore.exceptions import ClientError

    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert words in error.response["Error"]["Message"], error
        return error.response
    raise AssertionError(f"{code} was expected")


def make_table(resource, name="orders"):
    table = resource.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"},
                              {"AttributeName": "sk", "AttributeType": "N"},
                              {"AttributeName": "kind", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[{"IndexName": "by-kind", "Projection": {"ProjectionType": "ALL"},
                                 "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}]}])
    assert table.table_status == "CREATING"
    table.wait_until_exists()
    table.reload()
    assert table.table_status == "ACTIVE"
    return table


def keeps_values_of_every_type(resource):
    from boto3.dynamodb.types import Binary

    table = make_table(resource, "types")
    item = {"pk": "a", "sk": decimal.Decimal("12345678901234567890.123456789012345678"), "none": None, "yes": True,
            "bytes": Binary(b"\x00\xff"), "list": ["x", 1, [], {}], "map": {"deep": {"er": "grüß"}}, "empty": "",
            "strings": {"a", "b"}, "numbers": {decimal.Decimal("1"), decimal.Decimal("2.5")}, "blobs": {b"1", b"2"}}
    table.put_item(Item=item)
    got = table.get_item(Key={"pk": "a", "sk": item["sk"]}, ConsistentRead=True)["Item"]
    assert got == {**item, "blobs": {Binary(b"1"), Binary(b"2")}}, got


def queries_with_conditions(resource):
    from boto3.dynamodb.conditions import Attr, Key

    table = make_table(resource)
    with table.batch_writer() as batch:
        for number in range(60):
            batch.put_item(Item={"pk": f"p{number % 2}", "sk": number, "kind": "even" if number % 2 == 0 else "odd",
                                 "tags": {"t"}})
    found = table.query(KeyConditionExpression=Key("pk").eq("p0") & Key("sk").between(10, 20))
    assert [item["sk"] for item in found["Items"]] == [10, 12, 14, 16, 18, 20], found
    found = table.query(KeyConditionExpression=Key("pk").eq("p1"), ScanIndexForward=False, Limit=3,
                        FilterExpression=Attr("tags").contains("t") & ~Attr("missing").exists(),
                        ProjectionExpression="sk")
    assert found["Items"] == [{"sk": 59}, {"sk": 57}, {"sk": 55}] and found["LastEvaluatedKey"], found
    assert table.query(IndexName="by-kind", KeyConditionExpression=Key("kind").eq("odd"))["Count"] == 30
    assert table.scan(FilterExpression=Attr("sk").gt(57) | Attr("kind").is_in(["x", "y"]))["Count"] == 2
    pages = resource.meta.client.get_paginator("scan").paginate(TableName=table.name,
                                                                PaginationConfig={"PageSize": 7})
    assert sum(len(page["Items"]) for page in pages) == 60
    table.reload()
    assert table.item_count == 60


def updates_and_conditions(resource):
    from boto3.dynamodb.conditions import Attr

    table = resource.Table("orders")
    key = {"pk": "u", "sk": 1}
    table.put_item(Item={**key, "n": 1, "list": [1]}, ConditionExpression=Attr("pk").not_exists())
    expect("ConditionalCheckFailedException", "The conditional request failed", table.put_item, Item=key,
           ConditionExpression=Attr("pk").not_exists())
    answer = table.update_item(
        Key=key, UpdateExpression="SET #l = list_append(#l, :more), n = n + :one REMOVE gone ADD seen :set",
        ExpressionAttributeNames={"#l": "list"},
        ExpressionAttributeValues={":more": [2], ":one": 1, ":set": {"x"}}, ReturnValues="ALL_NEW")
    assert answer["Attributes"] == {**key, "n": 2, "list": [1, 2], "seen": {"x"}}, answer
    failed = expect("ConditionalCheckFailedException", "", table.delete_item, Key=key,
                    ConditionExpression=Attr("n").gt(5), ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert failed["Item"]["n"] == {"N": "2"} or failed["Item"]["n"] == 2, failed
    expect("ValidationException", "Attribute name is a reserved keyword; reserved keyword: list", table.update_item,
           Key=key, UpdateExpression="SET list = :v", ExpressionAttributeValues={":v": 1})
    assert table.delete_item(Key=key, ReturnValues="ALL_OLD")["Attributes"]["n"] == 2


def transactions(resource):
    client = resource.meta.client
    put = {"Put": {"TableName": "orders", "Item": {"pk": "t", "sk": 1},
                   "ConditionExpression": "attribute_not_exists(pk)"}}
    client.transact_write_items(TransactItems=[put], ClientRequestToken="once")
    client.transact_write_items(TransactItems=[put], ClientRequestToken="once")
    failed = expect("TransactionCanceledException", "[ConditionalCheckFailed, None]", client.transact_write_items,
                    TransactItems=[put, {"Delete": {"TableName": "orders", "Key": {"pk": "t", "sk": 2}}}])
    assert [reason["Code"] for reason in failed["CancellationReasons"]] == ["ConditionalCheckFailed", "None"], failed


def tables_and_their_errors(resource):
    client = resource.meta.client
    expect("ResourceInUseException", "Table already exists: orders", make_table, resource=resource)
    expect("ResourceNotFoundException", "Requested resource not found: Table: nothing not found",
           client.describe_table, TableName="nothing")
    expect("ResourceNotFoundException", "Requested resource not found", client.get_item, TableName="nothing",
           Key={"a": "b"})
    client.update_time_to_live(TableName="orders", TimeToLiveSpecification={"AttributeName": "t", "Enabled": True})
    assert client.describe_time_to_live(TableName="orders")["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED", "AttributeName": "t"}
    table = resource.Table("types")
    table.delete()
    table.wait_until_not_exists()
    assert [each.name for each in resource.tables.all()] == ["orders"]


def run_document_client(binary, clients_dir):
    folder = os.path.join(clients_dir, "node")
    if not os.path.exists(os.path.join(folder, "node_modules/@aws-sdk/lib-dynamodb")):
        print("skipped: the document client needs Node 20 or newer, which this machine lacks")
        return SKIPPED
    with Sandbox(binary) as sandbox:
        return subprocess.run(["node", "document.mjs"], cwd=folder, env={**os.environ, **sandbox.environment()},
                              timeout=120).returncode


def main():
    if sys.argv[2:3] == ["node"]:
        return run_document_client(sys.argv[1], sys.argv[3])
    try:
        import boto3
    except ImportError:
        print("skipped: this Python has no boto3")
        return SKIPPED
    with Sandbox(sys.argv[1]) as sandbox:
        os.environ.update(sandbox.environment())
        resource = boto3.resource("dynamodb", endpoint_url=sandbox.endpoint)
        for behaviour in (keeps_values_of_every_type, queries_with_conditions, updates_and_conditions, transactions,
                          tables_and_their_errors):
            behaviour(resource)
            print(f"  ok      {behaviour.__name__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
