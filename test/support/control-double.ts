import { sign as rsaSign } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type WebSocket, WebSocketServer } from "ws";
import { freePort } from "../../scripts/ports.js";

/** What the double does wrong, and how it speaks. Can be changed between calls. */
export interface Manners {
  /** Sends no `open` frame. */
  noOpen: boolean;
  /** Sends half an `open` frame. */
  halfOpen: boolean;
  /** `nested`: result in `_args`; `flat`: result in the frame itself, with or without method. */
  form: "nested" | "nested-text" | "flat" | "flat-bare";
  ids: "number" | "string" | "none";
  /** Names another method in its first reply, then the right one. */
  wrongMethodFirst: boolean;
  /** Names another call's id in its first reply, then the right one. */
  wrongIdFirst: boolean;
  /** Does not answer signatures. */
  silent: boolean;
  /** Answers a signature only when `late()` is called. */
  late: boolean;
  /** Sends half a frame in place of a signature's reply. */
  half: boolean;
  /** Ends the connection in place of a signature's reply. */
  drop: boolean;
  /** Errors in place of a signature. */
  errors: string[] | undefined;
}

export interface ControlCardDouble {
  cardId: string;
  certNo: string;
  entId: string;
  entName: string;
  /** PEM. */
  certificate: string;
  pin: string;
  /** PIN tries before it locks. */
  tries: number;
  /** Signs what it is given. */
  sign(data: Buffer): Promise<Buffer>;
}

/** A card that signs with RSA and SHA-1, as the old ones do. */
export function rsaSigner(key: string): (data: Buffer) => Promise<Buffer> {
  return async (data) => rsaSign("sha1", data, key);
}

/** The answer to a call that was not made here. */
const WRONG = { Result: true, Data: ["AAAA", "0"], Error: [] };

/** Speaks the card control's protocol (domain 3) over a real socket, and misbehaves on request. */
export class ControlDouble {
  /** Every request as it came in, with its arguments. */
  readonly calls: { method: string; args: Record<string, string> }[] = [];
  /** Every PIN that was tried, in order: what a real card would have counted. */
  readonly pinTries: { cardId: string; right: boolean }[] = [];
  /** Frames of requests that came in blocks. */
  blocks = 0;
  /** Connections that were made. */
  connections = 0;
  readonly manners: Manners = {
    noOpen: false,
    halfOpen: false,
    form: "nested",
    ids: "number",
    wrongMethodFirst: false,
    wrongIdFirst: false,
    silent: false,
    late: false,
    half: false,
    drop: false,
    errors: undefined,
  };
  card: ControlCardDouble | undefined;
  private server: WebSocketServer | undefined;
  private listener: Server | undefined;
  private port = 0;
  private readonly held: (() => void)[] = [];
  private readonly wrong = new Map<string, number>();

