import { throttled } from "./errors.ts";

/** How many invocations may run at a time, and how many do. */
export class Concurrency {
  running = 0;
  limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }
}

/** Takes a place in the function's own share, then in the account's; throws TooManyRequestsException when either is full. */
export function enter(own: Concurrency, account: Concurrency): () => void {
  if (own.running >= own.limit) throw throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
  if (account.running >= account.limit) throw throttled("ConcurrentInvocationLimitExceeded");
  own.running += 1;
  account.running += 1;
  return () => {
    own.running -= 1;
    account.running -= 1;
  };
}
