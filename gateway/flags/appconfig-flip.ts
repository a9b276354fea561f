import { randomUUID } from "node:crypto";
import { baseOf, decideAlike, nextVersion, type Base } from "./appconfig-base.ts";
import { inWords, type FlagDeployment } from "./appconfig-deployment.ts";
import { ControlFailure, NotMade } from "./appconfig-failure.ts";
import { inUse, stopped, type Waiting } from "./appconfig-outcome.ts";
import {
  busy,
  deployedMeanwhile,
  maybeStarted,
  movedOn,
  notTakenBack,
  storedMeanwhile,
} from "./appconfig-refusals.ts";
import { surveyed } from "./appconfig-survey.ts";
import type { StoredVersion } from "./appconfig-version.ts";
import { parseFlags } from "./document.ts";
import type { FlagDocument } from "./document-schema.ts";
import { editedFlags } from "./edit.ts";
import type { FlagChange, FlipResult } from "./writer.ts";

type Made = Extract<FlipResult, { made: true }>;

/** How often an emergency begins anew when somebody else gets in between. */
const ROUNDS = 3;

/** One change on its way through AppConfig. */
export class AppConfigFlip {
  readonly #waiting: Waiting;
  readonly #change: FlagChange;
  readonly #emergency: boolean;
  /** What this change has stopped, and the stored version that carries it on; null when none does. */
  readonly #stopped: { readonly deployment: FlagDeployment; readonly carriedBy: number | null }[] = [];

  constructor(waiting: Waiting, change: FlagChange) {
    this.#waiting = waiting;
    this.#change = change;
    this.#emergency = isEmergency(change);
  }

  /** Rejects with a NotMade. */
  async make(): Promise<Made> {
    for (let round = 1; ; round++) {
      try {
        return await this.#attempt();
      } catch (error) {
        if (!(error instanceof NotMade)) throw error;
        const wasOvertaken = error.why === "busy" || error.why === "conflict";
        if (this.#emergency && wasOvertaken && round < ROUNDS) continue;
        const stoppings = this.#stoppings(null);
        if (stoppings.length === 0) throw error;
        throw new NotMade(error.why, [error.message, ...stoppings].join("\n"), { cause: error });
      }
    }
  }

  async #attempt(): Promise<Made> {
    const { control } = this.#waiting;
    const survey = await surveyed(control.deployments());
    const { running, newest } = survey;
    if (running !== null && !this.#emergency) throw await this.#busy(running);
    const base = await baseOf(control, survey, this.#emergency);
    const { expectVersion = base.version } = this.#change;
    if (expectVersion !== base.version) throw movedOn(base.version, expectVersion, base.document);
    const stored = await control.newestVersion();
    const { text, document } = this.#edited(base, await nextVersion(control, base, stored));
    const carries = running !== null && base.deployment === running;
    if (carries && decideAlike(document, base.document)) return this.#join(running, base);
    // Nothing else is urgent once everything goes to legacy, and to stop that would lift the switch for a moment.
    if (carries && base.document.kill) throw await this.#busy(running);

    const number = await this.#store(text, document, base, stored);
    if (running !== null) await this.#stop(running, carries ? number : null);
    const deployment = await this.#start(number, newest);
    const notes = [
      ...(await inUse(this.#waiting, deployment)),
      ...this.#stoppings(number),
      ...drafts(base, stored),
    ];
    return made(String(document.version), base.version, notes);
  }

  #edited({ text }: Base, version: number): { text: string; document: FlagDocument } {
    const at = new Date(this.#waiting.clock.now()).toISOString();
    const edited = editedFlags(text, this.#change, { version, at });
    // What is written is checked as any reader will, so that no flip can deploy what gateways reject.
    const parsed = parseFlags(edited);
    if (parsed.ok) return { text: edited, document: parsed.document };
    throw new NotMade("invalid", `this change makes no valid flags:\n${parsed.problems.join("\n")}`);
  }

  /** Somebody with the same wish was first. */
  async #join(running: FlagDeployment, { version }: Base): Promise<Made> {
    const { control } = this.#waiting;
    const notes = await inUse(this.#waiting, running.number);
    const same = `the same was on its way in ${inWords(await control.deployment(running.number))}`;
    return made(version, version, [same, ...notes]);
  }

  async #store(
    text: string,
    { version }: FlagDocument,
    { contentType }: Base,
    stored: StoredVersion | null,
  ): Promise<number> {
    const { control } = this.#waiting;
    // Found again by its label when the answer gets lost.
    const label = `v${version}-${randomUUID().slice(0, 8)}`;
    const after = stored?.number ?? null;
    try {
      return await control.createVersion({ text, contentType, label, description: this.#signature(), after });
    } catch (error) {
      if (!(error instanceof ControlFailure && error.kind === "conflict")) throw error;
      throw storedMeanwhile(await control.newestVersion());
    }
  }

  async #stop(running: FlagDeployment, carriedBy: number | null): Promise<void> {
    const deployment = await stopped(this.#waiting, running.number);
    if (deployment !== null && running.state !== "ROLLING_BACK")
      this.#stopped.push({ deployment, carriedBy });
  }

  async #start(version: number, after: number | null): Promise<number> {
    const { control } = this.#waiting;
    const number = await control
      .startDeployment(version, this.#signature(), after)
      .catch(async (error: ControlFailure) => {
        if (error.kind === "unknown") throw maybeStarted(version, error.message);
        if (error.kind !== "conflict") throw error;
        const { running, newest } = await surveyed(control.deployments());
        if (running !== null) throw await this.#busy(running);
        throw deployedMeanwhile(newest === null ? null : await control.deployment(newest));
      });
    if (number !== (after ?? 0) + 1) throw await this.#takenBack(number);
    return number;
  }

  /** The first deployment has none to come after, by which AppConfig would have seen that another one was quicker. */
  async #takenBack(number: number): Promise<NotMade> {
    const { control } = this.#waiting;
    try {
      await control.stopDeployment(number, true);
      return deployedMeanwhile(await control.deployment(number - 1));
    } catch (error) {
      return notTakenBack(number, error instanceof Error ? error.message : String(error));
    }
  }

  async #busy({ number }: FlagDeployment): Promise<NotMade> {
    const { control } = this.#waiting;
    return busy(await control.deployment(number), await control.place());
  }

  /** What to tell of what had to give way, once a stored version is in use; null when none is. */
  #stoppings(inUse: number | null): string[] {
    return this.#stopped.map(({ deployment, carriedBy }) => {
      const carried = carriedBy !== null && carriedBy === inUse;
      const fate = carried
        ? "its change is part of this one"
        : "its change is not in use: repeat it if it still holds";
      return `${inWords(deployment)} was stopped to let this through; ${fate}`;
    });
  }

  #signature(): string {
    return `${this.#change.by}: ${this.#change.reason}`;
  }
}

/** What switches a kill switch on must not wait. */
function isEmergency(change: FlagChange): boolean {
  return "moves" in change ? change.moves.some(({ kill }) => kill === true) : change.kill === true;
}

/** What is newer than what is deployed, but is not in use; whoever deploys it later undoes this change. */
function drafts({ deployment }: Base, stored: StoredVersion | null): string[] {
  if (stored === null || stored.number <= (deployment?.version ?? 0)) return [];
  const whose = stored.description === null ? "" : ` (${stored.description})`;
  return [
    `stored version ${stored.number}${whose} was not in use and is not part of this: do not deploy it any more`,
  ];
}

function made(version: string, previousVersion: string, notes: readonly string[]): Made {
  return { made: true, version, previousVersion, ...(notes.length > 0 && { notes }) };
}
