import { randomBytes } from "node:crypto";
import { findSecrets, type SecretPlaces } from "../testing/find-secrets.js";
import type { TestClient } from "../testing/test-client.js";

/** Distinctive texts, by where they go in. Some are shaped like the secret that belongs there, others like nothing. */
export function createCanaries() {
  const canaries = new Map<string, string>();
  return {
    /** Every one that was made, by its name. */
    canaries,
    canary: (name: string, shape = ""): string => {
      const text = `${shape}cnry${name}${randomBytes(12).toString("hex")}`;
      canaries.set(`${name} ${text.slice(-6)}`, text);
      return text;
    },
  };
}

/** Searches for secrets that have names, and says of each that is found which it is, where, and in what encoding. */
export async function findNamed(named: readonly [string, string][], places: SecretPlaces): Promise<string[]> {
  const found = await findSecrets(
    named.map(([, text]) => text),
    places,
  );
  return found.map(({ index, encoding, place }) => `${named[index]?.[0]} in ${place} (${encoding})`);
}

/** A client whose every answer is kept: an answer is a place too. */
export function keepAnswers(client: TestClient, answers: string[]): TestClient {
  const call: TestClient["call"] = async (...args) => {
    const answer = await client.call(...args);
    answers.push(JSON.stringify([answer.status, answer.body, [...answer.headers]]));
    return answer as never;
  };
  return { ...client, call };
}
