import jsonServer from "json-server";
import type { Express } from "express";

/** json-server over a small blog; `POST /reset` puts the database back to its beginning. */
export function jsonServerApp(): Express {
  const app = jsonServer.create();
  // As behind any proxy: Link and Location are made of what X-Forwarded-Proto says.
  app.set("trust proxy", true);
  const router = jsonServer.router(blog());
  app.post("/reset", (_req, res) => {
    router.db.setState(blog());
    res.sendStatus(204);
  });
  app.use(...jsonServer.defaults({ logger: false }));
  app.use(router);
  return app;
}

const TITLES = ["Bäume", "Feigen & Würger", "Wurzeln", "Lianen ☕", "Blätter", "Früchte", "Vögel", "Regen"];

function blog(): object {
  return {
    posts: Array.from({ length: 24 }, (_, i) => ({
      id: i + 1,
      title: `${TITLES[i % TITLES.length]} ${i + 1}`,
      views: (i * 37) % 100,
      draft: i % 5 === 0,
      authorId: (i % 3) + 1,
      tags: { main: i % 2 === 0 ? "wood" : "leaf" },
    })),
    comments: Array.from({ length: 30 }, (_, i) => ({
      id: i + 1,
      body: `Comment ${i + 1}: schön!`,
      postId: (i % 10) + 1,
    })),
    authors: [
      { id: 1, name: "Zoë" },
      { id: 2, name: "José" },
      { id: 3, name: "林" },
    ],
    profile: { name: "banyan", since: 2026 },
  };
}
