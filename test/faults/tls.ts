// Faults of the TLS handshake.
import { certificate } from "../recognisers/certificate.js";
import { before, type Fault, type Upstream } from "./fault.js";
import { end, http, https, loopback, reset, tcp, write } from "./upstreams.js";

const answered = end("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ns3cr3t");
const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
const mutual = { requestCert: true, rejectUnauthorized: true };

export const tls: readonly Fault[] = [
  ...before("tls_certificate_error", {
    "TLS: expired": https(answered, {}, certificate({ until: Date.now() - 1000 })),
    "TLS: self-signed": untrusted(https(answered)),
    "TLS: unknown issuer": untrusted(https(answered, {}, certificate({ issuer: "s3cr3t" }))),
    "TLS: other name": https(answered, {}, certificate({ host: "s3cr3t.example" })),
  }),
  ...before("tls_protocol_error", {
    "TLS: plain text": onTls(http(end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\ns3cr3t"))),
  }),
  ...before("tls_alert_received", {
    "TLS: other version": https(answered, old),
    "TLS: alert": onTls(http(write("\x15\x03\x03\x00\x02\x02\x28"))), // handshake_failure
    "TLS 1.2: wants a certificate": https(answered, { ...mutual, maxVersion: "TLSv1.2" }),
    "TLS 1.3: wants a certificate": https(answered, { ...mutual, minVersion: "TLSv1.3" }),
  }),
  ...before("connection_terminated", { "TLS: closed": onTls(http(end())), "TLS: reset": onTls(http(reset)) }),
  ...before("connection_timeout", { "TLS: no answer": onTls(tcp(() => undefined)) }, { endless: true }),
];

/** The same upstream, whose certificate nobody trusts. */
function untrusted(start: Fault["start"]): Fault["start"] {
  return async () => ({ ...(await start()), connect: { lookup: loopback } });
}

/** A plain server where TLS is expected. */
function onTls(start: Fault["start"]): Fault["start"] {
  return async (): Promise<Upstream> => {
    const upstream = await start();
    return { ...upstream, url: upstream.url.replace("http://127.0.0.1", "https://localhost"), connect: { lookup: loopback } };
  };
}
