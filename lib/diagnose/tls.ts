import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { BrokerTrouble, brokerFault } from "../amqp/faults.js";
import { type BrokerSettings, tlsOptions } from "../amqp/settings.js";
import type { Bilingual } from "../errors.js";
import type { Finding } from "./step.js";

const DAY = 86_400_000;
const WARN_DAYS = 30;

/**
 * Starts TLS on a line that stands. Nothing of ours is sent over it before the certificate was judged: `checkTls` decides,
 * with the same options as the connection itself has, so that it can say what is wrong with a certificate and show it.
 * Throws where the settings' own certificate or key is of no use.
 */
export function openTls(socket: Socket, settings: BrokerSettings): TLSSocket {
  checkOwnCertificate(settings, Date.now());
  const secured = connect({ ...tlsOptions(settings), socket, host: settings.host, rejectUnauthorized: false });
  secured.on("error", () => {});
  return secured;
}

/** To be called at once after `openTls`: waits for the handshake and judges the server's certificate: chain, validity, name. */
export async function checkTls(socket: TLSSocket, settings: BrokerSettings, now = Date.now()): Promise<Finding> {
  await once(socket, "secureConnect").catch((error) => {
    throw named(error, settings);
  });
  const certificate = socket.getPeerCertificate(true);
  const facts = factsOf(certificate, settings);
  const unverified = String(socket.authorizationError ?? "");
  if (unverified !== "" && settings.tls?.rejectUnauthorized !== false) {
    throw new BrokerTrouble(
      brokerFault(Object.assign(new Error(unverified), { code: codeIn(unverified) })),
      unverified,
      {
        zh: `${facts.zh}（${unverified}）`,
        en: `${facts.en} (${unverified})`,
      },
    );
  }
  const text = {
    zh: `${socket.getProtocol()}，${facts.zh}`,
    en: `${socket.getProtocol()}, ${facts.en}`,
  };
  if (unverified !== "") {
    return {
      text,
      warning: true,
      advice: {
        zh: `已关闭证书验证，连接可能被冒充（${unverified}）：请填写 CA 证书并打开验证。`,
        en: `Verification is turned off, anyone could stand in between (${unverified}): give the CA and turn it on.`,
      },
    };
  }
  const first = Math.min(...chainOf(certificate).map(({ valid_to }) => Date.parse(valid_to)));
  if (first - now < WARN_DAYS * DAY) {
    return {
      text,
      warning: true,
      advice: {
        zh: `服务器的证书链将于 ${day(first)} 到期。`,
        en: `The server's chain of certificates runs out on ${day(first)}.`,
      },
    };
  }
  return { text };
}

/** The word for an error that came on a secured line: what a refusal of our certificate means depends on having one. */
export function named(error: Error, settings: BrokerSettings): Error {
  const fault = brokerFault(error);
  if (fault !== "tls-client-missing" || !settings.tls?.cert) return error;
  return Object.assign(new BrokerTrouble("tls-client-refused", error.message), { cause: error });
}

/** Our client certificate's own dates: the server's alert would only say that it does not like it. */
function checkOwnCertificate({ tls }: BrokerSettings, now: number): void {
  for (const pem of [tls?.cert ?? []].flat()) {
    let own: X509Certificate;
    try {
      own = new X509Certificate(pem);
    } catch {
      const found = { zh: "客户端证书不是 PEM 格式", en: "the client certificate is not PEM" };
      throw new BrokerTrouble("tls-settings", found.en, found);
    }
    const [from, until] = [Date.parse(own.validFrom), Date.parse(own.validTo)];
    if (now >= from && now < until) continue;
    const dates = `${day(from)} – ${day(until)}`;
    throw new BrokerTrouble("tls-client-expired", dates, { zh: `有效期 ${dates}`, en: `valid ${dates}` });
  }
}

/** Whose certificate, for which names, by whom, until when; the name we asked for (SNI). */
function factsOf(certificate: DetailedPeerCertificate, settings: BrokerSettings): Bilingual {
  const [own, ...issuers] = chainOf(certificate);
  if (!own) return { zh: "服务器没有证书", en: "the server has no certificate" };
  const sni = String(tlsOptions(settings).servername ?? "-");
  const all = (own.subjectaltname ?? "").replace(/(DNS|IP Address):/g, "") || String(own.subject?.CN ?? "-");
  const names = all.length > 200 ? `${all.slice(0, 200)} …` : all;
  const chain = [...issuers.map(({ subject }) => subject), issuers.at(-1)?.issuer ?? own.issuer]
    .map((one) => [one?.CN ?? one?.O ?? ""].flat()[0] ?? "")
    .filter((name, index, all) => name !== "" && name !== all[index - 1])
    .join(" ← ");
  const dates = `${day(Date.parse(own.valid_from))} – ${day(Date.parse(own.valid_to))}`;
  return {
    zh: `证书名称 ${names}，请求的名称（SNI）${sni}，签发者 ${chain}，有效期 ${dates}`,
    en: `certificate for ${names}, asked for (SNI) ${sni}, issued by ${chain}, valid ${dates}`,
  };
}

/** From the server's certificate up to the last one that it sent or that we know. */
function chainOf(certificate: DetailedPeerCertificate | undefined): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next = certificate;
  while (next?.fingerprint256 && !chain.some(({ fingerprint256 }) => fingerprint256 === next?.fingerprint256)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

function codeIn(text: string): string {
  return /^[A-Z0-9_]+$/.test(text)
    ? text
    : /altnames|does not match/i.test(text)
      ? "ERR_TLS_CERT_ALTNAME_INVALID"
      : "CERT_UNTRUSTED";
}

function day(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : "?";
}
