import type { BrokerAddress } from "../../scripts/private-broker.js";
import type { SoftToken } from "../../scripts/soft-token.js";
import { COMPANY } from "./test-card.js";

/** A node as a flow file has it. */
export type FlowNode = { id: string; type: string } & Record<string, unknown>;

/** A node in the test's tab. */
export function node(type: string, id: string, settings: Record<string, unknown> = {}, ...wires: string[][]): FlowNode {
  return { id, type, z: "tab", name: "", x: 100, y: 100, ...settings, wires };
}

export function sink(id: string, ...to: string[]): FlowNode {
  return node("test-sink", id, {}, to);
}

/** A core function node with this code. */
export function functionNode(id: string, func: string, ...to: string[]): FlowNode {
  return node("function", id, { func, outputs: 1, timeout: 0, noerr: 0, initialize: "", finalize: "", libs: [] }, to);
}

/** Catches the faults of every node of the tab. */
export function catchAll(to: string): FlowNode {
  return node("catch", "catch", { scope: null, uncaught: false }, [to]);
}

export function clientNode(root: string, change: Record<string, unknown> = {}): FlowNode {
  return {
    id: "client",
    type: "sw-import-client",
    name: "",
    environment: "test",
    clientId: "DEMO0001",
    orgCode: "123456789",
    customsCode: COMPANY.code,
    region: "5300",
    root,
    ledger: "",
    schemas: "",
    advice: "",
    logDir: "",
    retentionDays: 90,
    onUncertain: "resend",
    sysIds: "",
    ...change,
  };
}

export function brokerNode(broker: BrokerAddress, change: Record<string, unknown> = {}): FlowNode {
  return {
    id: "broker",
    type: "sw-mq-broker",
    name: "",
    client: "client",
    host: broker.host,
    port: broker.port,
    vhost: broker.vhost,
    useTls: false,
    tls: "",
    heartbeat: 10,
    connectTimeout: 5,
    userEnv: "SW_AMQP_USER",
    passwordEnv: "SW_AMQP_PASSWORD",
    ...change,
  };
}

export function cardNode(token: SoftToken, change: Record<string, unknown> = {}): FlowNode {
  return {
    id: "card",
    type: "sw-card",
    name: "",
    client: "client",
    backend: "pkcs11",
    module: token.module,
    token: token.label,
    keyLabel: "",
    controlUrl: "",
    keyFile: "",
    certificateFile: "",
    pinEnv: "",
    ...change,
  };
}

export function watchNode(settings: Record<string, unknown>, ...to: string[]): FlowNode {
  const usual = { client: "client", businesses: "DecCus001", interval: 0.2, maxInFlight: 20, incompleteAfter: 600 };
  return node("sw-folder-watch", "watch", { ...usual, createBoxes: true, ...settings }, to);
}
