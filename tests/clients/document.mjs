// DynamoDB as people use it from JavaScript: the document client, paginators and waiters. Ends with 1 when one of
// these is not as it should be.
import assert from "node:assert/strict";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as lib from "@aws-sdk/lib-dynamodb";

const client = new dynamodb.DynamoDBClient({});
const documents = lib.DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
const TableName = "documents";

await client.send(new dynamodb.CreateTableCommand({
  TableName,
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "N" }],
  KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
}));
await dynamodb.waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });

const item = {
  pk: "a", sk: 1, text: "grüß", blank: null, yes: true, list: [1, "x", {}], deep: { er: { n: -0.5 } },
  bytes: new Uint8Array([0, 255]), strings: new Set(["x", "y"]), numbers: new Set([1, 2.5]), gone: undefined,
};
await documents.send(new lib.PutCommand({ TableName, Item: item }));
const got = await documents.send(new lib.GetCommand({ TableName, Key: { pk: "a", sk: 1 } }));
delete item.gone;
assert.deepEqual({ ...got.Item, bytes: [...got.Item.bytes] }, { ...item, bytes: [0, 255] });

const updated = await documents.send(new lib.UpdateCommand({
  TableName, Key: { pk: "a", sk: 1 }, ReturnValues: "ALL_NEW",
  UpdateExpression: "SET #l[0] = :v, deep.er.n = deep.er.n + :one REMOVE blank ADD strings :more",
  ExpressionAttributeNames: { "#l": "list" },
  ExpressionAttributeValues: { ":v": "first", ":one": 1, ":more": new Set(["z"]) },
}));
assert.deepEqual(updated.Attributes.list, ["first", "x", {}]);
assert.equal(updated.Attributes.deep.er.n, 0.5);
assert.deepEqual(updated.Attributes.strings, new Set(["x", "y", "z"]));

await documents.send(new lib.BatchWriteCommand({
  RequestItems: {
    [TableName]: Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: { pk: "many", sk: n } } })),
  },
}));
const found = [];
for await (const page of lib.paginateQuery({ client: documents, pageSize: 7 }, {
  TableName, KeyConditionExpression: "pk = :p AND sk >= :from",
  ExpressionAttributeValues: { ":p": "many", ":from": 5 },
})) found.push(...page.Items.map((each) => each.sk));
assert.deepEqual(found, Array.from({ length: 20 }, (_, n) => n + 5));

await assert.rejects(
  documents.send(new lib.PutCommand({
    TableName, Item: { pk: "a", sk: 1 }, ConditionExpression: "attribute_not_exists(pk)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  })),
  (error) => error instanceof dynamodb.ConditionalCheckFailedException && error.Item.text.S === "grüß"
    && error.message === "The conditional request failed");
await assert.rejects(
  documents.send(new lib.TransactWriteCommand({ TransactItems: [
    { Delete: { TableName, Key: { pk: "many", sk: 0 } } },
    { ConditionCheck: { TableName, Key: { pk: "no", sk: 0 }, ConditionExpression: "attribute_exists(pk)" } }] })),
  (error) => error.name === "TransactionCanceledException"
    && error.CancellationReasons.map((each) => each.Code).join() === "None,ConditionalCheckFailed");

await client.send(new dynamodb.DeleteTableCommand({ TableName }));
await dynamodb.waitUntilTableNotExists({ client, maxWaitTime: 30 }, { TableName });
console.log("  ok      the document client of JavaScript");
