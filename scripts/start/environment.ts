import { join, resolve } from "node:path";
import { PlainError } from "../plain-error.js";

/** What `npm start` runs with: the environment of design.md with every gap filled. */
export interface StartSettings {
  /** Only the client: broker and Single Window are the user's (SW_AMQP_HOST is set). */
  clientOnly: boolean;
  /** SW_CARD_BACKEND was not set: a SoftHSM2 token is made. */
  demoCard: boolean;
  /** Ends after the table (`--once` or SW_START_ONCE=1). */
  once: boolean;
  /** Folder of everything that we make: SW_DATA, or `data` in the repository. */
  data: string;
  root: string;
  port: number;
  clientId: string;
  sendQueue: string;
  receiveQueue: string;
  orgCode: string;
  customsCode: string;
  region: string;
  /** The variables for Node-RED, without those of a broker or a token that do not exist yet. */
  env: Record<string, string>;
}

type Environment = Record<string, string | undefined>;

/** Reads the environment and the arguments. Errors: PlainError for a PORT that is none. */
export function startSettings(repo: string, environment: Environment, args: readonly string[]): StartSettings {
  const given = (name: string, fallback: string): string => environment[name] || fallback;
  const unknown = args.find((arg) => arg !== "--once");
  if (unknown !== undefined) throw new PlainError(`Unknown argument ${unknown}: npm start takes  -- --once  only`);
  const port = Number(given("PORT", "1880"));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new PlainError(`PORT is not a port number: ${environment.PORT}`);
  }
  const data = resolve(repo, given("SW_DATA", "data"));
  const root = resolve(repo, given("SW_ROOT", join(data, "ImpPath")));
  const clientId = given("SW_CLIENT_ID", "DEMO0001");
  const clientOnly = (environment.SW_AMQP_HOST ?? "") !== "";
  const settings = {
    clientOnly,
    demoCard: (environment.SW_CARD_BACKEND ?? "") === "",
    once: args.includes("--once") || environment.SW_START_ONCE === "1",
    data,
    root,
    port,
    clientId,
    sendQueue: given("SW_SEND_QUEUE", `Q_Send${clientId}`),
    receiveQueue: given("SW_RECEIVE_QUEUE", `Q_Recv${clientId}`),
    orgCode: given("SW_ORG_CODE", "123456789"),
    customsCode: given("SW_CUSTOMS_CODE", "4403960000"),
    region: given("SW_REGION", "5300"),
  };
  // Every variable that the example names is set, if only to nothing: an unset one would stand in a node as `${NAME}`.
  const env: Record<string, string> = {
    SW_ROOT: root,
    SW_ENVIRONMENT: given("SW_ENVIRONMENT", "test"),
    SW_CLIENT_ID: clientId,
    SW_ORG_CODE: settings.orgCode,
    SW_CUSTOMS_CODE: settings.customsCode,
    SW_REGION: settings.region,
    SW_AMQP_HOST: given("SW_AMQP_HOST", ""),
    SW_AMQP_PORT: given("SW_AMQP_PORT", ""),
    SW_AMQP_VHOST: given("SW_AMQP_VHOST", "/"),
    SW_AMQP_USER: given("SW_AMQP_USER", ""),
    SW_AMQP_PASSWORD: given("SW_AMQP_PASSWORD", ""),
    SW_AMQP_TLS: given("SW_AMQP_TLS", ""),
    SW_SEND_QUEUE: settings.sendQueue,
    SW_RECEIVE_QUEUE: settings.receiveQueue,
    SW_CARD_BACKEND: given("SW_CARD_BACKEND", "pkcs11"),
    SW_CARD_PIN: given("SW_CARD_PIN", ""),
    SW_PKCS11_MODULE: given("SW_PKCS11_MODULE", ""),
    SW_PKCS11_TOKEN: given("SW_PKCS11_TOKEN", ""),
    SW_CONTROL_URL: given("SW_CONTROL_URL", ""),
    SW_CARD_KEYFILE: given("SW_CARD_KEYFILE", ""),
    SW_LEDGER: given("SW_LEDGER", ""),
    SW_SCHEMAS: resolve(repo, given("SW_SCHEMAS", "schemas")),
    PORT: String(port),
  };
  return { ...settings, env };
}
