import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody, sendJson, type Service } from "../service.ts";
import { ServiceError } from "../service-error.ts";
import type { AppConfig } from "./appconfig.ts";
import { deploymentOperations } from "./deployment-operations.ts";
import type { Answer, Call, Operation } from "./operation.ts";
import { resourceOperations } from "./resource-operations.ts";
import { MAX_CONTENT_BYTES, versionOperations } from "./version-operations.ts";

/** AppConfig's control plane: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_Amazon_AppConfig.html. */
export function controlPlane({ configurations, callFaults }: AppConfig): Service {
  const operations = [
    ...resourceOperations(configurations),
    ...versionOperations(configurations),
    ...deploymentOperations(configurations),
  ];
  return (method, url) => {
    const segments = `${method} ${url.pathname}`.split("/");
    const operation = operations.find(({ request }) => fits(request.split("/"), segments));
    if (operation === undefined) return undefined;
    return async (req, res) => {
      const call = await callOf(operation, segments, url.searchParams, req);
      const fault = callFaults.next(operation.name);
      if (fault === null) return send(res, operation, operation.run(call));
      const when = "reset" in fault ? fault.reset : fault.when;
      if (when === "after") operation.run(call);
      if ("status" in fault) throw new ServiceError(fault.status, fault.type ?? "", fault.body);
      res.destroy();
    };
  };
}

const isVariable = (part: string) => part.startsWith("{");

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, index) =>
    isVariable(part) ? segments[index] !== "" : part === segments[index],
  );
}

async function callOf(
  { request }: Operation,
  segments: readonly string[],
  query: URLSearchParams,
  req: IncomingMessage,
): Promise<Call> {
  const pattern = request.split("/");
  const body = await readBody(req, MAX_CONTENT_BYTES);
  return {
    path: segments.filter((_, index) => isVariable(pattern[index] ?? "")),
    query,
    header: (name) => req.headers[name]?.toString() ?? null,
    body: body ?? Buffer.alloc(0),
    sentBytes: body?.length ?? Number(req.headers["content-length"] ?? Number.POSITIVE_INFINITY),
  };
}

function send(res: ServerResponse, { status }: Operation, answer: Answer): void {
  if ("json" in answer) return sendJson(res, status, answer.json);
  res.writeHead(status, { ...answer.headers, "content-length": answer.bytes.length });
  res.end(answer.bytes);
}
