import { rmSync } from "node:fs";
import { ADMIN_EMAIL } from "./people.ts";
import { createProductPlace, startProduct, superuserUrlOf } from "./product.ts";

/** One product for all browser tests, on free ports, with an empty data directory. */
export default async function startForAllTests(): Promise<() => Promise<void>> {
  const place = await createProductPlace({ PULSEKEEP_ADMIN_EMAILS: ADMIN_EMAIL });
  const product = await startProduct(place);
  process.env.PULSEKEEP_E2E_URL = product.url;
  process.env.PULSEKEEP_E2E_SUPERUSER_URL = superuserUrlOf(product);
  process.env.PULSEKEEP_E2E_SLACK_URL = product.emulated?.slack;
  process.env.PULSEKEEP_E2E_DATA_DIR = place.dataDir;
  process.env.PULSEKEEP_E2E_APP_ADDRESSES = place.env.SCRAPE_ALLOW;
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