  /** Listens, again on the same port after `stop`; `tls`: key and certificate in PEM, for `wss`. */
  async start(tls?: { key: string; cert: string }): Promise<string> {
    // Out of the range that outgoing connections take from while it is stopped.
    this.port ||= await freePort();
    const listener = tls ? createTlsServer(tls) : createServer();
    this.listener = listener;
    this.server = new WebSocketServer({ server: listener });
    this.server.on("connection", (socket) => this.accept(socket));
    listener.listen(this.port, "127.0.0.1");
    await once(listener, "listening");
    return `${tls ? "wss" : "ws"}://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const { server, listener } = this;
    this.server = undefined;
    if (!server) return;
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
    await new Promise((resolve) => listener?.close(resolve));
  }

  /** Sends the replies that were held back. */
  release(): void {
    for (const reply of this.held.splice(0)) reply();
  }

  countOf(method: string): number {
    return this.calls.filter((call) => call.method === `cus-sec_${method}`).length;
  }

  private accept(socket: WebSocket): void {
    this.connections++;
    const open = JSON.stringify({ _id: 0, _method: "open", _status: "00" });
    if (!this.manners.noOpen) socket.send(this.manners.halfOpen ? open.slice(0, 20) : open);
    const parts: string[] = [];
    socket.on("message", (raw) => {
      const frame = raw.toString();
      if (!frame.startsWith("BLOCKTXT")) {
        void this.answer(socket, frame);
        return;
      }
      this.blocks++;
      parts.push(frame.slice(128));
      const count = Number(frame.slice(40, 44));
      const guid = frame.slice(44, 80);
      const finish = parts.length === count;
      const next = parts.length + 1;
      socket.send(JSON.stringify({ _method: "_nextBlock", _args: { guid, next, finish } }));
      if (finish) void this.answer(socket, parts.splice(0).join(""));
    });
  }

  private async answer(socket: WebSocket, text: string): Promise<void> {
    const request = JSON.parse(text) as { _id: number; _method: string; args: Record<string, string> };
    this.calls.push({ method: request._method, args: request.args });
    const { manners } = this;
    const result = await this.run(request._method, request.args);
    const signing = "passwd" in request.args;
    if (signing && manners.silent) return;
    if (signing && manners.drop) {
      socket.terminate();
      return;
    }
    if (signing && manners.half) {
      socket.send('{"_id":1,"_method":"cus-');
      return;
    }
    const send = (): void => {
      if (signing && manners.wrongMethodFirst) socket.send(this.frame(request._id, "cus-sec_SpcGetUName", result));
      if (signing && manners.wrongIdFirst) socket.send(this.frame(request._id + 7, request._method, WRONG));
      socket.send(this.frame(request._id, request._method, result));
    };
    if (signing && manners.late) this.held.push(send);
    else send();
  }

  private frame(id: number, method: string, result: object): string {
    const { form, ids } = this.manners;
    const head = {
      ...(ids === "none" ? {} : { _id: ids === "string" ? String(id) : id }),
      ...(form === "flat-bare" ? {} : { _method: method, _status: "00" }),
    };
    if (form === "nested") return JSON.stringify({ ...head, _args: result });
    if (form === "nested-text") return JSON.stringify({ ...head, _args: JSON.stringify(result) });
    return JSON.stringify({ ...head, ...result });
  }

  private async run(method: string, args: Record<string, string>): Promise<object> {
    const good = (...data: string[]): object => ({ Result: true, Data: data, Error: [] });
    const bad = (...errors: string[]): object => ({ Result: false, Data: [], Error: errors });
    const { card, manners } = this;
    if (!card) return bad("[读卡器模块]打开读卡器失败:错误码=50200", "Err:Custom50200");
    switch (method.replace("cus-sec_", "")) {
      case "SpcGetCardID":
        return good(card.cardId);
      case "SpcGetCertNo":
        return good(card.certNo);
      case "SpcGetEntID":
        return good(card.entId);
      case "SpcGetEntName":
        return good(card.entName);
      case "SpcGetSignCertAsPEM":
        return good(card.certificate);
      case "SpcSignDataAsPEM":
      case "SpcSignPemDataAsPem": {
        const wrong = this.wrong.get(card.cardId) ?? 0;
        const right = args.passwd === card.pin;
        if (!manners.errors) this.pinTries.push({ cardId: card.cardId, right });
        if (manners.errors) return bad(...manners.errors);
        if (wrong >= card.tries) return bad("[智能卡应用模块]口令已锁死:错误码=51572", "Err:Custom51572");
        if (!right) {
          this.wrong.set(card.cardId, wrong + 1);
          return bad("[智能卡应用模块]输入口令错误，还可以重试一次:错误码=51571", "Err:Custom51571");
        }
        this.wrong.set(card.cardId, 0);
        const data = method.endsWith("Pem") ? Buffer.from(args.inData ?? "", "base64") : Buffer.from(args.inData ?? "");
        return good((await card.sign(data)).toString("base64"), card.certNo);
      }
      default:
        return bad("Err:Base50000");
    }
  }
}
