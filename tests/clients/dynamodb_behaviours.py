"""What every client must see of DynamoDB; as behaviours.py."""

import itertools

from drivers import ClientError

_names = itertools.count()


def make_table(call, **more):
    name = f"table-{next(_names)}"
    made = call("dynamodb", "CreateTable", {
        "TableName": name, "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                                 {"AttributeName": "sk", "AttributeType": "N"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}], **more})
    assert made["TableDescription"]["TableName"] == name, made
    assert call("dynamodb", "DescribeTable", {"TableName": name})["Table"]["TableStatus"] == "ACTIVE"
    return name


def refused(code, words, call, operation, params):
    try:
        call("dynamodb", operation, params)
    except ClientError as error:
        assert error.code == code and words in str(error), error
        return
    raise AssertionError(f"{code} was expected")


def key(pk, sk):
    return {"pk": {"S": pk}, "sk": {"N": str(sk)}}


def keeps_items_of_a_table(call):
    table = make_table(call)
    item = {**key("a", "1.50"), "text": {"S": "grüß"}, "yes": {"BOOL": True}, "nothing": {"NULL": True},
            "set": {"SS": ["x", "y"]}, "list": {"L": [{"N": "1e2"}, {"M": {"k": {"S": ""}}}]}}
    call("dynamodb", "PutItem", {"TableName": table, "Item": item})
    got = call("dynamodb", "GetItem", {"TableName": table, "Key": key("a", "1.5"), "ConsistentRead": True})["Item"]
    assert got["sk"] == {"N": "1.5"} and got["text"] == {"S": "grüß"}, got
    assert got["list"]["L"] == [{"N": "100"}, {"M": {"k": {"S": ""}}}], got
    changed = call("dynamodb", "UpdateItem", {
        "TableName": table, "Key": key("a", 1.5), "UpdateExpression": "SET #t = :t ADD n :one REMOVE nothing",
        "ExpressionAttributeNames": {"#t": "text"},
        "ExpressionAttributeValues": {":t": {"S": "new"}, ":one": {"N": "1"}}, "ReturnValues": "UPDATED_NEW"})
    assert changed["Attributes"] == {"text": {"S": "new"}, "n": {"N": "1"}}, changed
    refused("ConditionalCheckFailedException", "The conditional request failed", call, "DeleteItem",
            {"TableName": table, "Key": key("a", 1.5), "ConditionExpression": "n > :n",
             "ExpressionAttributeValues": {":n": {"N": "1"}}})
    refused("ValidationException", "Type mismatch for key pk expected: S actual: N", call, "PutItem",
            {"TableName": table, "Item": {"pk": {"N": "1"}, "sk": {"N": "1"}}})
    refused("ResourceNotFoundException", "Requested resource not found", call, "GetItem",
            {"TableName": table + "-not", "Key": key("a", 1)})
    call("dynamodb", "DeleteTable", {"TableName": table})


def searches_a_table(call):
    table = make_table(call)
    requests = [{"PutRequest": {"Item": {**key("a", n), "v": {"S": "even" if n % 2 == 0 else "odd"}}}}
                for n in (3, 20, 100, 1, -5)]
    assert not call("dynamodb", "BatchWriteItem", {"RequestItems": {table: requests}}).get("UnprocessedItems")
    found = call("dynamodb", "Query", {
        "TableName": table, "KeyConditionExpression": "pk = :p AND sk BETWEEN :from AND :to",
        "ExpressionAttributeValues": {":p": {"S": "a"}, ":from": {"N": "-5"}, ":to": {"N": "20"}}})
    assert [item["sk"]["N"] for item in found["Items"]] == ["-5", "1", "3", "20"], found
    found = call("dynamodb", "Scan", {
        "TableName": table, "FilterExpression": "v = :v", "ProjectionExpression": "sk",
        "ExpressionAttributeValues": {":v": {"S": "even"}}})
    assert (found["Count"], found["ScannedCount"]) == (2, 5), found
    got = call("dynamodb", "BatchGetItem", {"RequestItems": {table: {"Keys": [key("a", 1), key("b", 1)]}}})
    assert len(got["Responses"][table]) == 1, got
    refused("ValidationException", "Query condition missed key schema element: pk", call, "Query",
            {"TableName": table, "KeyConditionExpression": "sk = :s", "ExpressionAttributeValues": {":s": {"N": "1"}}})
    call("dynamodb", "DeleteTable", {"TableName": table})


def writes_all_or_nothing(call):
    table = make_table(call)
    put = {"Put": {"TableName": table, "Item": key("a", 1), "ConditionExpression": "attribute_not_exists(pk)"}}
    other = {"Put": {"TableName": table, "Item": key("b", 1)}}
    call("dynamodb", "TransactWriteItems", {"TransactItems": [put]})
    refused("TransactionCanceledException", "[ConditionalCheckFailed, None]", call, "TransactWriteItems",
            {"TransactItems": [put, other]})
    got = call("dynamodb", "TransactGetItems", {"TransactItems": [
        {"Get": {"TableName": table, "Key": key("a", 1)}}, {"Get": {"TableName": table, "Key": key("b", 1)}}]})
    assert [bool(each.get("Item")) for each in got["Responses"]] == [True, False], got
    call("dynamodb", "DeleteTable", {"TableName": table})


DYNAMODB_BEHAVIOURS = [keeps_items_of_a_table, searches_a_table, writes_all_or_nothing]
