import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrokerAddress, startPrivateBroker } from "./private-broker.js";

/** Names to a test file the broker, and the virtual host there, that are its own for as long as it runs. */
const VARIABLE = "SW_TEST_BROKER";

/** One broker for many test files: a start costs several seconds of a processor. */
export interface TestBroker {
  /** Environment variables for a test file each: a virtual host that no other one has. */
  readonly environments: readonly Record<string, string>[];
  stop(): Promise<void>;
}

/** Starts a broker with so many virtual hosts. Errors: those of `startPrivateBroker`. */
export async function startTestBroker(count: number): Promise<TestBroker> {
  const dir = mkdtempSync(join(tmpdir(), "sw-test-broker-"));
  const broker = await startPrivateBroker({ dir });
  const { user, host, port, password } = broker;
  const stop = async () => {
    await broker.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const names = Array.from({ length: count }, (_, index) => `test-${index + 1}`);
    const all = { configure: ".*", write: ".*", read: ".*" };
    const definitions = {
      vhosts: names.map((name) => ({ name })),
      permissions: names.map((vhost) => ({ user, vhost, ...all })),
    };
    writeFileSync(join(dir, "definitions.json"), JSON.stringify(definitions));
    await broker.rabbitmqctl("import_definitions", join(dir, "definitions.json"));
    const environments = names.map((vhost) => {
      const url = `amqp://${user}:${password}@${host}:${port}/${vhost}`;
      const address: BrokerAddress = { host, port, vhost, user, password, url };
      return { [VARIABLE]: JSON.stringify(address) };
    });
    return { environments, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The virtual host that this process was given. It is given away once: whoever comes second would find what the first has left. */
export function givenBroker(): BrokerAddress | undefined {
  const address = process.env[VARIABLE];
  delete process.env[VARIABLE];
  return address === undefined ? undefined : (JSON.parse(address) as BrokerAddress);
}
