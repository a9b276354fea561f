import { ApiProblem, problemIn } from "./problem.ts";
import { token, tokenWanted } from "./token.ts";

const TIMEOUT_MS = 20_000;

/** Sends one request to where the page came from. Rejects with an ApiProblem; a 401 asks for a token, too. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const secret = token.get();
  if (secret !== null) headers.set("authorization", `Bearer ${secret}`);
  const response = await fetch(path, { ...init, headers, redirect: "error" }).catch((error: unknown) => {
    const detail = "the gateway's operator side does not answer";
    throw new ApiProblem(0, "unreachable", `${detail} (${String(error)})`, "is the gateway running?");
  });
  if (response.ok) return response;
  if (response.status === 401) tokenWanted.set(true);
  throw await problemIn(response);
}

type Parameter = string | number | null | undefined;
/** A list is a parameter that is there several times. */
type Query = Readonly<Record<string, Parameter | readonly string[]>>;

/** Reads something. `T` is what the contract says of the path. Rejects with an ApiProblem. */
export async function read<T>(path: string, query: Query = {}): Promise<T> {
  const given = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => (one === null || one === undefined ? [] : [[name, String(one)]])),
  );
  const search = new URLSearchParams(given).toString();
  return json(
    await send(search === "" ? path : `${path}?${search}`, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
  );
}

/** Asks for a change. Rejects with an ApiProblem. */
export async function change<T>(path: string, wish: object): Promise<T> {
  return json(
    await send(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(wish),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }),
  );
}

/** The server is of the same build as the page, and its own tests hold it to the contract. */
function json<T>(response: Response): Promise<T> {
  return response.json();
}
