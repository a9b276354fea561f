import { z } from "zod";
import { ROLES } from "../admin/auth/role.ts";
import { tlsEntry } from "./listener-schema.ts";
import { isHostPattern, isHttpUrl } from "./network.ts";

/** Keys and tokens must come by a way that nobody can change: by https, or from this very machine. */
const safeUrl = z
  .string()
  .refine((text) => isHttpUrl(text) && (text.startsWith("https://") || isThisMachine(new URL(text))), {
    error: "this is no https URL",
  });

function isThisMachine({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}

const roleValues = z.array(z.string().min(1).max(256)).prefault([]);
const roleClaims = {
  rolesClaim: z
    .string()
    .min(1)
    .max(256)
    .meta({
      description: "Claim that says who may do what: a text or a list; `a.b` is `b` inside of `a`.",
      examples: ["groups", "cognito:groups", "realm_access.roles"],
    }),
  roles: z
    .strictObject({
      viewer: roleValues.meta({
        description: "Values of the claim whose bearers may look.",
        examples: [["dev"]],
      }),
      operator: roleValues.meta({
        description: "Values of the claim whose bearers may move routes.",
        examples: [["shop-team"]],
      }),
      admin: roleValues.meta({
        description: "Values of the claim whose bearers may override guards.",
        examples: [["shop-leads"]],
      }),
    })
    .describe("Who may do what; the highest role counts, and whoever has none may do nothing."),
  nameClaim: z
    .string()
    .min(1)
    .max(256)
    .prefault("sub")
    .meta({
      description: "Claim that names people in the audit log; one that they cannot change themselves.",
      examples: ["sub", "email"],
    }),
};

const token = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: "Who has it, for the audit log; two tokens may have one name.", examples: ["ci"] }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "a SHA-256 is 64 hexadecimal digits in lower case" })
    .meta({
      description: "SHA-256 of the token, which itself is kept nowhere.",
      examples: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    }),
  role: z.enum(ROLES).describe("What its bearer may do."),
  until: z.iso
    .date({ error: "write a day, such as 2027-01-31" })
    .optional()
    .meta({
      description: "The last day on which it counts; for ever when absent.",
      examples: ["2027-01-31"],
    }),
});

const oidc = z.strictObject({
  issuer: safeUrl.meta({ description: "Who issues the tokens.", examples: ["https://id.example.com"] }),
  audience: z
    .string()
    .min(1)
    .meta({ description: "Whom they must be issued for.", examples: ["banyan"] }),
  jwksUrl: safeUrl.optional().meta({
    description: "Where the issuer's keys are; what its discovery document says when absent.",
    examples: ["https://id.example.com/keys"],
  }),
  ...roleClaims,
});

const albOidc = z.strictObject({
  signer: z
    .string()
    .regex(/^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/app\/[\w-]+\/[0-9a-f]+$/, {
      error: "this is no ARN of an application load balancer",
    })
    .meta({
      description: "ARN of the load balancer; nobody else's word is taken.",
      examples: [
        "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/ops/50dc6c495c0c9188",
      ],
    }),
  issuer: safeUrl.meta({
    description: "The issuer in its authenticate-oidc action.",
    examples: ["https://id.example.com"],
  }),
  client: z
    .string()
    .min(1)
    .meta({ description: "The client id in its authenticate-oidc action.", examples: ["banyan"] }),
  publicKeyUrl: safeUrl.optional().meta({
    description: "Where its public keys are, without the key's id; AWS's place for its region when absent.",
    examples: ["https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1"],
  }),
  ...roleClaims,
});

/** Who may use the operator's side, and by which proof. */
export const operatorsEntry = z
  .strictObject({
    allow: z
      .literal("loopback")
      .optional()
      .describe("Whoever is on this machine may do everything; so it is when no proof is configured."),
    hosts: z
      .array(
        z
          .string()
          .toLowerCase()
          .refine((text) => isHostPattern(text) && !text.startsWith("*"), { error: "this is no host name" })
          .meta({ examples: ["banyan.example.com"] }),
      )
      .prefault([])
      .describe("Names, besides those of this machine, by which the operator's side is reached."),
    streams: z
      .int()
      .min(1)
      .max(100_000)
      .prefault(1000)
      .meta({ description: "Listeners to /api/events, at most.", examples: [1000] }),
    tls: tlsEntry.optional().describe("The operator's side speaks TLS; with a restart."),
    tokens: z.array(token).prefault([]).describe("Secrets that programs show; kept as hashes only."),
    oidc: oidc.optional().describe("Tokens (JWT) of an OpenID Connect provider."),
    albOidc: albOidc
      .optional()
      .describe("People whom an application load balancer in front has authenticated."),
  })
  .superRefine((entry, ctx) => {
    const refuse = (path: string, message: string, hint: string) =>
      ctx.addIssue({ code: "custom", path: [path], message, params: { hint } });
    if (entry.allow !== undefined && !needsNoProof(entry)) {
      const message =
        "who is on this machine needs no proof, or everybody does: a proxy here looks local too";
      refuse("allow", message, "remove `allow`, or every other proof");
    }
    if (entry.allow === undefined && needsNoProof(entry) && entry.hosts.length > 0) {
      const message = "others reach it by these names, and nobody is asked for a proof";
      refuse("hosts", message, "add for example `tokens`, or `allow: loopback` when a proxy here asks them");
    }
  })
  .describe("Who may use the operator's side, and by which proof.");

export type OperatorsConfig = z.output<typeof operatorsEntry>;
export type TokenConfig = OperatorsConfig["tokens"][number];
export type OidcConfig = NonNullable<OperatorsConfig["oidc"]>;
export type AlbOidcConfig = NonNullable<OperatorsConfig["albOidc"]>;

/** True when no proof is asked for: then only whoever is on this machine gets in. */
export function needsNoProof({
  tokens,
  oidc,
  albOidc,
}: Pick<OperatorsConfig, "tokens" | "oidc" | "albOidc">): boolean {
  return tokens.length === 0 && oidc === undefined && albOidc === undefined;
}
