import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const readJson = <T>(file: string): T => JSON.parse(readFileSync(path.join(checkout, file), "utf8")) as T;

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
}
interface Lock {
  lockfileVersion: number;
  packages: Record<
    string,
    { integrity?: string; hasInstallScript?: boolean; link?: boolean; resolved?: string }
  >;
}

const workspaces = ["apps", "packages", "examples"].flatMap((folder) =>
  readdirSync(path.join(checkout, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}/package.json`),
);
const manifests = ["package.json", ...workspaces].map((file) => readJson<Manifest>(file));

describe("what a release is built from", () => {
  it("UPD-12 is pinned: every dependency by its exact version, every package by its hash", () => {
    const ranges = manifests.flatMap(({ dependencies, devDependencies, optionalDependencies }) =>
      Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }),
    );
    expect(ranges.length).toBeGreaterThan(50);
    const loose = ranges.filter(
      ([name, range]) => name !== "@types/node" && !/^(?:npm:[^@]+@)?\d+\.\d+\.\d+/.test(range),
    );
    expect(loose).toEqual([]);
    const { lockfileVersion, packages } = readJson<Lock>("package-lock.json");
    expect(lockfileVersion).toBe(3);
    const foreign = Object.entries(packages).filter(
      ([name, { link }]) => name.includes("node_modules/") && !link,
    );
    expect(foreign.length).toBeGreaterThan(300);
    expect(
      foreign.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([name]) => name),
    ).toEqual([]);
    const elsewhere = foreign.filter(
      ([, { resolved }]) => resolved !== undefined && /^(?:git|http:|file:)/.test(resolved),
    );
    expect(elsewhere).toEqual([]);
  });

  it("UPD-12 has no install script that nobody has decided on, and few that run", () => {
    const { allowScripts = {} } = readJson<Manifest>("package.json");
    const { packages } = readJson<Lock>("package-lock.json");
    const scripted = Object.entries(packages).flatMap(([name, { hasInstallScript }]) =>
      hasInstallScript ? [name.slice(name.lastIndexOf("node_modules/") + "node_modules/".length)] : [],
    );
    expect(scripted.length).toBeGreaterThan(0);
    expect(scripted.filter((name) => !Object.hasOwn(allowScripts, name))).toEqual([]);
    expect(Object.values(allowScripts).filter(Boolean).length).toBeLessThan(8);
  });

  it("UPD-12 has no code of anybody else in the worker: neither it nor what is bundled into it depends on a package", () => {
    for (const name of ["worker", "signing"])
      expect(readJson<Manifest>(`packages/${name}/package.json`).dependencies ?? {}).toEqual({});
  });
});
