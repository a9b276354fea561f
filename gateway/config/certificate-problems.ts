import { resolve } from "node:path";
import { systemClock } from "../clock.ts";
import { ageProblem, readPair, type CertificateFiles } from "../http/listener/certificate-pair.ts";
import type { ConfigDocument, Path } from "./document.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import type { Problem } from "./problem.ts";

/** The configuration with the paths of its certificates resolved: they are found beside routes.yaml. */
export function withCertificatePaths(config: GatewayConfig, folder: string): GatewayConfig {
  const { listener, operators } = config;
  const found = (pairs: readonly CertificateFiles[]) =>
    pairs.map(({ cert, key }) => ({ cert: resolve(folder, cert), key: resolve(folder, key) }));
  return {
    ...config,
    listener: { ...listener, ...(listener.tls && { tls: found(listener.tls) }) },
    operators: { ...operators, ...(operators.tls && { tls: found(operators.tls) }) },
  };
}

/** What is wrong with the certificates that a configuration names. */
export async function certificateProblems(
  { listener, operators }: GatewayConfig,
  problemAt: ConfigDocument["problemAt"],
): Promise<Problem[]> {
  const check = async (section: string, pairs: readonly CertificateFiles[] = []) => {
    const found = await Promise.all(
      pairs.map((pair, at) => pairProblem(pair, [section, "tls", at], problemAt)),
    );
    return found.filter((problem) => problem !== null);
  };
  return [...(await check("listener", listener.tls)), ...(await check("operators", operators.tls))];
}

async function pairProblem(
  files: CertificateFiles,
  path: Path,
  problemAt: ConfigDocument["problemAt"],
): Promise<Problem | null> {
  const pair = await readPair(files);
  if ("problem" in pair) {
    const hint = "name a certificate and its key in PEM, and let the gateway read both";
    return problemAt(path, "BYN1050", pair.problem, hint);
  }
  const aged = ageProblem(pair, systemClock.now());
  return aged === null
    ? null
    : problemAt(path, "BYN1051", aged, "renew it: the files are read again by themselves");
}
