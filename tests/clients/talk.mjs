// Is a client on a socket: takes `["say", "text"]` and the like on the lines of its input, and tells what it shows.
import { createInterface } from "node:readline";

import { Client } from "../../clients/javascript/airium.mjs";

const [url, sessionId] = process.argv.slice(2);
let asked = 0;
const client = new Client({
  url: async () => {
    asked += 1;
    if (asked === 1) throw new Error("no ticket yet");
    return url.replace("{asked}", asked);
  },
  sessionId,
  show: (action) => console.log(JSON.stringify(action)),
});
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...values] = JSON.parse(line);
  client[name](...values);
}
client.close();
