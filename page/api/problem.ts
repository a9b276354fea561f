/** The operator's side said no, or nothing at all. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** HTTP status; 0 when nobody answered. */
  readonly status: number;
  /** Last part of the problem's type, such as `conflict`; `unreachable` when nobody answered. */
  readonly code: string;
  /** What to do about it; null when that is not known. */
  readonly next: string | null;

  constructor(status: number, code: string, detail: string, next: string | null) {
    super(detail);
    this.status = status;
    this.code = code;
    this.next = next;
  }
}

/** Reads a problem document (RFC 9457). Anything else, such as a proxy's page, is told by its status alone. */
export async function problemIn(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const text = (name: string) => {
    const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : null;
    return typeof value === "string" ? value : null;
  };
  const code = text("type")?.split(":").at(-1) ?? "unknown";
  const detail = text("detail") ?? `the answer was ${response.status} ${response.statusText}`;
  return new ApiProblem(response.status, code, detail, text("next"));
}
