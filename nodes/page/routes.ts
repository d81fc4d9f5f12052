import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeAPI } from "node-red";
import { documentContent, documentFile, documentXml, receiptFile } from "../../lib/client/content.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { packageVersion } from "../../lib/version.js";
import { answer, Download, type Request, type Response } from "../admin.js";
import { changes } from "../changes.js";

/** The page's own files, made by the build; they hold no data, and are read by who is not logged in. */
const FILES: Record<string, string> = {
  "index.js": "text/javascript; charset=utf-8",
  "index.css": "text/css; charset=utf-8",
};

/** Nothing but the page's own files may run or be loaded, and nobody may put it into a frame. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

/** The login route of Node-RED asks for the permission; whether it would be given, without an answer going out. */
type Permission = (request: unknown, response: unknown, next: () => void) => void;

function isGiven(permission: Permission, request: Request): Promise<boolean> {
  return new Promise((resolve) => {
    const refused = { status: () => refused, end: () => resolve(false), setHeader: () => refused, statusCode: 0 };
    permission(request, refused, () => resolve(true));
  });
}

/**
 * The operator page and what only it asks for: its files without login, the session, changes as they come, and with the permission to
 * write the content of a document and its receipts. `owner` finds the client of a document.
 */
export function registerPage(RED: NodeAPI, owner: (id: string) => Promise<{ client: ImportClient }>): void {
  const read = RED.auth.needsPermission("single-window.read");
  const write = RED.auth.needsPermission("single-window.write");

  const serve = (file: string, type: string) => (request: unknown, response: unknown) => {
    const { path } = request as { path: string };
    const reply = response as Response & { redirect(to: string): void };
    // Its own addresses are relative to the one without a slash.
    if (path.endsWith("/")) reply.redirect("../page");
    else reply.set({ ...HEADERS, "content-type": type }).send(readFileSync(join(__dirname, "web", file)));
  };
  RED.httpAdmin.get("/single-window/page", serve("index.html", "text/html; charset=utf-8"));
  for (const [file, type] of Object.entries(FILES)) RED.httpAdmin.get(`/single-window/page/${file}`, serve(file, type));

  RED.httpAdmin.get(
    "/single-window/session",
    read,
    answer(async (request) => {
      const { user } = request;
      const name = user && !user.anonymous ? user.username : "";
      return {
        user: typeof name === "string" ? name : "",
        write: await isGiven(write as unknown as Permission, request),
        version: packageVersion(),
      };
    }),
  );

  RED.httpAdmin.get(
    "/single-window/changes",
    read,
    answer(async ({ query: { after } }, response) =>
      changes.since(typeof after === "string" ? after : "", (leave) => response.on("close", leave)),
    ),
  );

  // A declaration and its receipts are more than a mere reader gets to see, as with the support bundle.
  const content = (path: string, work: (client: ImportClient, id: string, request: Request) => Promise<unknown>) =>
    RED.httpAdmin.get(
      `/single-window/documents/:id/${path}`,
      write,
      answer(async (request) => {
        const id = request.params.id ?? "";
        return work((await owner(id)).client, id, request);
      }),
    );
  content("content", (client, id) => documentContent(client, id));
  content("xml", (client, id) => documentXml(client, id));
  content("file", async (client, id) => {
    const { name, bytes, source } = await documentFile(client, id);
    return new Download("document.bin", name, bytes, { "x-single-window-source": source });
  });
  content("receipts/:receipt", async (client, id, { params }) => {
    const { name, bytes } = await receiptFile(client, id, Number(params.receipt));
    return new Download("receipt.xml", name, bytes);
  });
}
