import { IdTokenClient } from "google-auth-library";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../../gateway/clock.ts";
import { googleAuthenticator } from "../../../../gateway/upstreams/web/google-authenticator.ts";

const AUDIENCE = "https://orders-abc.a.run.app";
const REQUEST = {
  method: "GET",
  target: { raw: "/", path: "/", query: null },
  headers: [],
  body: Buffer.alloc(0),
};

/** A token that says nothing but when it expires. */
const tokenFor = (seconds: number) => {
  const exp = Math.floor(Date.now() / 1_000) + seconds;
  return `t.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.s`;
};

/** Google's own client, with whom the test hands out tokens in Google's place. */
function handingOut(fetchIdToken: (audience: string) => Promise<string>) {
  const asked: string[] = [];
  const provider = {
    fetchIdToken: (audience: string) => {
      asked.push(audience);
      return fetchIdToken(audience);
    },
  };
  const auth = {
    getIdTokenClient: (targetAudience: string) =>
      Promise.resolve(new IdTokenClient({ targetAudience, idTokenProvider: provider })),
  };
  return { asked, authenticator: googleAuthenticator({ audience: AUDIENCE, clock: systemClock, auth }) };
}

describe("Google's ID tokens", () => {
  it("travel where the client's Authorization does not", async () => {
    const token = tokenFor(3_600);
    const { authenticator, asked } = handingOut(() => Promise.resolve(token));
    expect(await authenticator.authenticate(REQUEST)).toEqual([
      "X-Serverless-Authorization",
      `Bearer ${token}`,
    ]);
    expect(asked).toEqual([AUDIENCE]);
    expect(authenticator.owns("x-serverless-authorization")).toBe(true);
    expect(authenticator.owns("authorization")).toBe(false);
  });

  it("are kept until shortly before they expire, and asked for once by all who wait", async () => {
    let seconds = 60;
    const { authenticator, asked } = handingOut(() => Promise.resolve(tokenFor(seconds)));
    await Promise.all(Array.from({ length: 20 }, () => authenticator.authenticate(REQUEST)));
    expect(asked).toHaveLength(1);
    seconds = 3_600;
    await authenticator.authenticate(REQUEST);
    expect(asked).toHaveLength(2);
    for (let i = 0; i < 5; i++) await authenticator.authenticate(REQUEST);
    expect(asked).toHaveLength(2);
  });

  it("are used to their end when a new one cannot be had", async () => {
    const last = tokenFor(60);
    const answers = [Promise.resolve(last)];
    const { authenticator } = handingOut(
      () => answers.shift() ?? Promise.reject(new Error("metadata is down")),
    );
    await authenticator.authenticate(REQUEST);
    expect(await authenticator.authenticate(REQUEST)).toEqual([
      "X-Serverless-Authorization",
      `Bearer ${last}`,
    ]);
  });

  it("are not used any longer than that: it is denied, and nothing is sent", async () => {
    const answers = [Promise.resolve(tokenFor(-1))];
    const { authenticator } = handingOut(
      () => answers.shift() ?? Promise.reject(new Error("metadata is down")),
    );
    await authenticator.authenticate(REQUEST);
    const error = await authenticator.authenticate(REQUEST).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "denied", phase: "not-started" });
    expect(String(error)).toMatch(/run the gateway as a service account .* metadata is down/);
  });

  it("are looked for again after there was no identity at all", async () => {
    let known = false;
    const auth = {
      getIdTokenClient: (targetAudience: string) =>
        known
          ? Promise.resolve(
              new IdTokenClient({
                targetAudience,
                idTokenProvider: { fetchIdToken: () => Promise.resolve(tokenFor(3_600)) },
              }),
            )
          : Promise.reject(new Error("Could not load the default credentials")),
    };
    const authenticator = googleAuthenticator({ audience: AUDIENCE, clock: systemClock, auth });
    await expect(authenticator.authenticate(REQUEST)).rejects.toMatchObject({ kind: "denied" });
    known = true;
    expect(await authenticator.authenticate(REQUEST)).toHaveLength(2);
  });
});
