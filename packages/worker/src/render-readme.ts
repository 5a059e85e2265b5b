import { DATA_FOLDER } from "./render-allow-list.js";

/** Writes the README of a worker's repository. */
export function renderReadme(): string {
  return `# Your KeepStreak worker

This private repository runs your pulses. GitHub wakes it on a schedule, it asks your KeepStreak server for
signed instructions, carries them out with the token that GitHub gives this run, and reports back.

| file | what it is | who changes it |
| --- | --- | --- |
| \`worker.mjs\` | the script, one readable file without dependencies | a release, in a commit that you see |
| \`allow.json\` | what the script may do; it refuses everything else | only you |
| \`.github/workflows/pulse.yml\` | when it wakes and with which rights | only you |
| \`${DATA_FOLDER}/\` | what your pulses write | the script |

## Who holds what
- Two Actions secrets: \`KEEPSTREAK_CLIENT_ID\` says who the worker is, \`HANDSHAKE_SECRET\` lets server and worker
  recognise each other. The server holds the same handshake secret, sealed.
- No GitHub token leaves this repository: each run gets its own, and it ends with the run.

## allow.json
- \`kinds\`: what may be done at all.
- \`repositories\`: where. \`branches\`, if you add it: the only branches there that commits go to, by their full
  names, as in \`"branches": ["main"]\`; without it, any.
- \`dataFolder\`: the only folder that commits write to, and only to .md, .txt, .log, .csv and .json files.
- \`workflows\`: files below \`.github/workflows\` that may be kept enabled or started, each with the inputs it may be
  given, by regular expressions that must match the whole of a value. A workflow that declares an input
  \`keepstreak_run\` and shows it in its \`run-name\` can be found again when the answer to its start is lost.
- \`dailyCaps\`: most commits a day (\`commit\`), and most starts (\`dispatch\`, 24 unless told; \`rollback\`, 3).
- \`updates\`: what becomes of a signed release of the script: \`ask\` puts it on a branch for you to merge, \`auto\`
  installs it, \`pinned\` refuses it.

For example, to let a pulse start \`nightly.yml\` with one of two targets: add \`"dispatch"\` to \`kinds\`, and to
\`workflows\`: \`"nightly.yml": { "inputs": { "target": "staging|test" } }\`.

The worker reads it at the default branch before it acts. A mistake in it makes the worker refuse everything.

## To stop it
Disable the workflow under *Actions*, or delete this repository.
`;
}
