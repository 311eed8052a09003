// Calls the AWS SDK for JavaScript v3 for drivers.py: one JSON line {service, operation, params} in, one JSON
// line {result} or {error, message} out.
import { createInterface } from "node:readline";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as lambda from "@aws-sdk/client-lambda";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as sts from "@aws-sdk/client-sts";

const clients = {
  cloudformation: [cloudformation, new cloudformation.CloudFormationClient({})],
  dynamodb: [dynamodb, new dynamodb.DynamoDBClient({})],
  lambda: [lambda, new lambda.LambdaClient({})],
  logs: [logs, new logs.CloudWatchLogsClient({})],
  sns: [sns, new sns.SNSClient({})],
  sqs: [sqs, new sqs.SQSClient({})],
  sts: [sts, new sts.STSClient({})],
};

// Bytes travel as {"$bytes": base64} on this wire.
function revive(_, value) {
  return value && typeof value === "object" && "$bytes" in value
    ? Buffer.from(value.$bytes, "base64")
    : value;
}
function replace(_, value) {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (value?.type === "Buffer") return { $bytes: Buffer.from(value.data).toString("base64") };
  return value;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { service, operation, params } = JSON.parse(line, revive);
  const [module, client] = clients[service];
  let answer;
  try {
    const { $metadata, ...result } = await client.send(new module[`${operation}Command`](params));
    if (result.Payload) result.Payload = Buffer.from(result.Payload).toString("utf8");
    answer = { result };
  } catch (error) {
    answer = { error: error.name, message: error.message };
  }
  process.stdout.write(JSON.stringify(answer, replace) + "\n");
}
