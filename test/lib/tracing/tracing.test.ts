import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { handleOf } from "../../../lib/boxes/context.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient as open } from "../../../lib/client/open.js";
import { ImportClientError } from "../../../lib/errors.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { Tracing } from "../../../lib/tracing/tracing.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { OtlpDouble, type OtlpSpan } from "../../support/otlp-double.js";
import { removeScratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

/** What is used of OpenTelemetry's SDK, which a user brings; it is installed for tests. */
interface Provider {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}
interface Sdk {
  BasicTracerProvider: new (options: { spanProcessors: unknown[] }) => Provider;
  BatchSpanProcessor: new (exporter: unknown) => unknown;
}
const sdk = require("@opentelemetry/sdk-trace-base") as Sdk;
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-http") as {
  OTLPTraceExporter: new (options: { url: string }) => unknown;
};
const { trace } = require("@opentelemetry/api") as {
  trace: { setGlobalTracerProvider(provider: Provider): boolean; disable(): void };
};

describe("one trace a document, as a collector gets it over OTLP", () => {
  const settings = clientSettings();
  const collector = new OtlpDouble();
  let provider: Provider;
  let client: ImportClient;
  let watching: Watching;

  const start = async () => {
    client = (await open(settings)).client;
    Tracing.open()?.follow(client);
    watching = new Watching(client);
  };
  const stop = async () => {
    await watching.watch.stop();
    await client.close();
  };
  before(async () => {
    const exporter = new OTLPTraceExporter({ url: await collector.start() });
    provider = new sdk.BasicTracerProvider({ spanProcessors: [new sdk.BatchSpanProcessor(exporter)] });
    assert.ok(trace.setGlobalTracerProvider(provider));
    await start();
  });
  after(async () => {
    await stop();
    await provider.shutdown();
    trace.disable();
    await collector.stop();
    removeScratch();
  });

  const claimed = async (name: string, bytes: Buffer): Promise<DocumentRow> => {
    writeFileSync(join(client.folders.of("DecCus001").box("OutBox"), name), bytes);
    await watching.until(() => watching.claims.some(({ row }) => row.fileName === name));
    return watching.claims.findLast(({ row }) => row.fileName === name)?.row as DocumentRow;
  };
  const sent = async ({ id }: DocumentRow) => {
    await client.claims.send(id, "{}", false, "");
    const change = { sentAt: client.clock.now() };
    await client.ledger.transition(id, { from: ["sending"], to: "sent" }, change, { event: "sent" });
    await client.claims.settle(id);
  };
  const deliver = async (xml: string) => {
    const body = Buffer.from(xml);
    const delivery = { body, fileName: "", business: "", messageId: xml, receivedAt: client.clock.now() };
    for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
  };
  const spansOf = async ({ id }: DocumentRow): Promise<OtlpSpan[]> => {
    await provider.forceFlush();
    const traceId = id.replaceAll("-", "");
    const mine = collector.spans.filter((span) => span.traceId === traceId);
    return mine.sort((one, other) => Number(BigInt(one.startTimeUnixNano) - BigInt(other.startTimeUnixNano)));
  };
  const attributeOf = ({ attributes }: OtlpSpan, key: string) =>
    Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0];

  it("from OutBox to 结关, over a restart: claimed, checked, signed, sent, each receipt", async () => {
    const key = freshKey();
    const row = await claimed("trace.xml", decXml({ key, goods: 3 }));
    const document = handleOf(row);
    await client.stepped(document, "checked", async () => undefined);
    await client.stepped(document, "signed", async () => undefined);
    await sent(row);
    const seqNo = "I20260000000000077";
    await deliver(
      `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${key}</ClientSeqNo><SeqNo>${seqNo}</SeqNo></DecImportResponse>`,
    );
    await stop();
    await start();
    for (const channel of ["L", "P", "R"])
      await deliver(`<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><CHANNEL>${channel}</CHANNEL></DEC_RESULT>`);
    const spans = await spansOf(row);
    const names = spans.map(({ name }) => name.replace("document ", ""));
    const receipts = ["receipt", "receipt", "receipt", "receipt"];
    assert.deepEqual(names.sort(), ["checked", "claimed", ...receipts, "sent", "signed"]);
    assert.equal(new Set(spans.map(({ parentSpanId }) => parentSpanId)).size, 1);
    const channels = spans.map((span) => attributeOf(span, "sw.receipt.status_code")).filter(Boolean);
    assert.deepEqual(channels.sort(), ["L", "P", "R"]);
    for (const span of spans) {
      assert.equal(attributeOf(span, "sw.business"), "DecCus001");
      assert.ok(BigInt(span.startTimeUnixNano) <= BigInt(span.endTimeUnixNano));
    }
    const sending = spans.find(({ name }) => name === "document sent") as OtlpSpan;
    assert.equal(sending.kind, 4, "PRODUCER");
    // Nothing of the document, its company or its goods left the machine.
    const said = collector.bodies.join("\n");
    for (const secret of [key, seqNo, "trace.xml", "商品", "4403960000", settings.root])
      assert.ok(!said.includes(secret));
  });

  it("says where a document was stopped, by its code alone", async () => {
    const row = await claimed("stopped.xml", decXml({ key: freshKey(), goods: 1 }));
    const text = { zh: "第 3 项商品净重为空", en: "net weight of item 3 is empty" };
    const refuse = async () => Promise.reject(new ImportClientError("SW-RULE-weight", text));
    await assert.rejects(client.stepped(handleOf(row), "checked", refuse));
    await client.claims.fail(row.id, { code: "SW-RULE-weight", text });
    const wrong = (await spansOf(row)).filter(({ status }) => status.code === 2);
    assert.deepEqual(wrong.map(({ name, status }) => [name, status.message]).sort(), [
      ["document checked", "SW-RULE-weight"],
      ["document failed", "SW-RULE-weight"],
    ]);
    assert.ok(!collector.bodies.join().includes("净重"));
  });

  it("without the package there is none, and a fault of it stops no document", async () => {
    const missing = () => {
      throw new Error("Cannot find module '@opentelemetry/api'");
    };
    assert.equal(Tracing.open(missing), undefined);
    const broken = { trace: { getTracer: missing, setSpanContext: missing }, ROOT_CONTEXT: {} };
    Tracing.open(() => broken)?.follow(client);
    const row = await claimed("broken.xml", decXml({ key: freshKey(), goods: 1 }));
    await sent(row);
    assert.equal((await client.ledger.get(row.id))?.state, "sent");
  });
});
