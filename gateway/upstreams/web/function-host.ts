import type { WebTarget } from "../../routes/function-target.ts";

/** Whose answers of its own a function's host may give. */
export interface FunctionHost {
  readonly platform: "lambda-url" | "cloud-run" | "azure-functions" | "openfaas" | "other";
  /** What OpenFaaS calls the function, where the URL says so; its own answers name it. */
  readonly openFaasName: string | null;
}

/** The host behind a target, told from its URL and from the proof of identity that it wants. */
export function functionHost({ url, auth }: Pick<WebTarget, "url" | "auth">): FunctionHost {
  const { hostname, pathname } = new URL(url);
  const openFaasName = /^\/function\/([^/]+)/.exec(pathname)?.[1] ?? null;
  return {
    platform: platformOf(hostname, auth) ?? (openFaasName === null ? "other" : "openfaas"),
    openFaasName,
  };
}

function platformOf(hostname: string, auth: WebTarget["auth"]): FunctionHost["platform"] | undefined {
  if (/\.lambda-url\.[a-z0-9-]+\.on\.aws$/.test(hostname)) return "lambda-url";
  // A Function URL under another name cannot be signed for, so what wants signatures is one itself.
  if (auth.kind === "aws" && auth.service === "lambda") return "lambda-url";
  if (/\.(?:run\.app|cloudfunctions\.net)$/.test(hostname) || auth.kind === "google") return "cloud-run";
  return hostname.endsWith(".azurewebsites.net") ? "azure-functions" : undefined;
}
