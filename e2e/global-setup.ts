import { rmSync } from "node:fs";
import { createProductPlace, startProduct } from "./product.ts";

/** One product for all browser tests, on free ports, with an empty data directory. */
export default async function startForAllTests(): Promise<() => Promise<void>> {
  const place = await createProductPlace();
  const product = await startProduct(place);
  process.env.PULSEKEEP_E2E_URL = product.url;
  process.env.PULSEKEEP_E2E_DATA_DIR = place.dataDir;
  process.env.PULSEKEEP_SAMPLE_APP_PORT = place.env.PULSEKEEP_SAMPLE_APP_PORT;
  process.env.PULSEKEEP_E2E_ISSUED_TOKENS_FILE = place.issuedTokensFile;
  return async () => {
    const exitCode = await product.stop();
    if (exitCode !== 0)
      throw new Error(
        `The product did not stop cleanly: exit code ${exitCode}; its data is in ${place.dataDir}`,
      );
    rmSync(place.folder, { recursive: true, force: true });
  };
}
