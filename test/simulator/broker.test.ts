import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ChannelModel, type ConfirmChannel, type ConsumeMessage, connect } from "amqplib";
import { scanXml } from "../../lib/xml/scan.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { keepQueues } from "../support/queues.js";
import { until } from "../support/until.js";
import { type CompanyCard, companyCard } from "./company-card.js";

interface LogLine {
  event: string;
  messageId?: string;
  [fact: string]: unknown;
}

const MAIN = resolve(__dirname, "../../simulator/main.ts");
const ASK = resolve(__dirname, "../../simulator/ask.ts");

/** What stands on the receive queue, in its order, until `enough` says so. */
class Receiver {
  readonly messages: ConsumeMessage[] = [];
  private readonly waiters = new Set<() => void>();

  async open(connection: ChannelModel, queue: string): Promise<void> {
    const channel = await connection.createChannel();
    await channel.consume(queue, (message) => {
      if (!message) return;
      this.messages.push(message);
      channel.ack(message);
      for (const waiter of this.waiters) waiter();
    });
  }

  async until(enough: () => boolean): Promise<void> {
    while (!enough()) {
      await new Promise<void>((done) => {
        this.waiters.add(done);
      });
    }
  }
}

describe("simulator: on a real broker", function () {
  this.timeout(360_000);
  let dir: string;
  let broker: PrivateBroker;
  let card: CompanyCard;
  let simulator: ChildProcess | undefined;
  let number = 0;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "simulator-broker-"));
    card = companyCard();
    broker = await startPrivateBroker({ dir: join(dir, "broker") });
  });
  after(async () => {
    await broker?.stop();
    card?.remove();
    rmSync(dir, { recursive: true, force: true });
  });
  afterEach(async () => {
    if (simulator && simulator.exitCode === null && simulator.signalCode === null) {
      simulator.kill("SIGKILL");
      await once(simulator, "exit");
    }
    simulator = undefined;
  });

  /** Starts the program itself, as `npm start` does; resolves when it consumes. */
  async function start(name: string, environment: Record<string, string> = {}): Promise<void> {
    const child = spawn(process.execPath, [...process.execArgv, MAIN], {
      env: {
        ...process.env,
        SW_AMQP_URL: broker.url,
        SW_CLIENT_ID: name,
        SW_SIM_DELAY_MS: "0",
        SW_SIM_CERTIFICATES: card.certificateFile,
        SW_SIM_LOG: join(dir, `${name}.log`),
        ...environment,
      },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    simulator = child;
    await once(child, "message");
  }

  async function stop(signal: NodeJS.Signals): Promise<number | null> {
    const child = simulator as ChildProcess;
    child.kill(signal);
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  }

  function log(name: string): LogLine[] {
    const lines = readFileSync(join(dir, `${name}.log`), "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as LogLine);
  }

  function publish(channel: ConfirmChannel, name: string, body: Buffer, messageId: string): Promise<void> {
    return new Promise((done, fail) => {
      const headers = { ...card.headersFor(body), fileName: `${messageId}.xml`, business: "DecCus001", clientId: name };
      const options = { persistent: true, mandatory: true, messageId, headers };
      channel.publish("", `Q_Send${name}`, body, options, (error) => (error ? fail(error) : done()));
    });
  }

  async function connected(): Promise<{ connection: ChannelModel; channel: ConfirmChannel }> {
    const connection = await connect(broker.url, { noDelay: true });
    // The broker is killed under it in one of the tests.
    connection.on("error", () => undefined);
    const channel = await connection.createConfirmChannel();
    channel.on("error", () => undefined);
    return { connection, channel };
  }

  const codeOf = (message: ConsumeMessage) => {
    const root = scanXml(message.content);
    return root.textAt("ResponseCode") || (root.find("CHANNEL")?.text ?? "");
  };

  it("gives any receipt that it is asked for from the command line, and answers nothing else when told so", async () => {
    const name = `SIMD${++number}`;
    await start(name, { SW_SIM_ONLY_ON_DEMAND: "1" });
    const { connection, channel } = await connected();
    const receiver = new Receiver();
    await receiver.open(connection, `Q_Recv${name}`);
    await publish(channel, name, decXml({ key: freshKey(), goods: 1 }), "unanswered");
    const env = { ...process.env, SW_AMQP_URL: broker.url, SW_CLIENT_ID: name };
    const ask = async (...words: string[]) => {
      const child = spawn(process.execPath, [...process.execArgv, ASK, ...words], {
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
      const [code] = (await once(child, "close")) as [number];
      return { code, said };
    };
    assert.match((await ask()).said, /INV201 +INV101 +codes 1 2 3 Y Z 4 5\n +--variant "xmldsig namespace"/);
    const asked = await ask(
      "SAS221",
      "--variant",
      "prefix ns2:",
      "--code",
      "3",
      "--key",
      "K1",
      "--fileName",
      "核放单.zip",
    );
    assert.deepEqual(asked, { code: 0, said: `asked for SAS221 through Q_Command${name}\n` });
    await receiver.until(() => receiver.messages.length >= 1);
    const [message] = receiver.messages;
    assert.match(String(message?.properties.headers?.fileName), /^Receipt_核放单_\d{17}\.xml$/);
    const root = scanXml(message?.content as Buffer);
    assert.deepEqual([root.qualifiedName, root.find("manageResult")?.text], ["ns2:Package", "3"]);
    assert.match((await ask("NOBODY")).said, /asked for NOBODY/);
    // The next good one comes: a bad command was reported and taken off the queue.
    await ask("DEC_RESULT");
    await receiver.until(() => receiver.messages.length >= 2);
    assert.equal(await stop("SIGTERM"), 0);
    await connection.close();
    const lines = log(name);
    assert.ok(lines.some(({ event, text }) => event === "error" && String(text).startsWith("no receipt NOBODY")));
    assert.deepEqual(
      lines.filter(({ event }) => event === "judged"),
      [],
    );
    assert.equal(receiver.messages.length, 2);
  });

  it("answers 200 documents in the right order, each once, and acknowledges every one", async () => {
    const name = `SIMA${++number}`;
    await start(name);
    const { connection, channel } = await connected();
    const receiver = new Receiver();
    await receiver.open(connection, `Q_Recv${name}`);
    const keys = Array.from({ length: 200 }, () => freshKey());
    await Promise.all(keys.map((key) => publish(channel, name, decXml({ key, goods: 3 }), `id-${key}`)));
    await receiver.until(() => receiver.messages.length >= 1000);

    for (const key of keys) {
      const own = receiver.messages.filter(({ properties }) => String(properties.messageId).startsWith(`id-${key}/`));
      assert.deepEqual(own.map(codeOf), ["0", "L", "G", "P", "R"]);
      assert.ok(own.every(({ properties }) => properties.correlationId === key && properties.deliveryMode === 2));
      const names = own.map(({ properties }) => String(properties.headers?.fileName).slice(0, 9));
      assert.deepEqual(names, ["Successed", "Receipt_i", "Receipt_i", "Receipt_i", "Receipt_i"]);
    }
    assert.equal(await stop("SIGTERM"), 0);
    assert.equal((await channel.checkQueue(`Q_Send${name}`)).messageCount, 0);
    await connection.close();

    const lines = log(name);
    const delivered = lines.filter(({ event }) => event === "delivered");
    assert.equal(new Set(delivered.map(({ messageId }) => messageId)).size, 200);
    assert.equal(delivered.length, 200);
    assert.equal(lines.filter(({ event }) => event === "acknowledged").length, 200);
    assert.equal(lines.filter(({ event }) => event === "answered").length, 1000);
    assert.equal(lines.at(-1)?.event, "stopped");
    const text = readFileSync(join(dir, `${name}.log`), "utf8");
    assert.ok(!text.includes(broker.password));
  });

  it("answers a repeated message id with its import receipt only, and logs it", async () => {
    const name = `SIMB${++number}`;
    await start(name);
    const { connection, channel } = await connected();
    const receiver = new Receiver();
    await receiver.open(connection, `Q_Recv${name}`);
    const body = decXml({ goods: 1 });
    await publish(channel, name, body, "once");
    await receiver.until(() => receiver.messages.length >= 5);
    await publish(channel, name, body, "once");
    await receiver.until(() => receiver.messages.length >= 6);
    assert.deepEqual(receiver.messages[5]?.content, receiver.messages[0]?.content);
    assert.equal(await stop("SIGINT"), 0);
    await connection.close();
    assert.deepEqual(
      log(name)
        .filter(({ event }) => event === "judged")
        .map(({ outcome }) => outcome),
      ["accepted", "duplicate"],
    );
  });

  it("takes queues as they are, and leaves a message that it could not finish for the next run", async () => {
    const name = `SIMC${++number}`;
    const { connection, channel } = await connected();
    // Not as the simulator would declare it: it must not insist.
    await channel.assertQueue(`Q_Send${name}`, { durable: true, arguments: { "x-queue-type": "quorum" } });
    await start(name, { SW_SIM_DELAY_MS: "3600000" });
    const receiver = new Receiver();
    await receiver.open(connection, `Q_Recv${name}`);
    await publish(channel, name, decXml({ goods: 1 }), "late");
    await receiver.until(() => receiver.messages.length >= 1);
    assert.equal(await stop("SIGTERM"), 0);
    await start(name);
    await receiver.until(() => receiver.messages.length >= 6);
    assert.deepEqual(receiver.messages.map(codeOf), ["0", "0", "L", "G", "P", "R"]);
    assert.equal(await stop("SIGTERM"), 0);
    const delivered = log(name).filter(({ event }) => event === "delivered");
    assert.deepEqual(
      delivered.map(({ redelivered }) => redelivered),
      [false, true],
    );
    await connection.close();
  });

  it("comes back when the broker is killed and started again", async () => {
    const name = `SIMD${++number}`;
    await start(name);
    const first = await connected();
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => publish(first.channel, name, decXml({ goods: 1 }), `before-${index}`)),
    );
    await keepQueues(broker);
    await broker.kill("SIGKILL");
    await broker.restart();
    const { connection, channel } = await connected();
    const receiver = new Receiver();
    await receiver.open(connection, `Q_Recv${name}`);
    await publish(channel, name, decXml({ goods: 1 }), "after");
    const complete = (id: string) =>
      new Set(
        receiver.messages.filter(({ properties }) => String(properties.messageId).startsWith(`${id}/`)).map(codeOf),
      ).size === 5;
    const ids = [...Array.from({ length: 50 }, (_, index) => `before-${index}`), "after"];
    await receiver.until(() => ids.every(complete));
    // An answer may come of the delivery before the kill: what was delivered again after it is still being answered.
    await until(
      "all that was delivered is acknowledged",
      async () => (await broker.rabbitmqctl("list_queues", "name", "messages")).includes(`Q_Send${name}\t0\n`),
      60_000,
    );
    assert.equal(await stop("SIGTERM"), 0);
    assert.equal((await channel.checkQueue(`Q_Send${name}`)).messageCount, 0);
    await connection.close();
    assert.ok(log(name).some(({ event }) => event === "disconnected"));
  });

  it("says what is wrong with its settings in one line", async () => {
    const child = spawn(process.execPath, [...process.execArgv, MAIN], {
      env: { ...process.env, SW_AMQP_URL: "no url", SW_SIM_CERTIFICATES: "" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
    });
    const [code] = (await once(child, "close")) as [number | null];
    assert.equal(code, 1);
    assert.equal(said, "simulator: SW_AMQP_URL is not a URL\n");
  });
});
