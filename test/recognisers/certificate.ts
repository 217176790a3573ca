import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const year = 365 * 24 * 3600_000;

/** An X.509 certificate for `host`, made on the spot: signed by `issuer` or by itself, valid from one year ago until `until`. */
export function certificate({ host = "localhost", until = Date.now() + year, issuer = "" } = {}): Certificate {
  const own = keys();
  const signer = issuer === "" ? own : keys();
  const content = der(
    0x30,
    der(0xa0, der(0x02, [2])), // version 3
    der(0x02, [1]),
    ecdsaWithSha256,
    name(issuer || host),
    der(0x30, time(Date.now() - year), time(until)),
    name(host),
    createPublicKey(own).export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, der(0x30, der(0x06, [0x55, 0x1d, 0x11]), der(0x04, der(0x30, der(0x82, Buffer.from(host))))))), // DNS name
  );
  const signature = der(0x03, [0], sign("sha256", content, signer));
  const cert = der(0x30, content, ecdsaWithSha256, signature).toString("base64").replace(/.{64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${cert}\n-----END CERTIFICATE-----\n`,
    key: own.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function keys(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/** One ASN.1 value: tag, length, content (X.690). */
function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const ecdsaWithSha256 = der(0x30, der(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));

function name(commonName: string): Buffer {
  return der(0x30, der(0x31, der(0x30, der(0x06, [0x55, 0x04, 0x03]), der(0x0c, Buffer.from(commonName)))));
}

function time(at: number): Buffer {
  return der(0x18, Buffer.from(new Date(at).toISOString().replace(/[-:T]|\.\d+/g, ""))); // GeneralizedTime
}
