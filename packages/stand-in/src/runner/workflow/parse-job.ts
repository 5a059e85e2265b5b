import type { StepAction, WorkflowJob, WorkflowStep } from "./workflow.js";
import type { WorkflowNode } from "./workflow-node.js";
import { parseConcurrency, parseDefaults, parsePermissions } from "./parse-settings.js";

const JOB_KEYS =
  "name runs-on needs if permissions env defaults concurrency outputs timeout-minutes continue-on-error steps".split(
    " ",
  );
const JOB_UNSUPPORTED = ["strategy", "container", "services", "environment", "uses", "with", "secrets"];
const STEP_KEYS =
  "id name if env run shell working-directory uses with timeout-minutes continue-on-error".split(" ");
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idtimeout-minutes */
const DEFAULT_TIMEOUT_MINUTES = "360";

function parseAction(node: WorkflowNode, field: (key: string) => WorkflowNode): StepAction {
  const [run, uses] = [field("run"), field("uses")];
  if (run.isMissing === uses.isMissing) {
    throw node.refuse(
      run.isMissing ? "'uses' or 'run' is required" : "A step cannot have both 'uses' and 'run'",
    );
  }
  if (!uses.isMissing) return { kind: "uses", uses: uses.text(), with: field("with").textMap() };
  if (!field("with").isMissing) throw node.refuse("Unexpected value 'with'");
  return {
    kind: "run",
    script: run.text(),
    shell: field("shell").optionalText(),
    workingDirectory: field("working-directory").optionalText(),
  };
}

function parseStep(node: WorkflowNode): WorkflowStep {
  const field = node.fields(STEP_KEYS);
  const id = field("id").optionalText();
  if (id !== undefined && !IDENTIFIER.test(id)) throw field("id").refuse(`The identifier '${id}' is invalid`);
  return {
    id,
    name: field("name").optionalText(),
    if: field("if").condition(),
    env: field("env").textMap(),
    timeoutMinutes: field("timeout-minutes").optionalText(),
    continueOnError: field("continue-on-error").optionalText() ?? "false",
    action: parseAction(node, field),
  };
}

function refuseForeignSystem(runsOn: WorkflowNode): void {
  const labels = runsOn.isMap ? runsOn.fields(["labels"], ["group"])("labels").texts() : runsOn.texts();
  if (labels.length === 0) throw runsOn.refuse("'runs-on' is required");
  const foreign = labels.find((label) => /^(?:windows|macos)/i.test(label));
  if (foreign !== undefined) throw runsOn.refuse(`'${foreign}' is not supported by the local runner`);
}

function parseSteps(node: WorkflowNode): readonly WorkflowStep[] {
  const steps = node.items().map(parseStep);
  if (steps.length === 0) throw node.refuse("No steps defined in 'steps'");
  const ids = steps.flatMap((step) => (step.id === undefined ? [] : [step.id.toLowerCase()]));
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw node.refuse(`The identifier '${twice}' may not be used more than once`);
  return steps;
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobs */
export function parseJob(key: string, node: WorkflowNode): WorkflowJob {
  if (!IDENTIFIER.test(key)) throw node.refuse(`The identifier '${key}' is invalid`);
  const field = node.fields(JOB_KEYS, JOB_UNSUPPORTED);
  refuseForeignSystem(field("runs-on"));
  return {
    key,
    name: field("name").optionalText(),
    needs: field("needs").texts(),
    if: field("if").condition(),
    permissions: parsePermissions(field("permissions")),
    env: field("env").textMap(),
    defaults: parseDefaults(field("defaults")),
    concurrency: parseConcurrency(field("concurrency")),
    outputs: field("outputs").textMap(),
    timeoutMinutes: field("timeout-minutes").optionalText() ?? DEFAULT_TIMEOUT_MINUTES,
    continueOnError: field("continue-on-error").optionalText() ?? "false",
    steps: parseSteps(field("steps")),
  };
}
