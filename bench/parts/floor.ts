/**
 * The least that a document costs, as a program in Node.js without us does it: read, parse by libxml2 and validate by our
 * XSD, sign, journal with group commit (WAL, synchronous FULL), publish with confirm, journal again, rename. Run by
 * `bench/run.ts` as a process of its own; `FLOOR` holds its settings, its figures are printed as JSON.
 */
import { createPrivateKey, sign as softwareSign } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { connect } from "amqplib";
import Database from "libsql";
import type Pkcs11 from "pkcs11js";
import { isZip, readZip } from "../../lib/archive/index.js";
import { longestBlock } from "./longest-block.js";
import { inLanes } from "./measure.js";

export interface FloorSettings {
  /** Where the documents lie; they go into a folder beside it. */
  folder: string;
  schema: string;
  broker: string;
  /** Authority of the broker's certificate, PEM; empty = plain. */
  ca: string;
  queue: string;
  inFlight: number;
  /** PEM file; or the PKCS#11 module with a token. */
  keyFile: string;
  module: string;
  token: string;
  pin: string;
}

export interface FloorFigures {
  seconds: number;
  cpu: number;
  memory: number;
  block: number;
}

function signer({ keyFile, module, token, pin }: FloorSettings): (data: Buffer) => Buffer {
  if (keyFile !== "") {
    const key = createPrivateKey(readFileSync(keyFile));
    return (data) => softwareSign("sha256", data, key);
  }
  const library = require("pkcs11js") as typeof Pkcs11;
  const p11 = new library.PKCS11();
  p11.load(module);
  p11.C_Initialize();
  const slot = p11.C_GetSlotList(true).find((one) => p11.C_GetTokenInfo(one).label.trim() === token) as Buffer;
  const session = p11.C_OpenSession(slot, library.CKF_SERIAL_SESSION);
  p11.C_Login(session, library.CKU_USER, pin);
  p11.C_FindObjectsInit(session, [{ type: library.CKA_CLASS, value: library.CKO_PRIVATE_KEY }]);
  const key = p11.C_FindObjects(session, 1)[0] as Buffer;
  p11.C_FindObjectsFinal(session);
  return (data) => {
    p11.C_SignInit(session, { mechanism: library.CKM_SHA256_RSA_PKCS }, key);
    return p11.C_Sign(session, data, Buffer.alloc(512));
  };
}

/** Writes of one turn of the event loop share a commit. */
function journal(file: string): (sql: string, ...values: string[]) => Promise<void> {
  const database = new Database(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE documents (name TEXT PRIMARY KEY, state TEXT, size TEXT)");
  const statements = new Map<string, Database.Statement>();
  let waiting: { sql: string; values: string[]; done(): void }[] = [];
  const flush = () => {
    const batch = waiting;
    waiting = [];
    database.exec("BEGIN IMMEDIATE");
    for (const { sql, values } of batch) {
      let statement = statements.get(sql);
      if (!statement) {
        statement = database.prepare(sql);
        statements.set(sql, statement);
      }
      statement.run(...values);
    }
    database.exec("COMMIT");
    for (const { done } of batch) done();
  };
  return (sql, ...values) =>
    new Promise((done) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ sql, values, done });
    });
}

async function main(settings: FloorSettings): Promise<FloorFigures> {
  const { folder, schema, queue, ca } = settings;
  const lib = await import("libxml2-wasm");
  const xsd = lib.XmlDocument.fromBuffer(readFileSync(schema));
  const validator = lib.XsdValidator.fromDoc(xsd);
  const sign = signer(settings);
  const write = journal(join(folder, "..", "floor.db"));
  const model = await connect(settings.broker, { noDelay: true, ...(ca !== "" && { ca: [readFileSync(ca)] }) });
  const channel = await model.createConfirmChannel();
  const sent = join(folder, "..", "sent");
  mkdirSync(sent, { recursive: true });
  const one = async (name: string) => {
    const payload = readFileSync(join(folder, name));
    const xml = isZip(payload) ? (await readZip(payload)).find((entry) => entry.name.endsWith(".xml"))?.bytes : payload;
    const document = lib.XmlDocument.fromBuffer(xml as Buffer);
    try {
      validator.validate(document);
    } catch {
      // What it says does not matter here, only what it costs.
    }
    document.dispose();
    const signature = sign(payload).toString("base64");
    await write("INSERT INTO documents VALUES (?, 'sending', ?)", name, String(payload.length));
    await new Promise<void>((resolve, reject) => {
      const headers = { fileName: name, sign: signature };
      const options = { messageId: name, headers, persistent: true, mandatory: true };
      channel.publish("", queue, payload, options, (error) => (error ? reject(error) : resolve()));
    });
    await write("UPDATE documents SET state = 'sent' WHERE name = ?", name);
    renameSync(join(folder, name), join(sent, name));
  };
  const names = readdirSync(folder);
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const block = await longestBlock(() => inLanes(names, settings.inFlight, one));
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - begin) / 1000;
  await model.close();
  const memory = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? 0) / 1024;
  return { seconds, cpu: (user + system) / 1e6, memory, block: block.cpu };
}

if (process.env.FLOOR) {
  main(JSON.parse(process.env.FLOOR) as FloorSettings).then(
    (figures) => {
      console.log(JSON.stringify(figures));
      process.exit(0);
    },
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
}
