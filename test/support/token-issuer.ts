import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, SignJWT, type JWTHeaderParameters, type JWTPayload } from "jose";

/** The load balancer whose word the tests take. */
export const SIGNER =
  "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/ops/50dc6c495c0c9188";

/** An OpenID provider, and the place of a load balancer's keys. */
export type TokenIssuer = Awaited<ReturnType<typeof tokenIssuer>>;

export async function tokenIssuer() {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = await exportJWK(rsa.publicKey);
  const pem = ec.publicKey.export({ type: "spki", format: "pem" });
  let broken: { status: number; text: string } | null = null;
  let kid = "one";
  const asked: string[] = [];

  const server = createServer((req, res) => {
    const path = req.url ?? "";
    asked.push(path);
    if (broken !== null) return void res.writeHead(broken.status).end(broken.text);
    if (path === "/keys")
      return void res.end(JSON.stringify({ keys: [{ ...jwk, kid, alg: "RS256", use: "sig" }] }));
    if (path === "/alb/lb-key") return void res.end(pem);
    if (path === "/.well-known/openid-configuration") {
      return void res.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }));
    }
    return void res.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
  const claims = (more: JWTPayload): JWTPayload => ({
    iss: url,
    aud: "banyan",
    sub: "u-1",
    email: "ann@example.com",
    exp: inAnHour(),
    ...more,
  });

  const signed = (all: JWTPayload, header: Partial<JWTHeaderParameters> = {}, key = rsa.privateKey) =>
    new SignJWT(all).setProtectedHeader({ alg: "RS256", kid, ...header }).sign(key);

  return {
    url,
    strangersKey: stranger.privateKey,
    /** Paths that were asked for. */
    asked,
    publicKeyPem: rsa.publicKey.export({ type: "spki", format: "pem" }).toString(),
    claims,
    /** A token as the provider issues it, but for what is said otherwise. */
    jwt: (more: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}) => signed(claims(more), header),
    /** Any claims, signed by the provider, or by a stranger. */
    signed,
    /** What a load balancer sends along: all three parts are padded. */
    albJwt(more: JWTPayload = {}, header: Record<string, unknown> = {}) {
      const alb = {
        alg: "ES256",
        kid: "lb-key",
        signer: SIGNER,
        iss: url,
        client: "lb",
        exp: inAnHour(),
        ...header,
      };
      const content = `${padded(JSON.stringify(alb))}.${padded(JSON.stringify(claims(more)))}`;
      const signature = sign("sha256", Buffer.from(content), {
        key: ec.privateKey,
        dsaEncoding: "ieee-p1363",
      });
      return `${content}.${padded(signature)}`;
    },
    /** From now on it answers this; as it should for null. */
    breakWith: (answer: typeof broken) => void (broken = answer),
    /** The same key under a new name, as after a rotation. */
    rename: (name: string) => void (kid = name),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function padded(content: string | Buffer): string {
  return Buffer.from(content).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/** A JWT with any header and signature. */
export function forged(header: object, claims: object, signature: (signed: string) => Buffer): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${signature(signed).toString("base64url")}`;
}
