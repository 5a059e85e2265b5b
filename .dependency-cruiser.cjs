// The import rules of ARCHITECTURE.md. Arrows point down, and a module is reached through its front door.
const purePackages = "^packages/(signing|schedule|verdict)/src/";
const ours = "^(apps|packages|examples|tools|bench|chaos|e2e)/";
// `test-*.ts` holds what several tests of one package share.
const tests = "(\\.test\\.tsx?|/test-[^/]+\\.ts)$";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "Two files that need each other are one file, or miss a third.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "pure-packages-stay-pure",
      comment: "signing, schedule and verdict compute; of ours they may use only contracts.",
      severity: "error",
      from: { path: purePackages, pathNot: tests },
      to: { path: ours, pathNot: ["^packages/contracts/src/", "$0"] },
    },
    {
      name: "pure-packages-do-no-io",
      comment: "No clock, environment, files or network; node:crypto computes and is allowed.",
      severity: "error",
      from: { path: purePackages, pathNot: [tests, "^packages/verdict/src/score"] },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|buffer|util)$" },
    },
    {
      name: "modules-through-their-front-door",
      comment:
        "Another module is reached through its module, service, queries or ports, never through its inside or tables.",
      severity: "error",
      from: { path: "^apps/api/src/modules/([^/]+)/", pathNot: tests },
      to: {
        path: "^apps/api/src/modules/([^/]+)/",
        pathNot: [
          "^apps/api/src/modules/$1/",
          "^apps/api/src/modules/[^/]+/[^/]+\\.(module|service|queries|ports)\\.ts$",
        ],
      },
    },
    {
      name: "platform-below-modules",
      comment: "The platform serves every module and knows none.",
      severity: "error",
      from: { path: "^apps/api/src/(platform|http)/", pathNot: tests },
      to: { path: "^apps/api/src/modules/" },
    },
    {
      name: "web-speaks-http-only",
      comment:
        "The web app reaches the API through its generated client. What it verifies itself is computed by the same code.",
      severity: "error",
      from: { path: "^apps/web/" },
      to: { path: ours, pathNot: ["^apps/web/", "^packages/contracts/", "^packages/signing/src/merkle/"] },
    },
    {
      name: "packages-below-apps",
      comment: "A package that imports an app is part of it.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(apps|examples|bench|chaos|e2e)/" },
    },
    {
      name: "stand-in-only-in-development",
      comment: "The product knows nothing of the stand-in but its address.",
      severity: "error",
      from: { path: ours, pathNot: ["^packages/stand-in/", "^tools/", "^e2e/", tests] },
      to: { path: "^packages/stand-in/" },
    },
    {
      name: "no-tests-in-production",
      comment: "Code that ships does not import code that only tests use.",
      severity: "error",
      from: { path: ours, pathNot: [tests, "^(e2e|tools)/", "^packages/database/src/testing/"] },
      to: { path: [tests, "^packages/database/src/testing/"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["/dist/", "/\\.next/", "next-env\\.d\\.ts$"] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "types", "node", "default"],
    },
  },
};
