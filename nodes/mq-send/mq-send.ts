import type { Node, NodeAPI, NodeDef } from "node-red";
import type { BrokerSettings } from "../../lib/amqp/settings.js";
import { readTempBox } from "../../lib/boxes/claim.js";
import { handleOf } from "../../lib/boxes/context.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import type { DocumentHandle } from "../../lib/document.js";
import { codeOf, ImportClientError, messageOf } from "../../lib/errors.js";
import { faultOf } from "../../lib/fault.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { warnedNote } from "../../lib/preflight/warnings.js";
import { stopped } from "../../lib/send/errors.js";
import { Line } from "../../lib/send/line.js";
import { DocumentSender } from "../../lib/send/sender.js";
import type { SenderSettings } from "../../lib/send/sender-settings.js";
import { TakeUp } from "../../lib/send/take-up.js";
import { readBusinessLimits } from "../../lib/send/window.js";
import { everySetting, settingChoice, settingNumber, settingText } from "../../lib/settings.js";
import { Beginning } from "../beginning.js";
import { afterDeploys } from "../carried.js";
import { changes } from "../changes.js";
import { showConnection, spoken } from "../connection-status.js";
import type { BrokerNode, ImportClientNode } from "../registry.js";
import {
  assertNotRefused,
  clientOf,
  configNode,
  documentOf,
  type FlowMessage,
  onClose,
  onInput,
  payloadOf,
  StatusLine,
  sayOnce,
} from "../runtime.js";
import { assertNoLoop, leaveQueues, useQueues } from "../separation.js";
import { markUnwired } from "../wiring.js";
import { type FieldEvaluator, fieldEvaluator } from "./fields.js";

interface Config extends NodeDef {
  broker?: string;
  client?: string;
  queue?: string;
  exchange?: string;
  confirmTimeout?: string | number;
  giveUpAfter?: string | number;
  attempts?: string | number;
  window?: string | number;
  perBusiness?: string;
  body?: string;
  fields?: string;
  maxSize?: string | number;
}

const MEGABYTE = 1024 * 1024;

/** With what warnings a document goes out stands in its story, once however often it is tried. */
async function keepWarnings({ ledger }: ImportClient, { id, checks }: DocumentHandle): Promise<void> {
  const note = warnedNote(checks);
  if (!note) return;
  const last = await ledger.lastEventOf(id, [note.event, "resend", "override"]);
  if (last?.event !== note.event) await ledger.update(id, {}, note);
}

interface Started {
  client: ImportClient;
  line: Line;
  fields: FieldEvaluator["evaluate"];
  /** Shows how the connection and the queue stand. */
  showState: () => void;
}

/** A signature beside the bytes is good for these bytes alone. Rejects with SW-MESSAGE when a node behind card-sign changed them. */
async function assertAsSigned(
  { id, signature }: DocumentHandle,
  message: FlowMessage,
  client: ImportClient,
): Promise<void> {
  if (signature?.sha256 === undefined) return;
  if ((await client.inspections.sha256(id, payloadOf(message))) === signature.sha256) return;
  throw new ImportClientError(
    "SW-MESSAGE",
    {
      zh: "msg.payload 在签名之后被改动，签名与内容不符，没有发送",
      en: "msg.payload was changed after it was signed: the signature does not fit, and nothing was sent",
    },
    {
      advice: {
        zh: "请把改动内容的节点（zip、function 等）放在 card-sign 之前。",
        en: "Put the node that changes it (zip, a function) before card-sign.",
      },
    },
  );
}

