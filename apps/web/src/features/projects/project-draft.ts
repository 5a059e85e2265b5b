import {
  DEFAULT_OBSERVATION,
  type ProjectCreate,
  projectCreateSchema,
} from "@pulsekeep/contracts/api/projects";
import { parseEnvironments } from "./environments";
import type { Stack } from "./stack-field";

/** A project as it is being written down: texts as they were typed. */
export type ProjectDraft = {
  name: string;
  description: string;
  stack: Stack | "";
  environments: string;
  metricsEndpoint: string;
  windowSeconds: string;
  sampleSeconds: string;
  baselineSeconds: string;
  baselineEnabled: boolean;
};
export type DraftField = keyof ProjectDraft;

export const EMPTY_DRAFT: ProjectDraft = {
  name: "",
  description: "",
  stack: "",
  environments: "prod",
  metricsEndpoint: "",
  windowSeconds: String(DEFAULT_OBSERVATION.windowSeconds),
  sampleSeconds: String(DEFAULT_OBSERVATION.sampleSeconds),
  baselineSeconds: String(DEFAULT_OBSERVATION.baselineSeconds),
  baselineEnabled: DEFAULT_OBSERVATION.baselineEnabled,
};

/** In the order of the page. */
export const DRAFT_FIELDS = Object.keys(EMPTY_DRAFT) as DraftField[];

/** What the API is asked for; fields that were left empty are absent. */
export function toProjectCreate(draft: ProjectDraft): ProjectCreate {
  const { stack } = draft;
  const [description, metricsEndpoint] = [draft.description.trim(), draft.metricsEndpoint.trim()];
  return {
    name: draft.name,
    ...(description === "" ? {} : { description }),
    ...(stack === "" ? {} : { stack }),
    environments: parseEnvironments(draft.environments),
    ...(metricsEndpoint === "" ? {} : { metricsEndpoint }),
    observation: {
      windowSeconds: toSeconds(draft.windowSeconds),
      sampleSeconds: toSeconds(draft.sampleSeconds),
      baselineSeconds: toSeconds(draft.baselineSeconds),
      baselineEnabled: draft.baselineEnabled,
    },
  };
}

/** The fields that the API would refuse, in the order of the page. */
export function listFaults(draft: ProjectDraft): DraftField[] {
  const { error } = projectCreateSchema.safeParse(toProjectCreate(draft));
  const faulty = new Set(error?.issues.map(({ path }) => findField(path.join("."))));
  return DRAFT_FIELDS.filter((field) => faulty.has(field));
}

type Refusal = { code: string; fields: ReadonlyArray<{ path: string }> };

/** Which field a refusal of the API is about; undefined when it is about none of them. */
export function findRefusedField({ code, fields }: Refusal): DraftField | undefined {
  if (code === "ENDPOINT_INVALID_FORMAT") return "metricsEndpoint";
  for (const { path } of fields) {
    const field = findField(path);
    if (field) return field;
  }
  return undefined;
}

/** `environments.0` is the environments' field, `observation.windowSeconds` the window's. */
function findField(path: string): DraftField | undefined {
  const names = path.split(/[./[\]]+/);
  return DRAFT_FIELDS.find((field) => names.includes(field));
}

/** An empty text is no zero. */
const toSeconds = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
