import { randomUUID } from "node:crypto";
import express, { type Request, type Response } from "express";
import { z } from "zod";
import { customerOf, CustomerRow } from "./customers.ts";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { journalWrite } from "./journal.ts";
import { cookie } from "./reading.ts";
import { Refusal } from "./refusal.ts";
import { passwordHash } from "./seed.ts";

const SignIn = z.object({ email: z.string(), password: z.string() });

/** Signing in, out, and who one is. */
export function session(on: On, database: ShopDatabase): void {
  on("POST /api/session", express.json(), (req, res) => {
    res.json({ customer: signIn(database, req, res) });
  });

  on("POST /login", express.urlencoded(), (req, res) => {
    signIn(database, req, res);
    res.redirect(303, "/api/me");
  });

  on("DELETE /api/session", (req, res) => {
    const sid = cookie(req, "sid") ?? "";
    database.atomically(() => {
      if (database.run("DELETE FROM sessions WHERE sid = ?", sid).changes > 0)
        journalWrite(database, "sign-out", sid);
    });
    res.clearCookie("sid").status(204).end();
  });

  on("GET /api/me", (req, res) => {
    const customer = database.first(
      CustomerRow,
      "SELECT c.* FROM customers c JOIN sessions s ON s.customerId = c.id WHERE s.sid = ?",
      cookie(req, "sid") ?? "",
    );
    if (customer === undefined) throw new Refusal(401, "signed-out", "Sign in first: POST /api/session.");
    res.set("Cache-Control", "private, no-store").json({ customer: customerOf(customer) });
  });
}

function signIn(database: ShopDatabase, req: Request, res: Response) {
  const { email, password } = SignIn.safeParse(req.body).data ?? { email: "", password: "" };
  const customer = database.first(
    CustomerRow,
    "SELECT * FROM customers WHERE email = ? AND passwordHash = ?",
    email,
    passwordHash(password),
  );
  if (customer === undefined)
    throw new Refusal(401, "wrong-credentials", "This e-mail address and password do not go together.");
  const sid = randomUUID();
  database.atomically(() => {
    database.run("INSERT INTO sessions VALUES (?, ?, ?)", sid, customer.id, new Date().toISOString());
    journalWrite(database, "sign-in", sid);
  });
  res.cookie("sid", sid, { httpOnly: true, sameSite: "lax" });
  res.cookie("country", customer.country);
  res.cookie("consent", "v2", {
    expires: new Date("2027-12-31T23:59:59Z"),
    secure: true,
    sameSite: "strict",
  });
  return customerOf(customer);
}
