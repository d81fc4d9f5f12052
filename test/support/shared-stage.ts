import type { PrivatePostgres } from "../../scripts/private-postgres.js";
import type { Evidence } from "./checker.js";
import type { Stage } from "./stage.js";

type Row = ReturnType<Stage["rows"]>[number];

/** What the ledger of a stage says that lies in a schema of PostgreSQL; all else as the stage has it. */
export class SharedStage {
  constructor(
    readonly stage: Stage,
    private readonly postgres: PrivatePostgres,
    private readonly schema: string,
  ) {}

  /** Every row of the ledger, with its owner. */
  async rows(): Promise<(Row & { owner: string })[]> {
    const rows = await this.read<Row & { owner: string }>(
      `SELECT id, file_name AS "fileName", client_key AS "clientKey", state, settled = 1 AS settled, box, code, owner,
        possible_duplicate = 1 AS "possibleDuplicate" FROM ${this.schema}.documents`,
    );
    return rows;
  }

  /** Those that share the ledger, and who has taken over from whom. */
  instances(): Promise<{ id: string; pid: number; epoch: number; takenBy: string }[]> {
    return this.read(`SELECT id, pid, epoch, taken_by AS "takenBy" FROM ${this.schema}.instances`);
  }

  /** All that `judge` looks at, as it is now. */
  async evidence(): Promise<Evidence> {
    const { stage, schema } = this;
    const rows = await this.rows();
    const resent = await this.read<{ key: string }>(
      `SELECT DISTINCT client_key AS key FROM ${schema}.documents JOIN ${schema}.events ON document_id = documents.id
        WHERE event = 'resending'`,
    );
    return {
      rows: () => rows,
      resentKeys: () => new Set(resent.map(({ key }) => key)),
      simulated: () => stage.simulated(),
      isWaiting: (key) => stage.isWaiting(key),
      handedIn: () => stage.handedIn(),
    };
  }

  private async read<T>(sql: string): Promise<T[]> {
    return JSON.parse(await this.postgres.sql(`SELECT coalesce(json_agg(found), '[]') FROM (${sql}) AS found`)) as T[];
  }
}
