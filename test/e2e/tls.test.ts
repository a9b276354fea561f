import { once } from "node:events";
import { copyFileSync, writeFileSync } from "node:fs";
import type http from "node:http";
import https from "node:https";
import { connect } from "node:net";
import tls from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { Telemetry } from "../../gateway/telemetry/telemetry.ts";
import { certificateFolder, certificateFor } from "../support/certificates.ts";
import { readExposition, valueOf } from "../support/exposition.ts";
import { rawExchange } from "../support/raw-client.ts";
import { startMonolith, startRealGateway } from "../support/real-gateway.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A gateway with TLS for clients, by the pairs of these names, and all that it told of its connections. */
async function withTls(names: readonly string[], more = "", monolithAnswers?: http.RequestListener) {
  const pems = certificateFolder();
  cleanups.push(pems.remove);
  for (const name of names) pems.write(name, await certificateFor([name, `www.${name}`]));
  const monolith = await startMonolith(monolithAnswers);
  cleanups.push(() => monolith.close());
  const loaded: Parameters<Telemetry["certificateLoaded"]>[0][] = [];
  const rejected: Parameters<Telemetry["configRejected"]>[0][] = [];
  const refused: string[] = [];
  const pairs = JSON.stringify(names.map((name) => pems.files(name)));
  const gateway = await startRealGateway(monolith.url, `listener: { tls: ${pairs} }\n${more}`, {
    certificateLoaded: (event) => void loaded.push(event),
    configRejected: (event) => void rejected.push(event),
    connectionRefused: ({ reason, detail }) => void refused.push(`${reason} ${detail}`),
  });
  cleanups.push(() => gateway.close());
  return { ...gateway, pems, monolith, loaded, rejected, refused };
}

/** Shakes hands by a name; what the certificate is for. */
async function shaken(port: number, servername: string, options: tls.ConnectionOptions = {}) {
  const socket = tls.connect({ port, host: "127.0.0.1", servername, rejectUnauthorized: false, ...options });
  cleanups.push(() => socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

async function namesOf(port: number, servername = "unknown.test") {
  const socket = await shaken(port, servername);
  const names = socket.getPeerCertificate().subjectaltname;
  socket.destroy();
  return names;
}

async function ask(agent: https.Agent, port: number, path = "/x") {
  const req = https.get({ port, host: "127.0.0.1", path, agent, rejectUnauthorized: false });
  const [res] = (await once(req, "response")) as [http.IncomingMessage];
  let body = "";
  for await (const chunk of res) body += String(chunk);
  return { status: res.statusCode, body, reused: req.reusedSocket };
}

function keptAlive() {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.push(() => agent.destroy());
  return agent;
}

/** For what happens by itself: long enough for a machine that is very busy. */
const IN_TIME = 10_000;

describe("a listener with TLS", () => {
  it("answers over it, and tells legacy that the client came by https", async () => {
    const { port } = await withTls(["shop.test"]);
    const { status, body } = await ask(keptAlive(), port);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ headers: { "x-forwarded-proto": "https" } });
  });

  it("speaks TLS 1.2 at least, and HTTP/1.1 only", async () => {
    const { port, refused } = await withTls(["shop.test"]);
    const both = await shaken(port, "shop.test", { ALPNProtocols: ["h2", "http/1.1"] });
    expect(both.alpnProtocol).toBe("http/1.1");
    await expect(shaken(port, "shop.test", { ALPNProtocols: ["h2"] })).rejects.toThrow(/alert/);
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
    await expect(shaken(port, "shop.test", old)).rejects.toThrow(/alert/);
    await vi.waitFor(() => expect(refused).toHaveLength(2));
    expect(refused.every((told) => told.startsWith("tls-handshake ERR_SSL_"))).toBe(true);
  });

  it("closes on plain HTTP, and goes on", async () => {
    const { port, adminPort, refused } = await withTls(["shop.test"]);
    const answer = await rawExchange(port, "GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    expect(answer).not.toContain("HTTP/1.1");
    await vi.waitFor(() => expect(refused).toEqual(["tls-handshake ERR_SSL_HTTP_REQUEST"]));
    expect((await ask(keptAlive(), port)).status).toBe(200);
    const metrics = readExposition(await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text());
    expect(valueOf(metrics, "banyan_connections_refused_total", { reason: "tls-handshake" })).toBe(1);
  });

  it("answers what is malformed inside of TLS like everywhere", async () => {
    const { port } = await withTls(["shop.test"]);
    const socket = await shaken(port, "shop.test");
    socket.write("GET / HTTP/1.1\r\nHost : shop.test\r\n\r\n");
    const [first] = (await once(socket, "data")) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("cuts off who opens a connection and does not shake hands", { timeout: 30_000 }, async () => {
    const { port, refused } = await withTls(["shop.test"]);
    const record = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]);
    expect(await closed(port, record)).toBe(true);
    expect(refused).toEqual(["tls-handshake ERR_TLS_HANDSHAKE_TIMEOUT"]);
  });

  it("gives each name its own certificate, and the first to whoever asks for none of them", async () => {
    const { port } = await withTls(["one.test", "two.test"]);
    expect(await namesOf(port, "www.two.test")).toBe("DNS:two.test, DNS:www.two.test");
    expect(await namesOf(port, "one.test")).toContain("one.test");
    expect(await namesOf(port, "three.test")).toContain("one.test");
  });

  it("joins WebSockets", async () => {
    const { port, monolith } = await withTls(["shop.test"]);
    const sockets = new WebSocketServer({ server: monolith.server });
    sockets.on("connection", (socket) =>
      socket.on("message", (data: Buffer) => socket.send(`${data.toString()}!`)),
    );
    cleanups.push(() => sockets.clients.forEach((socket) => socket.terminate()));
    const client = new WebSocket(`wss://127.0.0.1:${port}/live`, { rejectUnauthorized: false });
    await once(client, "open");
    client.send("hello");
    const [heard] = (await once(client, "message")) as [Buffer];
    expect(heard.toString()).toBe("hello!");
    client.terminate();
  });

  it("lets an answer that legacy cuts short look cut short: without the closing alert, and the process lives", async () => {
    const halves: http.RequestListener = (_req, res) =>
      void res.writeHead(200, { "content-length": "100" }).write("half", () => res.socket!.destroy());
    const { port } = await withTls(["shop.test"], "", halves);
    const error = await ask(keptAlive(), port).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "ECONNRESET" });
    expect(await namesOf(port)).toContain("shop.test");
  });
});

