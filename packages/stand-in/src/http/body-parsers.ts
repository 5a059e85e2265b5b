import type { FastifyInstance } from "fastify";
import { GitHubError } from "./github-error.js";

const problemsParsing = (): GitHubError => new GitHubError(400, "Problems parsing JSON");

/** JSON in REST bodies whatever their type says, as GitHub reads them. */
export function jsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    if (body === "") return done(null, undefined);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(problemsParsing());
    }
  });
}

/** Forms, and JSON for clients that prefer it. */
export function formBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, body === "" ? {} : JSON.parse(String(body)));
    } catch {
      done(problemsParsing());
    }
  });
}
