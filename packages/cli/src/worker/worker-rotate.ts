import { CliFailure } from "../command-line/cli-failure.js";
import type { Command, Request } from "../command-line/command.js";
import { SERVER_OPTION } from "../server-address.js";
import type { Terminal } from "../terminal/terminal.js";
import { CONFIG_OPTION, findWorkerFile, workerFilePath } from "./worker-file.js";
import { workerInit } from "./worker-init.js";

export const workerRotate: Command = {
  words: ["worker", "rotate"],
  summary: "Replace the root secret of the worker of this machine, from this machine.",
  description: [
    "A root expires 180 days after it was made. The worker's page shows a one-time code for another one; this puts it where the worker reads it. The old root goes on until the new one was used for the first time, so no run is missed.",
    `The same as "worker init" with the repository and the kind that the worker has.`,
  ],
  options: { code: workerInit.options["code"] ?? { help: "" }, config: CONFIG_OPTION, server: SERVER_OPTION },
  exits: workerInit.exits,
  examples: ["pulsekeep worker rotate"],
  run: rotate,
};

async function rotate({ options, operands, json }: Request, terminal: Terminal): Promise<number> {
  const path = workerFilePath(options, terminal);
  const file = await findWorkerFile(path);
  if (file === undefined) {
    throw new CliFailure("no_worker", `There is no worker's file at ${path}.`, {
      hint: `"pulsekeep worker init" with the code of that worker does the same where no file is.`,
      exitCode: 2,
    });
  }
  const repository = file.repository.slice(file.repository.indexOf("/") + 1);
  const own = { server: file.serverUrl, repository, resident: file.kind === "resident" };
  const env = { ...terminal.env, GITHUB_API_URL: file.githubApiUrl };
  return workerInit.run({ options: { ...own, ...options }, operands, json }, { ...terminal, env });
}