/** True once the other side has closed, without anything having been said. */
async function closed(port: number, bytes: Buffer): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  cleanups.push(() => socket.destroy());
  socket.write(bytes);
  socket.resume();
  await once(socket, "close");
  return true;
}

describe("renewed certificates", () => {
  it("are taken up by themselves, and connections live on", async () => {
    const { port, pems, loaded } = await withTls(["old.test"]);
    const agent = keptAlive();
    await ask(agent, port);
    pems.write("old.test", await certificateFor(["new.test"]));
    await vi.waitFor(async () => expect(await namesOf(port)).toBe("DNS:new.test"), IN_TIME);
    expect(await ask(agent, port)).toMatchObject({ status: 200, reused: true });
    expect(loaded.map(({ names, renewed }) => [names, renewed])).toEqual([
      ["DNS:old.test, DNS:www.old.test", false],
      ["DNS:new.test", true],
    ]);
    expect(loaded[1]!.validUntil).toBeGreaterThan(Date.now());
  });

  it("are taken up for further names, too", async () => {
    const { port, pems } = await withTls(["one.test", "two.test"]);
    pems.write("two.test", await certificateFor(["two.test", "renewed.test"]));
    await vi.waitFor(async () => expect(await namesOf(port, "two.test")).toContain("renewed"), IN_TIME);
  });

  it("change nothing when they do not fit, are told, and are seen until they do", async () => {
    const { port, adminPort, pems, rejected } = await withTls(["old.test"]);
    const next = await certificateFor(["next.test"]);
    writeFileSync(pems.files("old.test").cert, next.cert);
    await vi.waitFor(() => expect(rejected).not.toHaveLength(0), IN_TIME);
    expect(rejected[0]!.file).toBe(pems.files("old.test").cert);
    expect(rejected[0]!.problems[0]).toMatch(/^the key .* is not that of the certificate/);
    expect(await namesOf(port)).toContain("old.test");
    const told = async () => {
      const readiness = (await (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).json()) as object;
      const status = (await (await fetch(`http://127.0.0.1:${adminPort}/api/status`)).json()) as object;
      return [readiness, status];
    };
    const problem = expect.stringMatching(/^the key/) as string;
    expect(await told()).toMatchObject([{ ready: true, degraded: [problem] }, { problems: [problem] }]);
    writeFileSync(pems.files("old.test").key, next.key);
    await vi.waitFor(async () => expect(await namesOf(port)).toBe("DNS:next.test"), IN_TIME);
    expect(await told()).toMatchObject([{ degraded: [] }, { problems: [] }]);
  });

  it("are read again on SIGHUP", async () => {
    const { pems, rejected } = await withTls(["old.test"]);
    const { cert } = pems.files("old.test");
    const ofThis = () => rejected.filter(({ file }) => file === cert);
    writeFileSync(cert, "no certificate");
    await vi.waitFor(() => expect(ofThis()).toHaveLength(1), IN_TIME);
    // The file stays as it is: only the signal has it read again.
    process.emit("SIGHUP");
    await vi.waitFor(() => expect(ofThis()).toHaveLength(2), IN_TIME);
  });
});

describe("certificates at the start", () => {
  it("stop it when they cannot be used, with the place in routes.yaml", async () => {
    const pems = certificateFolder();
    cleanups.push(pems.remove);
    pems.write("a", await certificateFor(["a.test"]));
    pems.write("b", await certificateFor(["b.test"]));
    copyFileSync(pems.files("b").key, pems.files("a").key);
    const start = startRealGateway(
      "http://127.0.0.1:9",
      `listener:\n  tls:\n    - ${JSON.stringify(pems.files("a"))}`,
    );
    await expect(start).rejects.toThrow(/routes\.yaml:5:\d+.*the key .* is not that of the certificate/);
  });
});

describe("the operator's side with TLS", () => {
  it("is reached by https only, and takes up renewed certificates", async () => {
    const pems = certificateFolder();
    cleanups.push(pems.remove);
    pems.write("ops", await certificateFor(["ops.test"]));
    const monolith = await startMonolith();
    cleanups.push(() => monolith.close());
    const tlsOfOperators = `operators: { tls: [${JSON.stringify(pems.files("ops"))}] }`;
    const gateway = await startRealGateway(monolith.url, tlsOfOperators);
    cleanups.push(() => gateway.close());
    const { adminPort } = gateway;
    expect(await ask(keptAlive(), adminPort, "/readyz")).toMatchObject({ status: 200 });
    await expect(fetch(`http://127.0.0.1:${adminPort}/readyz`)).rejects.toThrow("fetch failed");
    pems.write("ops", await certificateFor(["new-ops.test"]));
    await vi.waitFor(async () => expect(await namesOf(adminPort)).toBe("DNS:new-ops.test"), IN_TIME);
  });
});
