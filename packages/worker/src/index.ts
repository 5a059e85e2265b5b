export { isMarker, MARKER_PATH } from "./marker.js";
export { ALLOW_LIST_PATH, DATA_FOLDER, renderAllowList } from "./render-allow-list.js";
export { renderReadme } from "./render-readme.js";
export { renderWorkflow, WORKFLOW_PATH } from "./render-workflow.js";
export { readWorkerRelease, type WorkerRelease } from "./worker-release.js";
