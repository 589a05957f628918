// Plays scripts with the client in JavaScript: one on each line of the input, what it did on each line of the output.
import { createInterface } from "node:readline";

import { Conversation } from "../../clients/javascript/airium.mjs";

function play({ options, steps }) {
  const conversation = new Conversation("p", options);
  return steps.map(([now, name, ...values]) => {
    const told = name === "received" && typeof values[0] !== "string" ? [JSON.stringify(values[0])] : values;
    switch (name) {
      case "closed":
        conversation.closed();
        return [];
      case "older":
        return conversation.older(values[0], now);
      case "due":
        return conversation.dueAt;
      default:
        return conversation[name](...told, now);
    }
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(play(JSON.parse(line))));
}
