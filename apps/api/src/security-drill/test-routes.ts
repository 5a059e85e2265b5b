import type { TestClient } from "../testing/test-client.js";

export type TestRoute = { method: string; path: string };

/** Every route of the API, as its own document lists them. */
export async function listRoutes(client: TestClient): Promise<TestRoute[]> {
  const { body } = await client.get<{ paths: Record<string, Record<string, unknown>> }>("/docs/openapi.json");
  return Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({ method: method.toUpperCase(), path })),
  );
}

/** The route's path with something in every place that takes an id. */
export const fillPath = ({ path }: TestRoute, id: string): string => path.replace(/\{\w+\}/g, id);
