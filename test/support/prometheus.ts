import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../scripts/ports.js";
import { endChild } from "../../scripts/processes.js";
import { until } from "./until.js";

/** The package's own alert rules. */
export const RULES = join(__dirname, "..", "..", "docs", "monitoring", "alerts.yml");

export interface Series {
  metric: Record<string, string>;
  value: [number, string];
}

/** A real Prometheus that scrapes one Node-RED each second, with the package's rules but for how long each must hold. */
export class Prometheus {
  private process: ChildProcess | undefined;
  private url = "";

  constructor(private readonly dir: string) {}

  /** `url`: Node-RED's; `token`: SW_METRICS_TOKEN of it. Resolves when it has scraped. */
  async start(url: string, token: string): Promise<void> {
    const { dir } = this;
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    writeFileSync(join(dir, "token"), token);
    writeFileSync(join(dir, "alerts.yml"), readFileSync(RULES, "utf8").replace(/^ +for: .*\n/gm, ""));
    const lines = [
      "global: {scrape_interval: 1s, evaluation_interval: 1s}",
      "rule_files: [alerts.yml]",
      "scrape_configs:",
      "  - job_name: single-window",
      "    metrics_path: /single-window/metrics",
      "    authorization: {credentials_file: token}",
      `    static_configs: [{targets: ['${new URL(url).host}']}]`,
    ];
    writeFileSync(join(dir, "prometheus.yml"), `${lines.join("\n")}\n`);
    const options = [`--web.listen-address=127.0.0.1:${port}`, `--storage.tsdb.path=${join(dir, "tsdb")}`];
    this.process = spawn("prometheus", [`--config.file=${join(dir, "prometheus.yml")}`, ...options], {
      stdio: "ignore",
    });
    await until("Prometheus has scraped", async () => (await this.value("up")) === 1, 60_000);
  }

  async api<T>(path: string): Promise<T> {
    const answer = (await (await fetch(`${this.url}/api/v1/${path}`)).json()) as { status: string; data: T };
    assert.equal(answer.status, "success", path);
    return answer.data;
  }

  async ask(query: string): Promise<Series[]> {
    return (await this.api<{ result: Series[] }>(`query?query=${encodeURIComponent(query)}`)).result;
  }

  async value(query: string): Promise<number> {
    return Number((await this.ask(query))[0]?.value[1]);
  }

  /** Names of the alerts that fire now. */
  async firing(): Promise<string[]> {
    const { alerts } = await this.api<{ alerts: { labels: { alertname: string }; state: string }[] }>("alerts");
    return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname);
  }

  /** Resolves when this alert fires. */
  async fires(alert: string): Promise<void> {
    await until(`${alert} fires`, async () => (await this.firing()).includes(alert), 120_000);
  }

  async stop(): Promise<void> {
    if (this.process) await endChild(this.process, 10_000);
  }
}
