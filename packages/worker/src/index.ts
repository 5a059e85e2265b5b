export { isMarker, MARKER_PATH } from "./marker.js";
export { ALLOW_LIST_PATH, DATA_FOLDER, renderAllowList } from "./render-allow-list.js";
export { renderReadme } from "./render-readme.js";
export { renderWorkflow } from "./render-workflow.js";
export { WORKFLOW_PATH } from "./workflow-path.js";
export { readWorkerRelease, type WorkerRelease } from "./worker-release.js";
