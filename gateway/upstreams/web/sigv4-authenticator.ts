import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { allValues, firstValue, type HeaderList } from "../../http/headers.ts";
import type { AwsCredentials } from "../sigv4.ts";
import { UpstreamError } from "../upstream.ts";
import type { Authenticator } from "./authenticator.ts";
import { signableTarget } from "./signable-target.ts";

export interface SigV4Options {
  readonly service: string;
  readonly region: string;
  /** AWS takes signatures that are at most five minutes off its own clock. */
  readonly clock: Clock;
  /** Where credentials come from, kept and renewed there; the AWS SDK's usual places unless set. */
  readonly credentials?: () => Promise<AwsCredentials>;
}

/** Signature Version 4, as Lambda Function URLs with AWS_IAM want it. */
export function sigV4Authenticator(options: SigV4Options): Authenticator {
  const { clock } = options;
  let making: ReturnType<typeof signerOf> | undefined;
  return {
    coversBody: true,
    // All that AWS reads for signing begins with `x-amz-`, and all that begins so has to be signed.
    owns: (field) => field === "authorization" || field.startsWith("x-amz-"),
    async authenticate({ method, target, headers, body }) {
      const { path, query } = signableTarget(target);
      const signer = await (making ??= signerOf(options));
      const signed = await signer.sign(
        {
          method,
          protocol: "https:",
          hostname: firstValue(headers, "host") ?? "",
          path,
          query: { ...query },
          headers: covered(headers),
          body,
        },
        { signingDate: new Date(clock.now()) },
      );
      return PROOF.flatMap(([name, key]) => {
        const value = signed.headers[key];
        return value === undefined ? [] : [name, value];
      });
    },
  };
}

/** Loaded by the first request that is signed: gateways without such functions do without the SDK. */
async function signerOf({ service, region, credentials }: SigV4Options) {
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const found = credentials ?? (await import("@aws-sdk/credential-provider-node")).defaultProvider();
  return new SignatureV4({
    service,
    region,
    sha256: Sha256,
    credentials: async () => {
      const { accessKeyId, secretAccessKey, sessionToken } = await found().catch(noCredentials);
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    },
  });
}

const PROOF = [
  ["X-Amz-Date", "x-amz-date"],
  ["X-Amz-Security-Token", "x-amz-security-token"],
  ["X-Amz-Content-Sha256", "x-amz-content-sha256"],
  ["Authorization", "authorization"],
] as const;

/** The fields a signature has to cover, and no other: proxies on the way may change the rest. */
function covered(headers: HeaderList): Record<string, string> {
  const types = allValues(headers, "content-type");
  // Bytes ≥ 0x80 would be signed as UTF-8 and sent as they are.
  const plain = types.length === 1 && /^[\t\x20-\x7e]*$/.test(types[0]!);
  return { host: firstValue(headers, "host") ?? "", ...(plain && { "content-type": types[0]! }) };
}

function noCredentials(error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  const advice = "give the gateway a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  throw new UpstreamError("denied", `no AWS credentials to sign with: ${advice}: ${why}`.slice(0, 500), {
    cause: error,
  });
}

/** SHA-256, or HMAC of it where there is a secret, in the form that the signer calls it. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data, "utf8");
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
