import type { Command } from "commander";
import { visible } from "../config/problems.ts";
import type { Settings } from "../config/env.ts";
import type { Finding } from "../doctor/finding.ts";
import { counted } from "../evidence/wording.ts";
import type { Answer } from "./answer.ts";
import { subcommand, withAdmin } from "./command-options.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Screen, Style } from "./screen.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan doctor                 is everything there that a gateway needs? what to do where it is not
  banyan doctor --json          for provisioning: exit 0 fine, 1 something is wrong, 4 something does not answer
`;

/** `banyan doctor`: everything that a gateway needs, before it is missed. Nothing is changed, and no function runs. */
export function addDoctor(program: Command, shell: Shell): void {
  withAdmin(subcommand(program, "doctor", "check everything that a gateway needs", EXAMPLES)).action(
    (options: CommonOptions) => shell.perform("doctor", options, () => doctor(options, shell.screen)),
  );
}

async function doctor(options: CommonOptions, screen: Screen): Promise<Answer> {
  const [{ readEnv }, { readConfig }, finding, machine] = await Promise.all([
    import("../config/env.ts"),
    import("../config/read.ts"),
    import("../doctor/finding.ts"),
    import("../doctor/machine.ts"),
  ]);
  const settings = readEnv();
  const findings: Finding[] = [
    finding.ok("Node.js", process.versions.node),
    machine.openFilesCheck(),
    await machine.dataFolderCheck(settings),
    await machine.auditCheck(settings),
  ];
  const running = await gatewayChecks(options, settings);
  findings.push(...running.findings);
  const loaded = await readConfig(settings.configFile, settings.variables);
  if ("problems" in loaded) {
    const [first] = loaded.problems;
    const says = `${settings.configFile} is not valid: ${first?.message ?? "it cannot be read"}`;
    findings.push(
      finding.wrong("routes.yaml", says, first?.rule === "BYN1001" ? "banyan init" : "banyan validate"),
    );
  } else {
    const { config } = loaded;
    const [{ legacyCheck }, { awsChecks }, { flagsCheck, storeCheck, operatorsCheck }] = await Promise.all([
      import("../doctor/legacy.ts"),
      import("../doctor/aws.ts"),
      import("../doctor/configured.ts"),
    ]);
    findings.push(
      finding.ok("routes.yaml", `valid, ${counted(config.routes.length, "route")}`),
      operatorsCheck(config, settings),
      await legacyCheck(config),
      await flagsCheck(config, settings),
      await storeCheck(config, settings),
      ...(await awsChecks(config, running.localLambda)),
    );
  }
  const problems = findings.flatMap(({ name, outcome, says, next }) =>
    outcome === "ok" || outcome === "note" ? [] : [{ message: `${name}: ${says}`, next }],
  );
  return { exitCode: exitCodeOf(findings), data: { findings }, text: doctorText(findings, screen), problems };
}

/** What is known of a gateway that runs. */
interface Running {
  readonly findings: readonly Finding[];
  /** Where it asks for functions, if that is on this machine; null for anywhere else. */
  readonly localLambda: string | null;
}

/** A running gateway, which ought to be of this version; or else its ports, which ought to be free. */
async function gatewayChecks(options: CommonOptions, settings: Settings): Promise<Running> {
  const [
    { gatewayAddress },
    { versionOf, remoteOperator },
    { packageVersion },
    { portCheck },
    finding,
    { isLoopback },
  ] = await Promise.all([
    import("./reach.ts"),
    import("./remote-operator.ts"),
    import("../admin/version.ts"),
    import("../doctor/machine.ts"),
    import("../doctor/finding.ts"),
    import("../admin/loopback.ts"),
  ]);
  const alone = (...findings: Finding[]): Running => ({ findings, localLambda: null });
  const isHere = (url: string) =>
    URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ""));
  const address = gatewayAddress(options);
  const version = await versionOf(address);
  if (version === null) {
    if (options.admin !== undefined)
      return alone(
        finding.unreachable("gateway", `none answers at ${address.url}`, "banyan start, or name another"),
      );
    const { host, port, adminHost, adminPort } = settings;
    return alone(
      await portCheck("port for clients", "PORT", host, port),
      await portCheck("port for operators", "ADMIN_PORT", adminHost, adminPort),
    );
  }
  if (version !== packageVersion()) {
    const says = `runs at ${address.url} in version ${version}, and this is ${packageVersion()}`;
    return alone(finding.note("gateway", says, "restart it, or use its own command line"));
  }
  // Who may not ask it does without.
  const status = await remoteOperator(address)
    .status()
    .catch(() => null);
  const asks = status?.lambdaEndpoint ?? null;
  return {
    findings: [finding.ok("gateway", `runs at ${address.url}, version ${version}`)],
    localLambda: asks !== null && isHere(address.url) && isHere(asks) ? asks : null,
  };
}

function exitCodeOf(findings: readonly Finding[]): ExitCode {
  const outcomes = new Set(findings.map(({ outcome }) => outcome));
  if (outcomes.has("wrong")) return 1;
  return outcomes.has("unreachable") ? 4 : 0;
}

const MARKS: Readonly<Record<Finding["outcome"], readonly [mark: string, style: Style]>> = {
  ok: ["✓", "green"],
  note: ["!", "yellow"],
  wrong: ["✗", "red"],
  unreachable: ["✗", "red"],
};

function doctorText(findings: readonly Finding[], screen: Screen): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, outcome, says, next }) => {
    const [mark, style] = MARKS[outcome];
    const line = ` ${screen.paint(style, mark)} ${visible(name).padEnd(width)}  ${visible(says)}`;
    return next === null ? [line] : [line, `${" ".repeat(width + 5)}${screen.paint("dim", visible(next))}`];
  });
  const bad = findings.filter(({ outcome }) => outcome === "wrong" || outcome === "unreachable").length;
  const last = bad === 0 ? "nothing is missing" : `${bad} of ${findings.length} checks failed`;
  return [...lines, last].join("\n");
}
