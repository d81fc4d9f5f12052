import { type Client, type ClientConfig, pg, type Result } from "../lib/ledger/postgres/library.js";

/** As psql prints it: rows alone, values as the server writes them. */
const asText = (results: Result | Result[]) =>
  [results]
    .flat()
    .flatMap(({ rows }) => rows.map((row) => Object.values(row).join("|")))
    .join("\n");

/** Runs SQL on connections that are kept: a psql for each look costs more than the look. */
export class SqlAsker {
  private readonly free: Client[] = [];

  constructor(private readonly place: Pick<ClientConfig, "host" | "port" | "database" | "user" | "password">) {}

  /** Resolves to the rows of all statements in it, a line each, values separated by `|`. Rejects with the server's error. */
  async ask(text: string): Promise<string> {
    const client = this.free.pop() ?? (await this.connect());
    try {
      // By place: two columns may have one name.
      const query = { text, rowMode: "array" };
      const said = asText(await client.query(query));
      // What it has set is not for those who come after it.
      await client.query("DISCARD ALL");
      this.free.push(client);
      return said;
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
  }

  /** Gives up the connections that nobody uses now. */
  close(): void {
    for (const client of this.free.splice(0)) client.connection.stream.destroy();
  }

  private async connect(): Promise<Client> {
    const { Client } = await pg();
    const client = new Client({
      ...this.place,
      application_name: "test",
      keepAlive: false,
      connectionTimeoutMillis: 60_000,
      query_timeout: 0,
      pipeline: false,
      types: { getTypeParser: () => (value) => value },
    });
    const forget = () => {
      const at = this.free.indexOf(client);
      if (at >= 0) this.free.splice(at, 1);
    };
    // The server ends or is killed while nobody asks.
    client.on("error", forget);
    client.on("end", forget);
    await client.connect();
    return client;
  }
}
