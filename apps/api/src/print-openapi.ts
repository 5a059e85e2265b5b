import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { AppModule } from "./app.module.js";
import { parseEnv } from "./env.js";
import { createOpenApiDocument } from "./http/openapi.js";
import { createLogger } from "./platform/logger.js";

// The document depends on the code alone: nothing is connected to, so these values are never used.
const env = parseEnv({
  PULSEKEEP_PUBLIC_URL: "http://localhost:3000",
  DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  REDIS_URL: "redis://127.0.0.1:1",
  AUTH_SECRET: "x".repeat(32),
  PULSEKEEP_KEYRING: JSON.stringify({ currentId: "k", keys: { k: randomBytes(32).toString("base64url") } }),
});
const app = await NestFactory.create(AppModule.for(env, createLogger("silent")), new FastifyAdapter(), {
  logger: false,
});
process.stdout.write(`${JSON.stringify(createOpenApiDocument(app), null, 2)}\n`, () => process.exit(0));
