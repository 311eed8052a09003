// The peer emulator on a port of its own, with what it keeps in the folder that is named, and a table called "load".
// Prints its port.
import dynalite from "dynalite";

const server = dynalite({ path: process.argv[2], createTableMs: 0 });
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const { port } = server.address();
const call = (operation, params) => fetch(`http://127.0.0.1:${port}/`, {
  method: "POST",
  headers: {
    "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": `DynamoDB_20120810.${operation}`, "X-Amz-Date": "x",
    Authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-west-2/dynamodb/aws4_request, SignedHeaders=host, " +
      "Signature=0",
  },
  body: JSON.stringify(params),
}).then((answer) => answer.json());
await call("CreateTable", {
  TableName: "load", BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "N" }],
  KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
});
for (;;) {
  const { Table } = await call("DescribeTable", { TableName: "load" });
  if (Table?.TableStatus === "ACTIVE") break;
}
console.log(port);
