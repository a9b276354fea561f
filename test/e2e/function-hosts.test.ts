import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../gateway/clock.ts";
import { firstValue } from "../../gateway/http/headers.ts";
import type { WebTarget } from "../../gateway/routes/function-target.ts";
import type { Authenticator } from "../../gateway/upstreams/web/authenticator.ts";
import { headerAuthenticator } from "../../gateway/upstreams/web/header-authenticator.ts";
import { sigV4Authenticator } from "../../gateway/upstreams/web/sigv4-authenticator.ts";
import { webUpstream } from "../../gateway/upstreams/web/web.ts";
import { startHarness } from "../support/harness.ts";
import { rawExchange } from "../support/raw-client.ts";
import { HOST_ANSWERS, type HostAnswer } from "../unit/upstreams/web/host-answers.ts";
import {
  recordingServer,
  streamingServer,
  type RecordingServer,
} from "../unit/upstreams/web/recording-server.ts";
import { verifySigV4, type SignedRequest } from "../unit/upstreams/web/sigv4-verifier.ts";
import { selfSigned, trust } from "../support/identity.ts";

/** Functions on hosts of every kind, behind the gateway's whole data path. Each host checks for itself what it is sent. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function started<T extends { close(): unknown }>(starting: Promise<T>): Promise<T> {
  const thing = await starting;
  cleanups.push(() => thing.close());
  return thing;
}

/** Says what it got, so that the client can tell who answered. */
const legacyServer = () =>
  started(recordingServer(({ method, body }, res) => res.end(`legacy: ${method} ${body.length}`)));

const route = (id: string, path: string) => `
  ${id}:
    match: { path: "${path}" }
    function: { url: "http://127.0.0.1" }
    stage: cutover
    repeatable: false
    timeout: 5s
    breaker: { minimumCalls: 1000 }`;
const ROUTES = route("root", "/") + route("rest", "/{rest*}");

/** A gateway that sends everything to a function there, and has a monolith behind it. */
async function inFrontOf(url: string, auth: WebTarget["auth"], authenticator?: Authenticator) {
  const legacy = await legacyServer();
  const target: WebTarget = { kind: "web", url, auth, preserveHost: false, connections: 16 };
  const upstream = webUpstream({ target, ...(authenticator && { authenticator }) });
  cleanups.push(() => upstream.close());
  const harness = await started(
    startHarness({ legacyUrl: legacy.url, routes: ROUTES, functions: { root: upstream, rest: upstream } }),
  );
  const last = () => harness.finished.at(-1);
  return { ...harness, legacy, last };
}

const POST = { method: "POST", body: "three" };
const random = randomBytes(300_000);

