import { z } from "zod";
import { isAddressRange } from "../config/network.ts";
import { STAGES } from "../routes/route.ts";
import { parseAttribute } from "./attribute.ts";

const moment = z.iso
  .datetime({ offset: true, error: "is no ISO 8601 time, such as 2027-01-31T12:00:00Z" })
  .meta({ id: "moment" });
const until = moment.optional().describe("When it ends; what counted before counts again.");

/** Who did it, why and when; for people, never read by a decision. */
const signature = {
  by: z.string().max(200).optional().describe("Who made the newest change."),
  reason: z.string().max(2000).optional().describe("Why."),
  at: moment.optional().describe("When."),
};

const percentage = z
  .number("must be a number: the share of clients, 0–100, that the function answers")
  .min(0, "must be 0–100")
  .max(100, "must be 0–100")
  .multipleOf(0.001, "must be a multiple of 0.001")
  .meta({ id: "percentage", description: "Share of the clients that the function answers." });
const side = z.enum(["legacy", "function"], "must be legacy or function");
const text = z.string("must be text").max(1000);
const switchedOn = z.boolean("must be true or false");

/** What says to schemas that exactly one of some keys is there; a refinement says it to us. */
const oneOf = (...keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });

const condition = z
  .strictObject({
    of: text
      .refine(
        (source) => parseAttribute(source) !== null,
        "must be header:NAME, cookie:NAME, query:NAME, param:NAME, claim:NAME, address or host",
      )
      .meta({
        description: "What of a request is compared, such as header:x-beta.",
        pattern: "^((header|cookie|query|param|claim):.+|address|host)$",
      }),
    equals: text.optional().describe("Holds for this text."),
    in: z
      .array(text)
      .min(1, "must not be empty")
      .max(10_000)
      .optional()
      .describe("Holds for each of these texts."),
    prefix: text
      .min(1, "must not be empty")
      .optional()
      .describe("Holds for all texts that begin with this one."),
    range: z
      .array(z.string().refine(isAddressRange, "is no address and no address range"))
      .min(1, "must not be empty")
      .optional()
      .describe("Holds for these addresses, such as 10.0.0.0/8."),
  })
  .refine(
    ({ equals, in: list, prefix, range }) =>
      [equals, list, prefix, range].filter((test) => test !== undefined).length === 1,
    "needs exactly one of equals, in, prefix, range",
  )
  .meta({ id: "condition", ...oneOf("equals", "in", "prefix", "range") });
export type FlagCondition = z.infer<typeof condition>;

const rule = z
  .strictObject({
    when: z.array(condition).min(1, "needs a condition").max(20).describe("Conditions that must all hold."),
    side: side.optional().describe("Who answers all that match."),
    percent: percentage.optional(),
    until,
    note: z.string().max(2000).optional().describe("For people."),
  })
  .refine((one) => (one.side === undefined) !== (one.percent === undefined), "needs either side or percent")
  .meta({ id: "rule", ...oneOf("side", "percent") });
export type WrittenRule = z.infer<typeof rule>;

const testers = z
  .strictObject({
    function: z.array(text).max(10_000).optional().describe("Whom the function answers."),
    legacy: z.array(text).max(10_000).optional().describe("Whom legacy answers."),
  })
  .meta({ id: "testers", description: "Sticky keys whose side is set, whatever the stage." });
export type Testers = z.infer<typeof testers>;

/** What a flag may say besides its stage. */
const more = {
  kill: switchedOn.optional().describe("True sends all of this route to legacy."),
  pause: switchedOn.optional().describe("True: nobody moves it up, and nothing is mirrored."),
  until,
  testers: testers.optional(),
  rules: z.array(rule).max(100).optional().describe("The first that matches decides."),
};

const routeFlag = z
  .discriminatedUnion(
    "stage",
    [
      z.strictObject({
        stage: z.enum(["legacy", "shadow", "cutover", "retired"]).describe("Where the migration stands."),
        ...more,
        ...signature,
      }),
      z.strictObject({
        stage: z.literal("canary").describe("A share of the clients."),
        percent: percentage,
        ...more,
        ...signature,
      }),
    ],
    `must name a stage: ${STAGES.join(", ")}`,
  )
  .meta({ id: "flag" });
export type WrittenFlag = z.infer<typeof routeFlag>;

/** The flag document, wherever it is kept. The top-level signature is that of the newest version. */
export const flagDocument = z.strictObject(
  {
    version: z
      .int("must be an integer")
      .min(0, "must not be negative")
      .describe("Grows by one with each change."),
    kill: switchedOn.default(false).describe("True: everything goes to legacy, whatever else is said."),
    salt: z
      .string("must be text")
      .max(200)
      .optional()
      .describe("Redraws who is in every canary; the same on every gateway, as all read the same document."),
    routes: z
      .record(
        z.string().regex(/^[A-Za-z]/, "must start with a letter"),
        routeFlag,
        "must map route ids to their flags",
      )
      .default({})
      .describe("The flag of each route, by its id."),
    ...signature,
  },
  "must hold version, kill and routes",
);
export type FlagDocument = z.infer<typeof flagDocument>;
