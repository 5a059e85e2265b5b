import type { PulseCreate } from "@pulsekeep/contracts/api/pulses";
import type { MessageSettings, Schedule } from "@pulsekeep/contracts/schedule";
import { commitParamsSchema } from "@pulsekeep/contracts/worker-protocol";
import { findScheduleFault, findTemplateFault } from "@pulsekeep/schedule";
import { AppError } from "../../http/app-error.js";

/** @throws AppError `invalid_schedule`, with the character that it stumbles over */
export function refuseFaultySchedule(schedule: Schedule): void {
  const fault = findScheduleFault(schedule);
  if (fault)
    throw new AppError("invalid_schedule", {
      errors: [{ path: "schedule", message: `${fault.reason} (at character ${fault.position + 1})` }],
    });
}

/** What turns the text around it, so that a line reads as something else than it is. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/;
const VISIBLE = /[^\p{C}\p{Z}\p{M}]/u;

/** @throws AppError `invalid_input`, naming each template */
export function refuseFaultyTemplates(message: MessageSettings | undefined): void {
  const errors = (message?.templates ?? []).flatMap((template, index) => {
    const fault = findLineFault(template) ?? findTemplateFault(template);
    return fault === undefined
      ? []
      : [
          {
            path: `message.templates.${index}`,
            message: `${fault.reason} (at character ${fault.position + 1})`,
          },
        ];
  });
  if (errors.length > 0) throw new AppError("invalid_input", { errors });
}

function findLineFault(template: string): { reason: string; position: number } | undefined {
  // The worker's own mark: in a template it would make another run look done.
  if (/^\s*Pulse-Run:/i.test(template))
    return { reason: "A line cannot begin with Pulse-Run:.", position: 0 };
  if (!VISIBLE.test(template)) return { reason: "The line shows nothing.", position: 0 };
  const position = template.search(TURNING);
  return position < 0
    ? undefined
    : { reason: "Marks that turn the direction of text are not allowed.", position };
}

/** A target that no signal could carry would fail each run, hours later. */
export function refuseFaultyTarget(target: PulseCreate["target"]): void {
  const [owner, repo] = target?.repository?.split("/") ?? [];
  const branch = target?.branch ?? null;
  const { shape } = commitParamsSchema;
  const faulty = [
    ...(owner === undefined || (shape.owner.safeParse(owner).success && shape.repo.safeParse(repo).success)
      ? []
      : ["target.repository"]),
    ...(branch === null || shape.branch.safeParse(branch).success ? [] : ["target.branch"]),
  ];
  if (faulty.length > 0)
    throw new AppError("invalid_input", {
      errors: faulty.map((path) => ({ path, message: "not a name that a worker can write to" })),
    });
}
