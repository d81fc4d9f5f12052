import { askedByPerson } from "../lib/asked.js";
import type { Person } from "../lib/audit/entry.js";
import { meaningOf } from "../lib/codes.js";
import { ImportClientError, messageOf } from "../lib/errors.js";
import { toldFault } from "../lib/system-fault.js";

/** Of a request and a response of Node-RED's admin server, what our routes look at. */
export interface Request {
  query: Record<string, unknown>;
  params: Record<string, string>;
  body?: unknown;
  method?: string;
  headers?: Record<string, string | string[] | undefined>;
  user?: { username?: unknown; anonymous?: unknown };
}
export interface Response {
  on(event: "close", listener: () => void): void;
  status(code: number): Response;
  set(headers: Record<string, string>): Response;
  json(body: unknown): void;
  send(body: Buffer | string): void;
  end(): void;
}

/** Who asks, as Node-RED's login knows them. */
export function personOf({ user }: Request): Person {
  return { who: typeof user?.username === "string" ? user.username : "", via: "editor" };
}

const STATUS: Record<string, number> = {
  "SW-UNKNOWN-DOCUMENT": 404,
  "SW-UNKNOWN-CARD": 404,
  "SW-UNKNOWN-NODE": 404,
  "SW-FILE-MISSING": 404,
  "SW-STATE": 409,
  "SW-OWNER": 409,
  "SW-SIZE": 413,
  "SW-XSD": 422,
  "SW-ZIP": 422,
  "SW-FENCED": 503,
  "SW-AUDIT": 503,
  "SW-FOLDER": 503,
  "SW-LEDGER": 503,
  "SW-CONFIG": 400,
  "SW-REQUEST": 400,
  "SW-SETTINGS": 400,
};

/** An answer that the browser saves as a file, whatever it holds; `plain` is its name where only ASCII is understood. */
export class Download {
  constructor(
    private readonly plain: string,
    private readonly fileName: string,
    private readonly bytes: Buffer,
    /** Further headers. */
    private readonly more: Record<string, string> = {},
  ) {}

  send(reply: Response): void {
    const name = encodeURIComponent(this.fileName.toWellFormed()).replace(
      /['()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16)}`,
    );
    const headers = {
      ...this.more,
      "content-type": this.plain.endsWith(".zip") ? "application/zip" : "application/octet-stream",
      "content-disposition": `attachment; filename="${this.plain}"; filename*=UTF-8''${name}`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    };
    reply.set(headers).send(this.bytes);
  }
}

/**
 * What changes something comes as JSON: a page of another site cannot send that without being asked first, where Node-RED asks for no
 * login. Rejects with SW-REQUEST.
 */
async function assertJson({ method, headers }: Request): Promise<void> {
  const type = String(headers?.["content-type"] ?? "");
  if (method !== "POST" || type === "" || /^application\/json\b/i.test(type)) return;
  throw new ImportClientError("SW-REQUEST", {
    zh: `请求内容应为 application/json，而不是 ${type.slice(0, 100)}`,
    en: `the request has to be application/json, not ${type.slice(0, 100)}`,
  });
}

/** What Express says of a request that comes to none of our routes: half a JSON, a `%` that is none. */
interface RequestError {
  status?: number;
  statusCode?: number;
  type?: string;
}

interface App {
  use(path: string, handler: typeof answerFault): unknown;
  mountpath?: string | string[];
  parent?: App;
}

/**
 * Has `answerFault` for all that fails below `/single-window`. Node-RED reads a request's JSON in the application that the nodes' own is
 * mounted in: what cannot be read fails there, and comes to no handler of the nodes' application.
 */
export function answerFaults(nodesApp: unknown): void {
  const app = nodesApp as App;
  app.use("/single-window", answerFault);
  if (app.parent && app.mountpath === "/") app.parent.use("/single-window", answerFault);
}

/**
 * The last handler of our routes: what failed before them, or in Express itself, is answered with code and advice as everything else, never
 * with a page of Node.js's stack.
 */
function answerFault(error: unknown, _request: unknown, response: unknown, next: (error: unknown) => void): void {
  const reply = response as Response & { headersSent?: boolean };
  if (reply.headersSent) {
    next(error);
    return;
  }
  const { status, statusCode, type } = (error ?? {}) as RequestError;
  const fault = type === "entity.too.large" ? TOO_LARGE : (status ?? statusCode ?? 500) < 500 ? UNREADABLE : FAILED;
  const { code, text, advice } = fault;
  reply
    .status(STATUS[code] ?? 500)
    .set({ "cache-control": "no-store", "x-content-type-options": "nosniff" })
    .json({ code, message: text.en, text, advice });
}

const UNREADABLE = {
  code: "SW-REQUEST",
  text: { zh: "请求无法读取：JSON 或网址有误", en: "the request cannot be read: its JSON or its address is malformed" },
  advice: {
    zh: "请检查请求内容是否为完整的 JSON，网址中的 % 是否按 URL 规则转义。",
    en: "See that the body is whole JSON, and that the address is escaped as URLs are, % above all.",
  },
};
const TOO_LARGE = {
  code: "SW-SIZE",
  text: { zh: "请求过大", en: "the request is too large" },
  advice: {
    zh: "请减小内容，或增大 Node-RED 设置中的 apiMaxLength。",
    en: "Send less, or raise apiMaxLength in Node-RED's settings.",
  },
};
const FAILED = {
  code: "SW-FAULT",
  text: { zh: "请求处理失败", en: "the request failed" },
  advice: { zh: "详情见 Node-RED 日志。", en: "Node-RED's log says more." },
};

/**
 * A route's handler out of work that gives its answer, or rejects: the code decides the status, the words go to the person, who does not wait
 * for a ledger that is away.
 */
export function answer(work: (request: Request, response: Response) => Promise<unknown>) {
  return (request: unknown, response: unknown) => {
    const reply = response as Response;
    const asked = request as Request;
    assertJson(asked)
      .then(() => askedByPerson(() => work(asked, reply)))
      .then(
        (body) => {
          if (body instanceof Download) body.send(reply);
          else reply.set({ "cache-control": "no-store" }).json(body);
        },
        (thrown) => {
          const error = toldFault(thrown);
          const code = error instanceof ImportClientError ? error.code : "SW-FAULT";
          const advice = (error as Partial<ImportClientError>).advice ?? meaningOf(code)?.action ?? FAILED.advice;
          const known = error instanceof ImportClientError ? { text: error.text } : {};
          reply.status(STATUS[code] ?? 500).json({ code, message: messageOf(error), ...known, advice });
        },
      );
  };
}
