import { InvalidArgumentError, type Command } from "commander";
import type { ReplacedFields } from "../replay/gateway-request.ts";
import type { ReplayOptions } from "../replay/replay.ts";
import type { Shard } from "../replay/chance.ts";
import { percentArgument } from "./command-options.ts";

export interface SendingOptions {
  readonly concurrency: number;
  readonly rate?: number;
  readonly speed?: number;
  readonly includeUnsafe?: boolean;
  readonly secondary?: number;
  readonly withoutRedacted?: boolean;
  readonly header?: ReplacedFields;
  readonly legacyHeader?: ReplacedFields;
  readonly functionHeader?: ReplacedFields;
  readonly seed: number;
  readonly shard?: Shard;
  readonly checkpoint?: string;
}

/** Adds the options that say how a corpus is sent. */
export function withSending(command: Command): Command {
  return command
    .option("--concurrency <number>", "sessions side by side", positive, 16)
    .option("--rate <number>", "requests a second, at most", positive)
    .option("--speed <factor>", "as it was recorded, that many times as fast", positive)
    .option("--include-unsafe", "send writes too, to both sides, where they take effect")
    .option(
      "--secondary <percent>",
      "share of reads that legacy is asked twice, to know its noise",
      percentArgument,
    )
    .option("--header <line>", '"Name: value" for both sides, such as credentials; may be given again', field)
    .option("--legacy-header <line>", "for legacy alone", field)
    .option("--function-header <line>", "for functions alone", field)
    .option("--without-redacted", "send what had credentials without them; else it is left out")
    .option("--seed <number>", "leaves the same to chance each time", positive, 1)
    .option("--shard <part>", "one part of several, by session: 1/4", shardArgument)
    .option("--checkpoint <file>", "go on from there when it was stopped half-way");
}

export function replayOptions(options: SendingOptions): ReplayOptions {
  const { concurrency, rate, speed, includeUnsafe, withoutRedacted, seed, shard, checkpoint } = options;
  const { header, legacyHeader, functionHeader } = options;
  return {
    concurrency,
    seed,
    ratePerSecond: rate ?? null,
    speed: speed ?? null,
    includeUnsafe: includeUnsafe ?? false,
    withoutRedacted: withoutRedacted ?? false,
    ...(shard !== undefined && { shard }),
    ...(checkpoint !== undefined && { checkpoint }),
    headers: { legacy: { ...header, ...legacyHeader }, function: { ...header, ...functionHeader } },
  };
}

function positive(text: string): number {
  const number = Number(text);
  if (/^[0-9]{1,9}(?:\.[0-9]{1,3})?$/.test(text) && number > 0) return number;
  throw new InvalidArgumentError("Write a number above 0.");
}

function field(text: string, before: ReplacedFields = {}): ReplacedFields {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write "Name: value".');
  return { ...before, [name.toLowerCase()]: value };
}

function shardArgument(text: string): Shard {
  const [, index, of] = /^([0-9]{1,4})\/([0-9]{1,4})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (shard.index >= 1 && shard.index <= shard.of) return shard;
  throw new InvalidArgumentError("Write which part of how many, such as 1/4.");
}
