/** What clients and the monolith of this run have agreed on. */

/** Answered with more than sockets buffer on the way, so that who does not read holds it up. */
export const LARGE_BYTES = 64 * 1024 ** 2;
/** The demo's shop has it too. */
export const LARGE_PATH = `/api/blob?bytes=${LARGE_BYTES}`;

const ANSWER_BYTES = 1_024;

/** The only right answer to a request. */
export function saidAbout(method: string, target: string, bodyBytes: number): string {
  return `${method} ${target} ${bodyBytes} `.padEnd(ANSWER_BYTES, "=");
}
