import type { Server, TlsOptions } from "node:tls";
import type { Clock } from "../../clock.ts";
import { watchFile } from "../../config/watch.ts";
import { ageProblem, readPair, type CertificateFiles, type CertificatePair } from "./certificate-pair.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";

/** The certificates of a listener; renewed ones are taken up by themselves. */
export interface Certificates extends Disposable {
  /** For `createServer`; `serve` keeps the server up to date from then on. */
  readonly options: TlsOptions;
  serve(server: Pick<Server, "setSecureContext">): void;
  /** What is wrong with them now, one text each. */
  problems(): string[];
}

interface CertificateParts {
  readonly telemetry: Pick<Telemetry, "certificateLoaded" | "configRejected">;
  readonly clock: Pick<Clock, "now">;
}

/** A listener cannot do TLS with what it was given; the message says why. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
}

type SniDone = Parameters<NonNullable<TlsOptions["SNICallback"]>>[1];

/** A client that opens a connection and does not shake hands is cut off after this. */
const HANDSHAKE_MS = 10_000;

/** HTTP/2 ends at the load balancer (docs/edge.md): whoever insists on it is told at the handshake, not later. */
const ALPN = ["http/1.1"];

/**
 * Reads all pairs, and reads them again when their files change or on SIGHUP. A pair that cannot be used is told, and the
 * one before it stays in use. A client gets the first pair that is for the name it asks for (SNI), or the first of all.
 * Rejects with a CertificateError when a pair cannot be used from the start.
 */
export async function certificates(
  files: readonly CertificateFiles[],
  { telemetry, clock }: CertificateParts,
): Promise<Certificates> {
  const pairs = await Promise.all(files.map(firstPair));
  const rejected = new Map<CertificateFiles, string>();
  const servers = new Set<Pick<Server, "setSecureContext">>();
  const tell = (at: number, renewed: boolean) => {
    const { leaf, validUntil } = pairs[at]!;
    const names = leaf.subjectAltName ?? leaf.subject;
    telemetry.certificateLoaded({ file: files[at]!.cert, names, validUntil, renewed });
  };

  const reload = async (at: number) => {
    const of = files[at]!;
    const read = await readPair(of);
    if ("problem" in read) {
      rejected.set(of, read.problem);
      return telemetry.configRejected({ file: of.cert, problems: [read.problem] });
    }
    rejected.delete(of);
    if (read.leaf.fingerprint256 === pairs[at]!.leaf.fingerprint256) return;
    pairs[at] = read;
    if (at === 0) for (const server of servers) server.setSecureContext(read.settings);
    tell(at, true);
  };
  // One after another, so that an older file never replaces a newer one.
  let last = Promise.resolve();
  const reloadNext = (at: number) => void (last = last.then(() => reload(at)));
  const reloadAll = () => files.forEach((_, at) => reloadNext(at));

  const watches = files.flatMap(({ cert, key }, at) =>
    [cert, key].map((path) => watchFile(path, () => reloadNext(at))),
  );
  await Promise.all(watches.map((watch) => watch.start()));
  process.on("SIGHUP", reloadAll);
  pairs.forEach((_, at) => tell(at, false));

  return {
    get options() {
      return {
        ...pairs[0]!.settings,
        ALPNProtocols: ALPN,
        handshakeTimeout: HANDSHAKE_MS,
        SNICallback: (name: string, done: SniDone) =>
          done(null, pairs.find(({ leaf }) => leaf.checkHost(name))?.context),
      };
    },
    serve: (server) => void servers.add(server),
    problems: () => [
      ...rejected.values(),
      ...pairs.flatMap((pair, at) => {
        const problem = ageProblem(pair, clock.now());
        return problem === null ? [] : [`${files[at]!.cert}: ${problem}`];
      }),
    ],
    [Symbol.dispose]() {
      for (const watch of watches) watch.stop();
      process.off("SIGHUP", reloadAll);
    },
  };
}

async function firstPair(files: CertificateFiles): Promise<CertificatePair> {
  const read = await readPair(files);
  if ("problem" in read) throw new CertificateError(read.problem);
  return read;
}
