import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetDraft, keepDraft, readDraft } from "./kept-draft";
import {
  EMPTY_DRAFT,
  findRefusedField,
  listFaults,
  type ProjectDraft,
  toProjectCreate,
} from "./project-draft";
import { findWindowFault } from "./sampling";

const draft: ProjectDraft = {
  ...EMPTY_DRAFT,
  name: "checkout-api",
  environments: "prod, staging",
  metricsEndpoint: "https://api.example/seqpulse-metrics",
  windowSeconds: "600",
};

describe("a draft of a project", () => {
  it("is complete with a name alone", () => {
    expect(listFaults({ ...EMPTY_DRAFT, name: "x" })).toEqual([]);
    expect(toProjectCreate({ ...EMPTY_DRAFT, name: "x" })).toEqual({
      name: "x",
      environments: ["prod"],
      observation: { windowSeconds: 900, sampleSeconds: 10, baselineSeconds: 60, baselineEnabled: true },
    });
  });

  it("names each faulty field, in the order of the page", () => {
    const faulty = {
      ...draft,
      name: " ",
      environments: "prod, Not Good",
      metricsEndpoint: "api.example",
      windowSeconds: "",
      sampleSeconds: "1",
      baselineSeconds: "2.5",
    };
    expect(listFaults(faulty)).toEqual([
      "name",
      "environments",
      "metricsEndpoint",
      "windowSeconds",
      "sampleSeconds",
      "baselineSeconds",
    ]);
    expect(listFaults({ ...draft, environments: "" })).toEqual(["environments"]);
  });

  it("has a window that holds three samples, and says which of the two faults a window has", () => {
    const slow = { ...draft, windowSeconds: "60", sampleSeconds: "21" };
    expect(listFaults(slow)).toEqual(["windowSeconds"]);
    expect(findWindowFault(slow)).toBe("tooFewSamples");
    expect(findWindowFault({ ...slow, windowSeconds: "" })).toBe("range");
    expect(findWindowFault({ ...slow, sampleSeconds: "20" })).toBeUndefined();
  });

  it("knows which field the API refused", () => {
    const refusal = (code: string, ...paths: string[]) => ({ code, fields: paths.map((path) => ({ path })) });
    expect(findRefusedField(refusal("ENDPOINT_INVALID_FORMAT"))).toBe("metricsEndpoint");
    expect(findRefusedField(refusal("invalid_body", "observation.windowSeconds"))).toBe("windowSeconds");
    expect(findRefusedField(refusal("invalid_body", "else", "environments.0"))).toBe("environments");
    expect(findRefusedField(refusal("QUOTA_REACHED"))).toBeUndefined();
  });
});

describe("a draft that is kept", () => {
  const kept = new Map<string, string>();
  beforeEach(() =>
    vi.stubGlobal("sessionStorage", {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => kept.set(name, text),
      removeItem: (name: string) => kept.delete(name),
    }),
  );
  afterEach(() => {
    kept.clear();
    vi.unstubAllGlobals();
  });

  it("comes back to the account that wrote it, until it is forgotten", () => {
    expect(readDraft("alice")).toEqual(EMPTY_DRAFT);
    keepDraft("alice", draft);
    expect(readDraft("alice")).toEqual(draft);
    expect(readDraft("bob")).toEqual(EMPTY_DRAFT);
    forgetDraft();
    expect(readDraft("alice")).toEqual(EMPTY_DRAFT);
  });

  it.each(["https://user:hunter2@api.example/m", "https://api.example/m?token=hunter2"])(
    "holds no address that may carry a secret: %s",
    (metricsEndpoint) => {
      keepDraft("alice", { ...draft, metricsEndpoint });
      expect([...kept.values()].join()).not.toContain("hunter2");
      expect(readDraft("alice")).toEqual({ ...draft, metricsEndpoint: "" });
    },
  );

  it("is empty when what is stored is something else, or storage is forbidden", () => {
    for (const text of ["", "{", "1", "null", '{"accountId":"alice","draft":{"name":1}}']) {
      kept.set("pulsekeep.project.draft", text);
      expect(readDraft("alice")).toEqual(EMPTY_DRAFT);
    }
    vi.stubGlobal("sessionStorage", undefined);
    expect(() => keepDraft("alice", draft)).not.toThrow();
    expect(readDraft("alice")).toEqual(EMPTY_DRAFT);
  });
});
