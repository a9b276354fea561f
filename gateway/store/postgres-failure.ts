import { StoreError } from "./evidence-store.ts";

/**
 * Classes of SQLSTATE that say something about the data itself (PostgreSQL's Appendix A): the same would be refused for
 * ever. All else passes, at the latest when somebody puts it right.
 */
const ABOUT_THE_DATA = /^(21|22|23|54)/;

/** Serialization failure and deadlock. */
const TRY_AGAIN_AT_ONCE = new Set(["40001", "40P01"]);

/** What PostgreSQL could not do, in words. Never has the URL, which may hold a password. */
export function postgresFailure(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const state = sqlState(error);
  const message = error instanceof Error && error.message !== "" ? error.message : (state ?? String(error));
  const advice = adviceOn(state);
  return new StoreError(
    `PostgreSQL cannot keep the evidence (${message})${advice === "" ? "" : `: ${advice}`}`,
    {
      cause: error,
      mayPass: state === undefined || !ABOUT_THE_DATA.test(state),
    },
  );
}

export function isWorthAnotherTry(error: unknown): boolean {
  return TRY_AGAIN_AT_ONCE.has(sqlState(error) ?? "");
}

/** True when the day of a sample has no partition (any more): a check failed, and these tables have no other checks. */
export function isMissingPartition(error: unknown): boolean {
  return error instanceof StoreError && sqlState(error.cause) === "23514";
}

function sqlState(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function adviceOn(state: string | undefined): string {
  switch (state) {
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "ETIMEDOUT":
      return "see that the server runs and that this address reaches it";
    case "28P01":
    case "28000":
      return "see that user and password are right";
    case "3D000":
      return "create that database first";
    case "42501":
      return "let its user create a schema in that database, or make the schema and give it to the user";
    case "53100":
      return "make room on the server's disk";
    case "25006":
      return "that server only reads: use the address of the primary";
    case "57014":
      return "it took longer than it may";
    case undefined:
    default:
      return "";
  }
}