export = (RED: NodeAPI): void => {
  function MqSend(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "mq-send");
    markUnwired(RED, this, config, status);
    let clientNode: ImportClientNode | undefined;
    let broker: BrokerNode | undefined;
    let sender: DocumentSender | undefined;
    let stopListening: (() => void) | undefined;
    let closed = false;

    const queueFor = (clientId = "") => settingText(config.queue) || `Q_Send${clientId}`;
    const settingsFor = (client: ImportClient, broker: BrokerSettings, anyQueue: boolean): SenderSettings => {
      const usual = broker.confirmTimeout ?? 30;
      const { confirmWithin, ...limits } = everySetting({
        confirmWithin: () => settingNumber("confirmTimeout", config.confirmTimeout, usual, 1),
        giveUpAfter: () => settingNumber("giveUpAfter", config.giveUpAfter, 1800) * 1000,
        attempts: () => settingNumber("attempts", config.attempts, 2),
        window: () => settingNumber("window", config.window, 100, 1),
        perBusiness: () => readBusinessLimits("perBusiness", settingText(config.perBusiness)),
        wrap: () => settingChoice("body", config.body, ["bare", "dxp"]) === "dxp",
        maxBytes: () => Math.floor(settingNumber("maxSize", config.maxSize, 32, 0.001) * MEGABYTE),
      });
      return {
        id: this.id,
        exchange: settingText(config.exchange),
        queue: queueFor(client.settings.clientId),
        anyQueue,
        // A confirm may come late, but not later than the broker notices that we are gone (promises 1).
        confirmTimeout: Math.max(confirmWithin, broker.heartbeat) * 1000,
        ...limits,
      };
    };

    const begin = async (): Promise<Started> => {
      // Both at once: after a pause a further deploy may have taken them away.
      const ofClient = configNode<ImportClientNode>(RED, config.client, "sw-import-client");
      const ofBroker = configNode<BrokerNode>(RED, config.broker, "sw-mq-broker");
      clientNode = ofClient;
      // Before the client is open: which of two clients has a queue must not depend on whose root opens first.
      const used = { send: queueFor(ofClient.settings?.clientId), exchange: settingText(config.exchange) };
      useQueues(this, ofClient, ofBroker, used);
      const fields = fieldEvaluator(RED, this, config.fields);
      const client = await clientOf(RED, this, status, config.client);
      const settings = settingsFor(client, ofBroker.settings, fields.setsRoutingKey);
      if (closed) throw stopped();
      broker = ofBroker;
      const connection = ofBroker.register(this, ofClient, used);
      const own = new DocumentSender(client, connection, settings);
      const line = new Line(client, own, settings);
      sender = own;
      let reported = "";
      const showState = () => {
        const { fault } = own.publisher;
        showConnection(status, connection, client.link, fault);
        const text = fault ? spoken(fault) : "";
        if (text !== reported) changes.note("");
        if (text !== "" && text !== reported) {
          this.warn(text);
          client.record("connection", "", "", fault?.code ?? "", text);
        }
        reported = text;
      };
      connection.on("state", showState);
      own.publisher.on("change", showState);
      client.link.on("change", showState);
      const takeUp = new TakeUp(client, own, {
        isKnownSender: (id) => RED.nodes.getNode(id) !== null,
        onSent: (row, payload) => this.send(messageFor(row, payload)),
        onFault: (row, error) => this.error(messageOf(error), { ...messageFor(row), fault: faultOf(error) }),
      });
      // What was taken up here, and not by folder-watch, may get lost behind this node.
      const { inFlight } = client.claims;
      const endOfClaims = afterDeploys(
        RED,
        () => inFlight.ids(this.id).filter((id) => !own.isSending(id)),
        (id) => inFlight.release(id),
      );
      stopListening = () => {
        endOfClaims();
        takeUp.stop();
        line.close();
        client.link.off("change", showState);
        connection.off("state", showState);
        own.publisher.off("change", showState);
      };
      own.start();
      showState();
      await takeUp.start();
      return { client, line, fields: fields.evaluate, showState };
    };

    const messageFor = (row: DocumentRow, payload?: Buffer): FlowMessage => ({
      _msgid: RED.util.generateId(),
      ...(payload && { payload }),
      filename: row.fileName,
      document: handleOf(row),
    });

    const beginning = new Beginning(RED, this, begin, (error) => {
      if (closed || codeOf(error) === "SW-STOPPED") return;
      status.show("red", "ring", "config");
      sayOnce(this, error);
    });

    /** What comes while the node stops is given out again; it is nobody's fault. */
    const giveBack = (id: string) => {
      clientNode?.ready.then(({ claims }) => claims.inFlight.release(id)).catch(() => undefined);
    };

    onInput(this, async (message, send) => {
      const document = documentOf(message);
      let showNow: (() => void) | undefined;
      try {
        const { client, line, fields, showState } = await beginning.started;
        showNow = showState;
        assertNotRefused(document);
        // Who reads that queue may have been deployed after this one.
        assertNoLoop(this);
        await assertAsSigned(document, message, client);
        // What the broker refuses to the others stands until it has taken one.
        if (!sender?.publisher.fault) status.show("blue", "dot", "sending");
        await keepWarnings(client, document);
        const set = await fields(message);
        const sent = await line.send(document, payloadOf(message), {
          fields: set,
          // The bytes are on disk: a thousand documents that wait for the broker are a thousand handles.
          onWait: () => {
            message.payload = undefined;
          },
        });
        message.payload ??= sent.payload ?? (await readTempBox(client, sent.row));
        message.document = { ...document, ...handleOf(sent.row) };
        status.show("green", "dot", "confirmed");
        send(message);
      } catch (error) {
        if (!closed) {
          // Nothing is being sent any more; why, says the connection.
          showNow?.();
          throw error;
        }
        giveBack(document.id);
        throw stopped();
      }
    });

    onClose(this, async () => {
      closed = true;
      leaveQueues(this);
      status.close();
      stopListening?.();
      await sender?.stop();
      await broker?.deregister(this);
    });
  }
  RED.nodes.registerType("sw-mq-send", MqSend);
};
