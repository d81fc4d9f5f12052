import { ImportClientError, messageOf } from "../../errors.js";

/** What is used of `pg` (node-postgres); it brings no types of its own. */
export interface Client {
  connect(): Promise<unknown>;
  query(query: string | Query, values?: readonly unknown[]): Promise<Result>;
  end(): Promise<void>;
  on(event: "error" | "end", listener: (error?: Error) => void): unknown;
  /** The socket, to be ended where nothing answers. What is written while it is corked goes out in one piece. */
  readonly connection: { stream: { destroy(): void; cork(): void; uncork(): void } };
}

export interface Query {
  /** A statement with a name is planned once a connection. */
  name?: string;
  text: string;
  values?: readonly unknown[];
}

export interface Result {
  command: string;
  rows: Record<string, unknown>[];
}

export interface ClientConfig {
  host?: string | undefined;
  port?: number | undefined;
  database?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  ssl?: unknown;
  application_name: string;
  keepAlive: boolean;
  connectionTimeoutMillis: number;
  query_timeout: number;
  /** Statements are sent without waiting for the answers of those before. */
  pipeline: boolean;
  types: { getTypeParser(oid: number, format?: string): (text: string) => unknown };
}

export interface Library {
  Client: new (config: ClientConfig) => Client;
}

/** The package `pg`, loaded when first asked for. Rejects with SW-PREREQUISITE and the command that brings it. */
export async function pg(): Promise<Library> {
  try {
    // Its name is no literal: it has no types, and need not be there.
    const name = "pg";
    const loaded = (await import(name)) as { default?: Library } & Library;
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new ImportClientError(
      "SW-PREREQUISITE",
      { zh: `缺少 pg 组件：${messageOf(cause)}`, en: `the package pg is not installed: ${messageOf(cause)}` },
      {
        advice: {
          zh: "请在 Node-RED 目录执行 npm install pg。",
          en: "Run npm install pg in the Node-RED folder.",
        },
        cause,
      },
    );
  }
}
