/** Where the workflow lies in the worker's repository. */
export const WORKFLOW_PATH = ".github/workflows/pulse.yml";
