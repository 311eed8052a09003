#!/usr/bin/env python3
"""Kills a sandbox with SIGKILL again and again while tables are written, and starts it each time on the same folder.
Each time: no acknowledged item is lost, both halves of every transaction are there or neither is, an index has what
its table has, and a counter stands at what was acknowledged or one above it.

Usage: run_dynamodb_crash.py BINARY [--rounds N] [--seed N]
"""

import argparse
import http.client
import json
import random
import tempfile
import threading
import urllib.error
import urllib.request

from sandbox import Sandbox

GONE = (OSError, EOFError, ValueError, http.client.HTTPException)
TABLES = """
Resources:
  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: items
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: N}
        - {AttributeName: g, AttributeType: S}
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: by-g
          KeySchema: [{AttributeName: g, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
          Projection: {ProjectionType: KEYS_ONLY}
"""


def call(endpoint, operation, params):
    request = urllib.request.Request(endpoint + "/", method="POST", data=json.dumps(params).encode(), headers={
        "X-Amz-Target": "DynamoDB_20120810." + operation, "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-west-2/dynamodb/aws4_request, "
                         "SignedHeaders=host, Signature=0"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def key(pk, number):
    return {"pk": {"S": pk}, "sk": {"N": str(number)}}


class Writer:
    """Writes one number after the other; what was not acknowledged is written again to the next sandbox."""

    def __init__(self, name):
        self.name = name
        self.acknowledged = 0
        self.refusal = None

    def run(self, endpoint):
        while True:
            try:
                self.write(endpoint, self.acknowledged + 1)
            except urllib.error.HTTPError as refusal:
                self.refusal = f"{refusal}: {refusal.read()}"
                return
            except GONE:
                return
            self.acknowledged += 1


class Puts(Writer):
    def write(self, endpoint, number):
        call(endpoint, "PutItem", {"TableName": "items", "Item": {**key(self.name, number), "g": {"S": self.name}}})


class Pairs(Writer):
    """Two items and a counter in one transaction."""

    def write(self, endpoint, number):
        item = lambda half: {"Put": {"TableName": "items", "Item": key(f"{self.name}-{half}", number)}}
        call(endpoint, "TransactWriteItems", {"ClientRequestToken": f"{self.name}-{number}", "TransactItems": [
            item("left"), item("right"),
            {"Update": {"TableName": "items", "Key": key(self.name, 0), "UpdateExpression": "ADD n :one",
                        "ExpressionAttributeValues": {":one": {"N": "1"}}}}]})


def numbers(endpoint, name, index=None):
    params = {"TableName": "items", "KeyConditionExpression": f"{'g' if index else 'pk'} = :p",
              "ExpressionAttributeValues": {":p": {"S": name}}, "ProjectionExpression": "sk"}
    if index:
        params["IndexName"] = index
    found = []
    while True:
        page = call(endpoint, "Query", params)
        found += [int(item["sk"]["N"]) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return found
        params["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def check(endpoint, writers):
    for writer in writers:
        assert writer.refusal is None, writer.refusal
        # Of the last one nobody knows whether it was written.
        possible = (list(range(1, writer.acknowledged + 1)), list(range(1, writer.acknowledged + 2)))
        if isinstance(writer, Puts):
            found = numbers(endpoint, writer.name)
            assert found in possible, (writer.name, writer.acknowledged, len(found))
            assert numbers(endpoint, writer.name, "by-g") == found
            continue
        left, right = numbers(endpoint, f"{writer.name}-left"), numbers(endpoint, f"{writer.name}-right")
        assert left == right and left in possible, (writer.name, writer.acknowledged, len(left), len(right))
        counter = call(endpoint, "GetItem", {"TableName": "items", "Key": key(writer.name, 0)}).get("Item")
        assert int(counter["n"]["N"]) == len(left) if counter else not left, (counter, len(left))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary")
    arguments.add_argument("--rounds", type=int, default=12)
    arguments.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = arguments.parse_args()
    dice = random.Random(options.seed)
    print(f"seed {options.seed}")
    writers = [Puts(f"puts{i}") for i in range(3)] + [Pairs(f"pairs{i}") for i in range(2)]
    with tempfile.TemporaryDirectory() as folder:
        template = f"{folder}/tables.yaml"
        with open(template, "w") as file:
            file.write(TABLES)
        for number in range(options.rounds):
            with Sandbox(options.binary, [template, "--data", f"{folder}/data"]) as sandbox:
                check(sandbox.endpoint, writers)
                threads = [threading.Thread(target=writer.run, args=(sandbox.endpoint,)) for writer in writers]
                for thread in threads:
                    thread.start()
                threads[0].join(dice.uniform(0.05, 1.5))
                sandbox.kill()
                for thread in threads:
                    thread.join()
            print(f"  round {number + 1}: {sum(writer.acknowledged for writer in writers)} acknowledged")
        with Sandbox(options.binary, [template, "--data", f"{folder}/data"]) as sandbox:
            check(sandbox.endpoint, writers)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
