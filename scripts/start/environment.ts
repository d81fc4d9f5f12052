import { join, resolve } from "node:path";
import { DEMO_IDENTITY } from "../../simulator/samples/identity.js";
import { PlainError } from "../plain-error.js";
import { demoOf, isWithin } from "./demo-folder.js";

/** What `npm start` runs with: the demo, or with SW_AMQP_HOST set the client alone. */
export interface StartSettings {
  /** Only the client: broker, card and Single Window are the user's. Otherwise the demo, which takes nothing of the user's. */
  clientOnly: boolean;
  /** Ends after the table (`--once` or SW_START_ONCE=1). */
  once: boolean;
  /** Folder of everything that this run makes: SW_DATA (default `data` in the repository), of the demo `demo` below it. */
  data: string;
  /** Where the boxes are; empty when real work has no SW_ROOT. */
  root: string;
  port: number;
  /** The variables for Node-RED, without those of a broker or a token that do not exist yet. */
  env: Record<string, string>;
  /** Variables that no process of this run may see. */
  unused: readonly string[];
  /** What the person at the terminal has to know of these settings, in both languages. */
  notes: readonly string[];
}

type Environment = Record<string, string | undefined>;

/** What the demo takes from the environment: where, how, and the XSDs that are only read. */
const DEMO_TAKES = /^SW_(DATA|SCHEMAS|START_ONCE|SIM_.*)$/;
/** Without these real work does nothing; a flow of the user's own may have them in its nodes. */
const REAL_NEEDS = [
  ...["SW_ROOT", "SW_CLIENT_ID", "SW_ORG_CODE", "SW_CUSTOMS_CODE", "SW_REGION"],
  ...["SW_AMQP_USER", "SW_AMQP_PASSWORD", "SW_CARD_BACKEND"],
];

/** What a kind of card needs besides; a token with a keypad needs no PIN, but the example has none. */
const CARD_NEEDS: Readonly<Record<string, readonly string[]>> = {
  "": ["SW_PKCS11_MODULE", "SW_CARD_PIN"],
  pkcs11: ["SW_PKCS11_MODULE", "SW_CARD_PIN"],
  spsecure: ["SW_PKCS11_MODULE", "SW_CARD_PIN"],
  sdf: ["SW_PKCS11_MODULE", "SW_CARD_PIN"],
  control: ["SW_CARD_PIN"],
  software: ["SW_CARD_KEYFILE"],
};

/**
 * Reads environment and arguments of `npm start`, the demo or real work, for the repository `repo`.
 *
 * Errors: PlainError for a PORT that is none, an argument that is not known, variables of real work without SW_AMQP_HOST
 * that a demo must not take for its own (root, ledger, production, the rest of a broker's address), and a root for real
 * work that a demo uses.
 */
export function startSettings(repo: string, environment: Environment, args: readonly string[]): StartSettings {
  const unknown = args.find((arg) => arg !== "--once");
  if (unknown !== undefined) throw new PlainError(`Unknown argument ${unknown}: npm start takes  -- --once  only`);
  const given = from(environment);
  const { port, schemas } = general(repo, given);
  const data = resolve(repo, given("SW_DATA") || "data");
  const once = args.includes("--once") || given("SW_START_ONCE") === "1";
  const own =
    given("SW_AMQP_HOST") === ""
      ? demo(repo, join(data, "demo"), environment, schemas, port)
      : real(repo, data, given, schemas, port);
  return { once, port, ...own };
}

/**
 * The settings of the command `demo` in the folder `folder`: those of `npm start`, but never real work, and in a folder of
 * its own where SW_DATA is not set. Errors: as above; a PlainError when SW_AMQP_HOST is set.
 */
export function demoSettings(folder: string, environment: Environment, once: boolean): StartSettings {
  const given = from(environment);
  if (given("SW_AMQP_HOST") !== "") {
    throw new PlainError(
      "设置了 SW_AMQP_HOST（真实业务），演示没有启动；只看演示请取消它。 / " +
        "SW_AMQP_HOST is set, for real work: the demo was not started; for the demo unset it.",
    );
  }
  const { port, schemas } = general(folder, given);
  const data = given("SW_DATA") === "" ? "single-window-demo" : join(given("SW_DATA"), "demo");
  return { once, port, ...demo(folder, resolve(folder, data), environment, schemas, port) };
}

const from =
  (environment: Environment): Given =>
  (name) =>
    environment[name]?.trim() ?? "";

function general(base: string, given: Given): { port: number; schemas: string } {
  const port = Number(given("PORT") || "1880");
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new PlainError(
      `PORT 不是端口号（1 到 65535 的整数）：${given("PORT")}。请改正或取消环境变量 PORT。 / ` +
        `PORT is not a port number (a whole number from 1 to 65535): ${given("PORT")}. Correct or unset the variable PORT.`,
    );
  }
  return { port, schemas: given("SW_SCHEMAS") === "" ? "" : resolve(base, given("SW_SCHEMAS")) };
}

type Own = Pick<StartSettings, "clientOnly" | "data" | "root" | "env" | "unused" | "notes">;
type Given = (name: string) => string;

