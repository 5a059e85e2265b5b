import { expect, it } from "vitest";
import { runnerAudience } from "./runner-audience.js";

it("names the server's origin and the worker, whatever path the address has", () => {
  const expected = "keepstreak:https://pulse.example:client-1";
  for (const serverUrl of ["https://pulse.example", "https://PULSE.example:443/app/?x#y"]) {
    expect(runnerAudience({ serverUrl, clientId: "client-1" })).toBe(expected);
  }
});
