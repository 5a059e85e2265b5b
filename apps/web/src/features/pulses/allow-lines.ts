import type { PulseTask } from "@pulsekeep/contracts/api/pulses";

/** What a worker's `allow.json` must hold so that it takes a task, as the lines to put there. */
export function writeAllowLines(task: PulseTask): string {
  const inputs = task.kind === "dispatch" ? task.inputs : {};
  const files = task.kind === "dispatch" ? [task.workflow] : task.workflows;
  const patterns = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, escape(value)]));
  const workflows = Object.fromEntries(files.map((file) => [file, { inputs: patterns }]));
  const lines = JSON.stringify({ kinds: [task.kind], workflows }, null, 2).split("\n");
  return lines
    .slice(1, -1)
    .map((line) => line.slice(2))
    .join("\n");
}

const escape = (value: string): string => value.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
