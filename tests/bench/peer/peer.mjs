// The peer emulator on a port of its own, with its SQLite in the folder that is named, or in memory. Prints port,
// queue URL and topic ARN: the topic goes to a second queue, whose URL is the last word.
import { startFauxqs } from "fauxqs";

const server = await startFauxqs({ port: 0, logger: false, defaultRegion: "us-west-2", dataDir: process.argv[2] });
const direct = server.createQueue("direct");
const behind = server.createQueue("behind");
const { topicArn } = server.createTopic("topic");
server.subscribe({ topic: "topic", queue: "behind" });
console.log(server.port, direct.queueUrl, topicArn, behind.queueUrl);
