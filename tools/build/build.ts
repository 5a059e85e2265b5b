import path from "node:path";
import { withProgress } from "../bootstrap/progress.mjs";
import { BuildFailure } from "./build-failure.ts";
import { buildProduct } from "./build-product.ts";

const root = path.resolve(import.meta.dirname, "../..");

try {
  await withProgress("building", () => buildProduct(root));
} catch (error) {
  if (!(error instanceof BuildFailure)) throw error;
  console.error(`\npulsekeep: ${error.message}`);
  process.exitCode = 1;
}
