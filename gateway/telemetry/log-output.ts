import { pino, type DestinationStream } from "pino";

/** Lines are gathered up to here: one write for all of them costs a tenth of one write each. */
const GATHERED_BYTES = 8 * 1024;

/** How long a line may wait for others to go out with it. */
const GATHERED_MS = 100;

/** Lines to a file descriptor, in their order, a moment later; whatever is left goes out when the process exits. */
export function gatheredLines(fd: number): DestinationStream {
  const output = pino.destination({ fd, sync: true, minLength: GATHERED_BYTES, periodicFlush: GATHERED_MS });
  process.on("exit", () => output.flushSync());
  return output;
}

/** What is written at once to a pipe is in one piece there, however many write to it (PIPE_BUF, pipe(7)). */
const WHOLE_BYTES = 4096;

/** Standard output that other processes write to as well: no line ends up inside of another, but those over 4 KiB. */
export function sharedOutput(): DestinationStream {
  const output = pino.destination({
    fd: 1,
    sync: true,
    minLength: WHOLE_BYTES - 1024,
    maxWrite: WHOLE_BYTES,
    periodicFlush: GATHERED_MS,
  });
  process.on("exit", () => output.flushSync());
  return output;
}

let made: DestinationStream | undefined;

/** Standard output: one for all gateways of the process. */
export function standardOutput(): DestinationStream {
  return (made ??= gatheredLines(1));
}
