/**
 * Stands in for `rapid-client.node`, the addon that aws-lambda-ric talks to the Runtime API with, so that nobody needs a
 * compiler. Loaded with `--import` before the runtime client; everything but these three calls stays AWS's own.
 */
import { Agent, request, type IncomingHttpHeaders } from "node:http";
import Module from "node:module";
import { Socket } from "node:net";

// Closed by the parent's end, however it ends: a function never outlives its service.
new Socket({ fd: 3 })
  .on("close", () => process.exit(1))
  .resume()
  .unref();

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let posted: Promise<unknown> = Promise.resolve();

const rapidClient = {
  async next(): Promise<{ bodyJson: string; headers: IncomingHttpHeaders }> {
    await posted;
    return call("GET", "next", { "local-max-rss-kb": String(process.resourceUsage().maxRSS) });
  },
  // The addon blocks until the service has taken these two; here `next` waits for them, which always comes after.
  done(id: string, body: string): void {
    posted = call("POST", `${id}/response`, { "content-type": "application/json" }, body);
  },
  error(id: string, body: string): void {
    posted = call("POST", `${id}/error`, { "content-type": "application/json" }, body);
  },
};

function call(method: string, path: string, headers: Record<string, string>, body?: string) {
  return new Promise<{ bodyJson: string; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const url = `http://${process.env["AWS_LAMBDA_RUNTIME_API"]}/2018-06-01/runtime/invocation/${path}`;
    request(url, { method, headers, agent }, (res) => {
      let bodyJson = "";
      res.setEncoding("utf8");
      res.on("data", (text: string) => (bodyJson += text));
      res.on("end", () => resolve({ bodyJson, headers: res.headers }));
      res.on("error", reject);
    })
      .on("error", reject)
      .end(body);
  });
}

// The one way in: the runtime client requires the addon by this relative name.
const load: unknown = Reflect.get(Module, "_load");
if (typeof load !== "function") throw new Error("this Node has no Module._load; local-aws needs Node 24");
Reflect.set(Module, "_load", (...call: unknown[]): unknown => {
  if (call[0] === "./rapid-client.node") return rapidClient;
  const loaded: unknown = Reflect.apply(load, Module, call);
  return loaded;
});
