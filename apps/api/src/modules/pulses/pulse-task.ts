import {
  type PulseCreate,
  type PulseTask,
  type PulseUpdate,
  pulseTaskSchema,
} from "@pulsekeep/contracts/api/pulses";
import { type CommitChange, commitChangeSchema } from "@pulsekeep/contracts/schedule";
import { AppError } from "../../http/app-error.js";
import type { PulseRow } from "./pulse-view.js";

const DEFAULT_CHANGE: CommitChange = { kind: "journal", folder: "pulse" };

/** What a new pulse does, as it is kept: how its commits change a file, or its task. */
export const taskOf = ({ kind, change, task }: PulseCreate): CommitChange | PulseTask =>
  (kind === "commit" ? undefined : task) ?? change ?? DEFAULT_CHANGE;

/** The workflow that a pulse starts, if it is of that kind. */
export const workflowOf = ({ task }: Pick<PulseCreate, "task">): string | undefined =>
  task?.kind === "dispatch" ? task.workflow : undefined;

/**
 * What an edit makes of it; nothing when the edit leaves it alone.
 *
 * @throws AppError `invalid_input` for a task of another kind, or to start another workflow: its runs would be out of
 *   order with those of their lane
 */
export function taskColumn(
  row: Pick<PulseRow, "kind" | "change">,
  { change, task }: Pick<PulseUpdate, "change" | "task">,
): { change?: CommitChange | PulseTask } {
  if (row.kind === "commit" && !task) return change ? { change } : {};
  if (!task) return {};
  const before = pulseTaskSchema.safeParse(row.change);
  const isSame =
    before.data?.kind === task.kind &&
    (before.data.kind !== "dispatch" || task.kind !== "dispatch" || before.data.workflow === task.workflow);
  if (!isSame)
    throw new AppError("invalid_input", {
      errors: [{ path: "task", message: "a pulse keeps its kind and the workflow that it starts" }],
    });
  return { change: task };
}

/** Both views of what is kept, of which one is null. */
export const readTask = ({ kind, change }: Pick<PulseRow, "kind" | "change">) =>
  kind === "commit"
    ? { change: commitChangeSchema.parse(change), task: null }
    : { change: null, task: pulseTaskSchema.parse(change) };