/** Root, client, card, broker and queues of the demo's own, whatever the environment says. */
function demo(repo: string, data: string, environment: Environment, schemas: string, port: number): Own {
  const given = from(environment);
  const set = Object.keys(environment).filter((name) => name.startsWith("SW_") && given(name) !== "");
  const root = join(data, "ImpPath");
  const real = set.filter((name) => {
    if (name === "SW_ROOT") return resolve(repo, given(name)) !== root;
    if (name === "SW_ENVIRONMENT") return given(name) !== "test";
    return name === "SW_LEDGER" || name.startsWith("SW_AMQP_");
  });
  if (real.length > 0) throw noHost(real, given);
  if (!isWithin(root, data)) {
    throw new PlainError(
      `演示的根目录 ${root} 通向 ${data} 之外，演示不会启动。 / The demo's root ${root} leads out of ${data}: the demo was not started.`,
    );
  }
  const unused = set.filter((name) => !DEMO_TAKES.test(name));
  const ignored = unused.filter((name) => name !== "SW_ROOT" && name !== "SW_ENVIRONMENT").sort();
  const { clientId, orgCode, customsCode, region } = DEMO_IDENTITY;
  return {
    clientOnly: false,
    data,
    root,
    unused,
    env: {
      ...NOTHING,
      SW_ROOT: root,
      SW_ENVIRONMENT: "test",
      SW_CLIENT_ID: clientId,
      SW_ORG_CODE: orgCode,
      SW_CUSTOMS_CODE: customsCode,
      SW_REGION: region,
      SW_AMQP_VHOST: "/",
      SW_CARD_BACKEND: "pkcs11",
      SW_SCHEMAS: schemas,
      SW_DEMO: data,
      PORT: String(port),
    },
    notes:
      ignored.length === 0
        ? []
        : [
            `未设置 SW_AMQP_HOST，这是演示：客户端、卡、消息服务器都是演示自己的，不使用 ${ignored.join("、")} / ` +
              `SW_AMQP_HOST is not set, this is the demo: it has a client, card and broker of its own; not used: ${ignored.join(", ")}`,
          ],
  };
}

/** What real work needs and does not find stays empty: the nodes say so, and nothing of the demo stands in for it. */
function real(repo: string, data: string, given: Given, schemas: string, port: number): Own {
  const place = (name: string): string => (given(name) === "" ? "" : resolve(repo, given(name)));
  const root = place("SW_ROOT");
  for (const name of ["SW_ROOT", "SW_LEDGER"]) {
    if (given(name) === "" || /^[a-z]+:\/\//.test(given(name))) continue;
    const shared = demoOf(place(name), join(data, "demo"));
    if (shared !== undefined) {
      throw new PlainError(
        `设置了 SW_AMQP_HOST（真实业务），但 ${name}=${place(name)} 与演示文件夹 ${shared} 重叠，没有启动；请换一个位置。 / ` +
          `SW_AMQP_HOST is set (real work), but ${name}=${place(name)} and the demo's folder ${shared} overlap: nothing was started; set another place.`,
      );
    }
  }
  const card = CARD_NEEDS[given("SW_CARD_BACKEND")] ?? [];
  const missing = [...REAL_NEEDS, ...card].filter((name) => given(name) === "");
  return {
    clientOnly: true,
    data,
    root,
    unused: [],
    env: {
      ...Object.fromEntries(Object.keys(NOTHING).map((name) => [name, given(name)])),
      SW_ROOT: root,
      SW_AMQP_VHOST: given("SW_AMQP_VHOST") || "/",
      SW_SCHEMAS: schemas,
      PORT: String(port),
    },
    notes:
      missing.length === 0
        ? []
        : [
            `真实业务：未设置 ${missing.join("、")}，演示的值不会代替它们 / ` +
              `Real work: not set: ${missing.join(", ")}; no value of the demo stands in for them`,
          ],
  };
}

/** Every variable that the example names is set, if only to nothing: an unset one would stand in a node as `${NAME}`. */
const NOTHING: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...["ROOT", "ENVIRONMENT", "CLIENT_ID", "ORG_CODE", "CUSTOMS_CODE", "REGION"],
    ...[
      "AMQP_HOST",
      "AMQP_PORT",
      "AMQP_VHOST",
      "AMQP_USER",
      "AMQP_PASSWORD",
      "AMQP_TLS",
      "SEND_QUEUE",
      "RECEIVE_QUEUE",
    ],
    ...[
      "CARD_BACKEND",
      "CARD_PIN",
      "PKCS11_MODULE",
      "PKCS11_TOKEN",
      "CONTROL_URL",
      "CARD_KEYFILE",
      "LEDGER",
      "SCHEMAS",
    ],
  ].map((name) => [`SW_${name}`, ""]),
);

/** Refused, not ignored: whoever names a real root or production and sees a demo run would believe that he has sent. */
function noHost(real: readonly string[], given: Given): PlainError {
  // A password is among them: only what is no secret is shown with its value.
  const shown = [...real].sort().map((name) => (name === "SW_ENVIRONMENT" ? `${name}=${given(name)}` : name));
  const root = given("SW_ROOT");
  const [zhRoot, enRoot] = root === "" ? ["", ""] : [`，也没有动 ${root}`, ` and ${root} was not touched`];
  return new PlainError(
    `设置了 ${shown.join("、")}（真实业务），却没有设置 SW_AMQP_HOST：没有启动任何程序${zhRoot}。真实业务请设置 SW_AMQP_HOST；只看演示请取消这些变量。 / ` +
      `${shown.join(", ")}: set for real work, but SW_AMQP_HOST is not set: nothing was started${enRoot}. For real work set SW_AMQP_HOST, for the demo unset these.`,
  );
}
