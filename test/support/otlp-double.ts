import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as OTLP/HTTP with JSON has it (opentelemetry-proto, trace.proto); times in nanoseconds as text. */
export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code?: number; message?: string };
}

/** A collector that speaks OTLP over HTTP with JSON, and keeps what it gets. */
export class OtlpDouble {
  readonly spans: OtlpSpan[] = [];
  /** Bodies as they came. */
  readonly bodies: string[] = [];
  private server: Server | undefined;

  /** Resolves to the URL that an exporter is given. */
  async start(): Promise<string> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const body = Buffer.concat(pieces).toString("utf8");
        const isJson = /^application\/json\b/.test(request.headers["content-type"] ?? "");
        if (request.method !== "POST" || request.url !== "/v1/traces" || !isJson) {
          response.writeHead(415).end();
          return;
        }
        this.bodies.push(body);
        const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };
        for (const { scopeSpans } of resourceSpans) for (const { spans } of scopeSpans) this.spans.push(...spans);
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
      });
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }
}
