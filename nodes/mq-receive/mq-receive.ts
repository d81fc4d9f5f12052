import type { Node, NodeAPI, NodeDef } from "node-red";
import type { Consumer, ConsumerEvents, ConsumerOptions, Delivery } from "../../lib/amqp/broker.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import type { ImportClientError } from "../../lib/errors.js";
import { everySetting, settingChoice, settingNumber, settingText } from "../../lib/settings.js";
import { afterDeploys } from "../carried.js";
import { showConnection, spoken } from "../connection-status.js";
import { remember } from "../handles.js";
import type { BrokerNode, ImportClientNode } from "../registry.js";
import { checkConfig, clientOf, configNode, type FlowMessage, inWords, onClose, StatusLine } from "../runtime.js";
import { leaveQueues, useQueues } from "../separation.js";
import { markUnwired } from "../wiring.js";

interface Config extends NodeDef {
  broker?: string;
  client?: string;
  queue?: string;
  prefetch?: string | number;
  use?: string;
  unreadable?: string;
  fileNameHeader?: string;
  businessHeader?: string;
}

/** What keeps it from its queue although the connection stands, as the status names it. */
const SHOWN = ["queue", "exclusive", "permission"];

export = (RED: NodeAPI): void => {
  function MqReceive(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "mq-receive");
    markUnwired(RED, this, config, status, 1, "begins");
    let broker: BrokerNode | undefined;
    let consumer: Consumer | undefined;
    let stopListening: (() => void) | undefined;
    let closed = false;

    const begin = async () => {
      // Both at once: after a pause a further deploy may have taken them away.
      const clientNode = configNode<ImportClientNode>(RED, config.client, "sw-import-client");
      const brokerNode = configNode<BrokerNode>(RED, config.broker, "sw-mq-broker");
      const queue = settingText(config.queue) || `Q_Recv${clientNode.settings?.clientId ?? ""}`;
      // Before the client is open: which of two clients has a queue must not depend on whose root opens first.
      useQueues(this, clientNode, brokerNode, { receive: queue });
      const client = await clientOf(RED, this, status, config.client);
      const { use, unreadable, prefetch } = everySetting({
        use: () => settingChoice("use", config.use, ["shared", "exclusive"]),
        unreadable: () => settingChoice("unreadable", config.unreadable, ["park", "reject"]),
        prefetch: () => settingNumber("prefetch", config.prefetch, 20, 1),
      });
      if (closed) return;
      broker = brokerNode;
      const connection = brokerNode.register(this, clientNode, { receive: queue });
      const showState = () => {
        // Connected says the consumer, once it reads its queue.
        if (connection.state !== "connected") showConnection(status, connection, client.link);
      };
      connection.on("state", showState);
      let reported = "";
      const warnOnce = (error: ImportClientError) => {
        const text = spoken(error);
        if (text !== reported) {
          this.warn(text);
          client.record("receive", "", "", error.code, text);
        }
        reported = text;
      };
      let shared = false;
      const place = `queue ${queue}`;
      const options: ConsumerOptions = {
        queue,
        prefetch,
        exclusive: use === "exclusive",
        unreadable,
        headers: {
          fileName: settingText(config.fileNameHeader) || "fileName",
          business: settingText(config.businessHeader) || "business",
        },
      };
      const events: ConsumerEvents = {
        onReady: () => {
          reported = "";
          shared = false;
          status.show("green", "dot", "connected");
        },
        onFault: (error) => {
          const { fault } = error.details;
          status.show("red", "ring", SHOWN.includes(fault) ? fault : "disconnected");
          // That the connection was lost is for the broker node to tell.
          if (fault !== "closed") warnOnce(error);
        },
        onShared: (error) => {
          if (error) {
            warnOnce(error);
            // As long as it is so: whoever has it takes receipts that nobody here will ever see.
            client.standing.set(place, error, { hinders: true });
            status.show("yellow", "dot", "shared");
          } else if (shared) {
            reported = "";
            client.standing.clear(place);
            status.show("green", "dot", "connected");
          }
          shared = error !== undefined;
        },
        onDelivery: (delivery) => {
          status.show("blue", "dot", "receiving");
          give(client, client.deliveries.add(delivery));
        },
        onGone: (ids) => client.deliveries.forget(ids),
      };
      // Receipts that cannot be stored are for whoever has the root now: the broker keeps them, or gives them to that one. Of several
      // instances one alone may have the link.
      const mayListen = () => client.lease.fault === undefined && client.link.isOpen;
      const listen = async (may: boolean) => {
        if (may === (consumer !== undefined) || closed) return;
        const before = consumer;
        consumer = may ? connection.consumer(options, events) : undefined;
        consumer?.start();
        await before?.stop();
      };
      let switching = listen(mayListen());
      const onFault = () => {
        switching = switching.then(() => listen(mayListen())).catch((error) => this.warn(inWords(error)));
      };
      const onLink = () => {
        showState();
        onFault();
      };
      client.lease.on("fault", onFault);
      client.link.on("change", onLink);
      showState();
      // Else they would stay unacknowledged, and with the prefetch used up nothing comes any more.
      const ofDeliveries = afterDeploys(
        RED,
        () => (consumer?.outstanding() ?? []).map(({ id }) => id),
        (lost) => {
          const delivery = client.deliveries.get(lost);
          if (delivery) give(client, delivery);
        },
      );
      stopListening = () => {
        client.lease.off("fault", onFault);
        client.link.off("change", onLink);
        connection.off("state", showState);
        client.standing.clear(place);
        ofDeliveries();
      };
    };
    const give = (client: ImportClient, delivery: Delivery) => {
      const message = messageFor(delivery);
      remember(client, message);
      this.send(message);
    };
    const messageFor = (delivery: Delivery): FlowMessage => {
      const { id, queue, messageId, redelivered, receivedAt, type, fileName, business, body } = delivery;
      return {
        _msgid: RED.util.generateId(),
        payload: body,
        ...(fileName && { filename: fileName }),
        delivery: { id, queue, messageId, redelivered, receivedAt, type, business },
      };
    };

    checkConfig(RED, this, status, () =>
      begin().catch((error) => {
        if (!closed) throw error;
      }),
    );
    onClose(this, async () => {
      closed = true;
      leaveQueues(this);
      status.close();
      stopListening?.();
      await consumer?.stop();
      await broker?.deregister(this);
    });
  }
  RED.nodes.registerType("sw-mq-receive", MqReceive);
};
