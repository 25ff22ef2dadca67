// Orders a ride and prints its fare, with amqplib and nothing of Gancang's own: node ride.mjs [SERVICE]
import { randomUUID } from "node:crypto";
import amqp from "amqplib";

const QUEUE = "app.example.javascript";
const ANSWERS = ["order.accepted.v1", "order.rejected.v1", "request.rejected.v1"];
const PATIENCE_MS = 30_000;

async function main(url, service) {
  if (!url) throw new Error("GANCANG_AMQP_URL is not set");
  const connection = await amqp.connect(url);
  try {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(QUEUE, { durable: true });
    for (const type of ANSWERS) await channel.bindQueue(QUEUE, "gancang.events", type);

    const orderId = `o-${randomUUID()}`;
    const requestId = randomUUID();
    const answered = answerTo(channel, orderId, requestId);
    const order = {
      order_id: orderId,
      service,
      customer: { id: "c-1", kind: "tourist", locale: "en" },
      pickup: { lat: -8.2106, lng: 114.3745, label: "Stasiun Banyuwangi Kota" },
      dropoff: { lat: -8.2192, lng: 114.3691 },
    };
    const user = decodeURIComponent(new URL(url).username);
    await publish(channel, user, requestId, "order.requested.v1", order);
    return await answered;
  } finally {
    await connection.close();
  }
}

// A CloudEvent in binary mode; resolves once the broker has taken it. Send the same id again after any doubt.
async function publish(channel, userId, id, type, data) {
  let returned = false;
  channel.once("return", () => (returned = true));
  channel.publish("gancang.requests", type, Buffer.from(JSON.stringify(data)), {
    contentType: "application/json",
    persistent: true,
    mandatory: true,
    userId,
    headers: {
      "ce-specversion": "1.0",
      "ce-id": id,
      "ce-type": type,
      "ce-source": "/apps/example-javascript",
      "ce-time": new Date().toISOString(),
    },
  });
  await channel.waitForConfirms();
  if (returned) throw new Error(`nobody listens to ${type}`);
}

function answerTo(channel, orderId, requestId) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS).unref();
    const read = (message) => {
      if (message === null) return reject(new Error(`the queue ${QUEUE} was deleted`));
      channel.ack(message);
      const data = JSON.parse(message.content.toString());
      const type = message.properties.headers["ce-type"];
      if (data.request_id === requestId) {
        reject(new Error(`request refused, ${data.reason}: ${data.detail} ${data.pointer ?? ""}`));
      } else if (data.order_id === orderId && type === "order.rejected.v1") {
        reject(new Error(`order ${orderId} rejected: ${data.reason}`));
      } else if (data.order_id === orderId && type === "order.accepted.v1") {
        resolve(`order ${orderId} accepted: Rp ${data.fare.total}`);
      }
    };
    channel.consume(QUEUE, read).catch(reject);
  });
}

try {
  console.log(await main(process.env.GANCANG_AMQP_URL, process.argv[2] ?? "ride"));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