describe("a Lambda Function URL with AWS_IAM", () => {
  const AWS: WebTarget["auth"] = { kind: "aws", service: "lambda", region: "eu-central-1" };
  const knows = { service: "lambda", region: "eu-central-1", keys: { local: { secret: "local" } } };

  /** Checks signatures as AWS does, and answers as Function URLs do. */
  async function functionUrl(answer: (request: SignedRequest) => [number, string | Buffer]) {
    let executions = 0;
    const host = await started(
      recordingServer((request, res) => {
        const verdict = verifySigV4(request, { ...knows, now: Date.now() });
        res.setHeader("x-amzn-RequestId", "e5e19476-9051-4263-9803-3c89ea8d8eba");
        if (verdict !== "valid") {
          const message = "The request signature we calculated does not match the signature you provided.";
          const body = JSON.stringify({ message });
          res.writeHead(403, {
            "x-amzn-ErrorType": "InvalidSignatureException",
            "content-length": Buffer.byteLength(body),
            "x-verdict": verdict.split("\n")[0],
          });
          return res.end(body);
        }
        executions += 1;
        const [status, body] = answer(request);
        res.writeHead(status, {
          "X-Amzn-Trace-Id": "Root=1-6858764a-5c96ac04102925a7698c3690;Sampled=0",
          "set-cookie": ["a=1; Path=/", "b=2"],
          ...(status !== 204 && { "content-length": Buffer.byteLength(body) }),
        });
        return res.end(body);
      }),
    );
    return { ...host, executions: () => executions };
  }
  const echo = () => functionUrl(({ body }) => [200, body]);

  it.each([
    "/",
    "/?",
    "/a%2Fb%25c%20d+e/?q=a+b&r=%20&s=%2B&t=%25",
    "/x//double//?empty=&valueless&=nameless&a=2&a=1&A=0",
    "/%E1%88%B4/(a)'*!?%C3%A9=%F0%9F%8D%8C&x=/?:@",
  ])("is asked for %s with a valid signature, byte for byte", async (target) => {
    const host = await echo();
    const { port } = await inFrontOf(host.url, AWS);
    const answer = await rawExchange(
      port,
      `GET ${target} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(host.received.map((request) => request.target)).toEqual([target]);
    expect(host.executions()).toBe(1);
  });

  it.each<[string, RequestInit]>([
    ["nothing", { method: "POST" }],
    ["text", { method: "PUT", body: "größer", headers: { "content-type": "text/plain; charset=utf-8" } }],
    ["a form", { method: "POST", body: new URLSearchParams({ a: "1 +%" }) }],
    ["300 KB of any bytes", { method: "POST", body: random }],
    ["a stream without a length", { method: "POST", body: new Blob([random]).stream(), duplex: "half" }],
    ["a DELETE with a body", { method: "DELETE", body: "x" }],
  ])("gets %s as it was sent", async (_what, init) => {
    const host = await echo();
    const { url } = await inFrontOf(host.url, AWS);
    const answer = await fetch(`${url}/orders`, init);
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(host.received[0]!.body)).toBe(true);
    expect(host.received[0]!.body.length).toBe({ nothing: 0 }[_what] ?? host.received[0]!.body.length);
  });

  it("answers HEAD, 204 and 304 without a body, and hands out every cookie", async () => {
    const host = await functionUrl(({ target }) => [Number(target.slice(1)), "body"]);
    const { url } = await inFrontOf(host.url, AWS);
    const head = await fetch(`${url}/200`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "4"]);
    expect(head.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2"]);
    for (const status of [204, 304]) {
      const answer = await fetch(`${url}/${status}`);
      expect([answer.status, await answer.text()]).toEqual([status, ""]);
    }
    expect(host.executions()).toBe(3);
  });

  it("cannot be told anything in the gateway's name", async () => {
    const host = await echo();
    const { url } = await inFrontOf(host.url, AWS);
    const headers = {
      authorization: "Bearer of-the-user",
      "x-forwarded-authorization": "Bearer forged",
      "x-amz-date": "20150830T123600Z",
      "x-amz-security-token": "theirs",
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "x-amz-signedheaders": "host",
      "x-serverless-authorization": "Bearer theirs",
    };
    expect((await fetch(url, { headers })).status).toBe(200);
    const got = host.received[0]!.headers;
    expect(firstValue(got, "x-forwarded-authorization")).toBe("Bearer of-the-user");
    expect(got.join("\n")).not.toMatch(/theirs|forged|UNSIGNED|20150830|x-amz-signedheaders/i);
  });

  it("is never asked what carries a signature of the client's own: legacy answers", async () => {
    const host = await echo();
    const { url, last } = await inFrontOf(host.url, AWS);
    const answer = await fetch(`${url}/?X-Amz-Signature=0&X-Amz-Credential=me`, POST);
    expect(await answer.text()).toBe("legacy: POST 5");
    await expect.poll(last).toMatchObject({ fallbackFrom: "rejected" });
    expect(host.received).toEqual([]);
  });

  it.each([
    ["a wrong key", { accessKeyId: "local", secretAccessKey: "wrong" }, 0],
    ["an unknown key", { accessKeyId: "nobody", secretAccessKey: "local" }, 0],
    ["a clock that is ten minutes off", { accessKeyId: "local", secretAccessKey: "local" }, 600_000],
  ])("refuses %s, runs nothing, and legacy answers the write once", async (_what, credentials, offMs) => {
    const host = await echo();
    const authenticator = sigV4Authenticator({
      ...knows,
      clock: { ...systemClock, now: () => Date.now() + offMs },
      credentials: () => Promise.resolve(credentials),
    });
    const { url, last, legacy } = await inFrontOf(host.url, AWS, authenticator);
    expect(await (await fetch(url, POST)).text()).toBe("legacy: POST 5");
    await expect.poll(last).toMatchObject({ answeredBy: "legacy", fallbackFrom: "denied" });
    expect([host.executions(), host.received.length, legacy.received.length]).toEqual([0, 1, 1]);
  });

  it("hears nothing where the gateway has no credentials: legacy answers", async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined);
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nowhere");
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    cleanups.push(() => vi.unstubAllEnvs());
    const host = await echo();
    const { url, last } = await inFrontOf(host.url, AWS);
    expect(await (await fetch(url, POST)).text()).toBe("legacy: POST 5");
    await expect.poll(last).toMatchObject({ fallbackFrom: "denied" });
    expect(host.received).toEqual([]);
  });

  it("hears nothing of what is too large to be signed: legacy gets it whole", async () => {
    const host = await echo();
    const { url, last } = await inFrontOf(host.url, AWS);
    const answer = await fetch(url, { method: "POST", body: Buffer.alloc(7_000_000, "x") });
    expect(await answer.text()).toBe("legacy: POST 7000000");
    await expect.poll(last).toMatchObject({ fallbackFrom: "too-large" });
    expect(host.received).toEqual([]);
  });
});

describe("a private Cloud Run service", () => {
  const AUDIENCE = "https://orders-abc.a.run.app";
  let metadata: RecordingServer;
  let seconds: number | null;
  let issued = 0;
  let verify: (token: string) => Promise<unknown>;

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "RS256" };
    verify = (token) =>
      jwtVerify(token, createLocalJWKSet({ keys: [jwk] }), {
        issuer: "https://accounts.google.com",
        audience: AUDIENCE,
      });
    const identity = async (target: string) => {
      const audience = new URLSearchParams(target.split("?")[1]).get("audience");
      issued += 1;
      return new SignJWT({ sub: "gateway", jti: String(issued) })
        .setProtectedHeader({ alg: "RS256", kid: "k1" })
        .setIssuer("https://accounts.google.com")
        .setAudience(audience!)
        .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds!)
        .sign(privateKey);
    };
    metadata = await recordingServer(({ target, headers }, res) => {
      res.setHeader("Metadata-Flavor", "Google");
      const asked = firstValue(headers, "metadata-flavor") === "Google" && target.includes("/identity?");
      if (!asked || seconds === null) return res.writeHead(404).end();
      return void identity(target).then((token) => res.end(token));
    });
    vi.stubEnv("GCE_METADATA_HOST", `127.0.0.1:${metadata.port}`);
    vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", undefined);
    vi.stubEnv("HOME", "/nowhere");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await metadata.close();
  });

  async function cloudRun() {
    let executions = 0;
    const answer = async ({ headers, body }: SignedRequest, res: ServerResponse) => {
      const bearer = firstValue(headers, "x-serverless-authorization") ?? "";
      try {
        await verify(bearer.replace(/^Bearer /, ""));
        executions += 1;
        res.end(`${firstValue(headers, "authorization") ?? "nobody"} sent ${body.length}`);
      } catch {
        const told =
          'Bearer error="invalid_token" error_description="The access token could not be verified"';
        res.writeHead(401, { "www-authenticate": told, "content-type": "text/html" }).end("<html></html>");
      }
    };
    const host = await started(recordingServer((request, res) => void answer(request, res)));
    return { ...host, executions: () => executions };
  }
  const auth: WebTarget["auth"] = { kind: "google", audience: AUDIENCE };

  it("is shown an ID token for its audience, and the client's own Authorization", async () => {
    seconds = 3_600;
    const host = await cloudRun();
    const { url } = await inFrontOf(host.url, auth);
    const before = issued;
    const headers = { authorization: "Bearer of-the-user", "x-serverless-authorization": "Bearer forged" };
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(url, { ...POST, headers });
      expect(await answer.text()).toBe("Bearer of-the-user sent 5");
    }
    expect([host.executions(), issued - before]).toEqual([3, 1]);
  });

  it("is shown a new token when the one before is about to expire", async () => {
    const host = await cloudRun();
    const { url } = await inFrontOf(host.url, auth);
    seconds = 30;
    const before = issued;
    expect(await (await fetch(url)).text()).toBe("nobody sent 0");
    seconds = 3_600;
    for (let i = 0; i < 3; i++) expect(await (await fetch(url)).text()).toBe("nobody sent 0");
    expect(issued - before).toBe(2);
  });

  it("refuses an expired token; a GET goes to legacy, a write to nobody else, and neither ran", async () => {
    seconds = -60;
    const host = await cloudRun();
    const { url, last, legacy } = await inFrontOf(host.url, auth);
    expect(await (await fetch(url)).text()).toBe("legacy: GET 0");
    await expect.poll(last).toMatchObject({ fallbackFrom: "denied" });
    expect((await fetch(url, POST)).status).toBeGreaterThanOrEqual(500);
    expect([host.executions(), legacy.received.length]).toEqual([0, 1]);
  });

  it("hears nothing while the metadata server knows no identity: legacy answers, the write too", async () => {
    seconds = null;
    const host = await cloudRun();
    const { url, last } = await inFrontOf(host.url, auth);
    expect(await (await fetch(url, POST)).text()).toBe("legacy: POST 5");
    await expect.poll(last).toMatchObject({ fallbackFrom: "denied" });
    expect(host.received).toEqual([]);
  });
});

describe("a function behind keys, tokens or Basic credentials", () => {
  it.each([
    ["Azure Functions", ["x-functions-key", "k3y"]],
    ["OpenFaaS", ["Authorization", "Basic YWRtaW46c2VjcmV0"]],
    ["Cloudflare Access", ["CF-Access-Client-Id", "id.access", "CF-Access-Client-Secret", "s3cret"]],
  ])("%s gets them, whatever the client says", async (_of, headers) => {
    const host = await started(
      recordingServer((request, res) => {
        const shown = headers.every(
          (text, i) => i % 2 === 1 || firstValue(request.headers, text.toLowerCase()) === headers[i + 1],
        );
        res.writeHead(shown ? 200 : 401).end(shown ? "function" : "");
      }),
    );
    const { url } = await inFrontOf(host.url, { kind: "headers", headers });
    const theirs = Object.fromEntries(
      headers.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), "theirs"]] : [])),
    );
    expect(await (await fetch(url, { ...POST, headers: theirs })).text()).toBe("function");
    // A wrong key of ours looks like anybody's 401, and is passed on.
    const wrong = headers.map((text, i) => (i % 2 === 0 ? text : "wrong"));
    const other = await inFrontOf(host.url, { kind: "headers", headers: wrong });
    expect((await fetch(other.url, POST)).status).toBe(401);
    expect(other.legacy.received).toEqual([]);
  });
});

describe("a function on any host", () => {
  const NONE: WebTarget["auth"] = { kind: "none" };

  it("is spoken to over TLS", async () => {
    const identity = selfSigned();
    cleanups.push(trust(identity));
    const host = await started(recordingServer((_request, res) => res.end("secret"), identity));
    const { url } = await inFrontOf(`${host.url}/v1`, NONE);
    expect(await (await fetch(`${url}/a`)).text()).toBe("secret");
    expect(host.received[0]!.target).toBe("/v1/a");
    expect(firstValue(host.received[0]!.headers, "host")).toBe(`localhost:${host.port}`);
    expect(firstValue(host.received[0]!.headers, "x-forwarded-host")).toBe(new URL(url).host);
  });

  it("has the first byte of its answer passed on at once, and breaks off where that breaks off", async () => {
    let finish = () => undefined as unknown;
    const host = await started(
      streamingServer((_req, res) => {
        res.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
        finish = () => res.destroy();
      }),
    );
    const { url } = await inFrontOf(host.url, NONE);
    const reader = (await fetch(url)).body!.getReader();
    expect(String(Buffer.from((await reader.read()).value))).toBe("data: 1\n\n");
    finish();
    await expect(reader.read()).rejects.toThrow("terminated");
  });

  it("gets the first byte of an upload without a length before the last one is there", async () => {
    let heard = "";
    const host = await started(
      streamingServer((req, res) => {
        req.on("data", (chunk: Buffer) => (heard += chunk.toString()));
        req.on("end", () => res.end(heard));
      }),
    );
    const { port } = await inFrontOf(host.url, NONE);
    const socket = connect(port, "127.0.0.1");
    cleanups.push(() => socket.destroy());
    let answer = "";
    socket.on("data", (bytes) => (answer += bytes.toString()));
    socket.write(
      "POST /up HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nfirst\r\n",
    );
    await expect.poll(() => heard).toBe("first");
    socket.write("4\r\nlast\r\n0\r\n\r\n");
    await expect.poll(() => answer).toMatch(/firstlast/);
  });

  it("that nobody listens at costs nothing: legacy gets the whole body, even of a stream", async () => {
    const gone = await recordingServer(() => undefined);
    await gone.close();
    const { url, last } = await inFrontOf(gone.url, NONE);
    const body = Buffer.alloc(3_000_000, "x");
    expect(await (await fetch(url, { method: "POST", body })).text()).toBe("legacy: POST 3000000");
    const stream = { method: "POST", body: new Blob([body]).stream(), duplex: "half" } as const;
    expect(await (await fetch(url, stream)).text()).toBe("legacy: POST 3000000");
    await expect.poll(last).toMatchObject({ fallbackFrom: "refused" });
  });

  it("that took a write and broke off is not run again by legacy", async () => {
    const host = await started(recordingServer((_request, res) => res.destroy()));
    const { url, legacy } = await inFrontOf(host.url, NONE);
    expect((await fetch(url, POST)).status).toBe(502);
    expect([host.received.length, legacy.received.length]).toEqual([1, 0]);
  });
});

describe("an answer that the host gave in its function's place", () => {
  /** The platform is told from the URL, or from the proof that it wants: here every URL is this machine's. */
  function authOn({ url }: HostAnswer): WebTarget["auth"] {
    if (url.includes("lambda-url")) return { kind: "aws", service: "lambda", region: "eu-central-1" };
    return url.includes("run.app") ? { kind: "google", audience: url } : { kind: "none" };
  }
  const local = HOST_ANSWERS.filter(({ url }) => !url.includes("azurewebsites"));

  it.each(local.map((answer) => [answer.of, answer] as const))("%s", async (_of, answer) => {
    const host = await started(
      recordingServer((_request, res) => {
        res.sendDate = false;
        const length = ["Content-Length", String(Buffer.byteLength(answer.body))];
        res.writeHead(answer.status, answer.reason ?? "", [...answer.headers, ...length]);
        res.end(answer.body);
      }),
    );
    const { pathname } = new URL(answer.url);
    const url = host.url + pathname.replace(/\/$/, "");
    const gateway = await inFrontOf(url, authOn(answer), headerAuthenticator([]));

    const read = await fetch(gateway.url, { redirect: "manual" });
    expect(await read.text()).toBe("legacy: GET 0");
    await expect.poll(gateway.last).toMatchObject({ fallbackFrom: answer.kind });

    const certain = answer.phase === "not-started";
    const write = await (await fetch(gateway.url, { ...POST, redirect: "manual" })).text();
    expect(write).toMatch(certain ? /^legacy: POST 5$/ : /^\{"type":.*"status":5\d\d/);
    expect(host.received).toHaveLength(2);
    expect(gateway.legacy.received).toHaveLength(certain ? 2 : 1);
  });
});
