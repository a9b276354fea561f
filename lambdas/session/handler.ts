import { randomUUID, scryptSync } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { z } from "zod";
import { answering, json, Rejection, type Answer } from "../shop/answers.ts";
import { CustomerRow } from "../shop/customers.ts";
import { row, transaction, write } from "../shop/database.ts";
import { cookie, jsonBody } from "../shop/events.ts";
import { journal } from "../shop/journal.ts";

const SignIn = z.object({ email: z.string(), password: z.string() });

/** POST and DELETE /api/session: signing in, with three cookies, and out. */
export const handler = async (event: APIGatewayProxyEventV2) =>
  answering(() => (event.requestContext.http.method === "DELETE" ? signOut(event) : signIn(event)));

function signIn(event: APIGatewayProxyEventV2): Answer {
  const { email, password } = SignIn.safeParse(jsonBody(event)).data ?? { email: "", password: "" };
  // The monolith's own hash, cheap and with one salt: it is its data.
  const hash = scryptSync(password, "shop", 32, { N: 1024 }).toString("hex");
  const customer = row(
    CustomerRow,
    "SELECT * FROM customers WHERE email = ? AND passwordHash = ?",
    email,
    hash,
  );
  if (customer === undefined)
    throw new Rejection(401, "wrong-credentials", "This e-mail address and password do not go together.");
  const sid = randomUUID();
  transaction(() => {
    write("INSERT INTO sessions VALUES (?, ?, ?)", sid, customer.id, new Date().toISOString());
    journal("sign-in", sid);
  });
  const cookies = [
    `sid=${sid}; Path=/; HttpOnly; SameSite=Lax`,
    `country=${customer.country}; Path=/`,
    "consent=v2; Path=/; Expires=Fri, 31 Dec 2027 23:59:59 GMT; Secure; SameSite=Strict",
  ];
  return { ...json(200, { customer }), cookies };
}

function signOut(event: APIGatewayProxyEventV2): Answer {
  const sid = cookie(event, "sid") ?? "";
  transaction(() => {
    if (write("DELETE FROM sessions WHERE sid = ?", sid).changes > 0) journal("sign-out", sid);
  });
  return { statusCode: 204, cookies: ["sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"] };
}
