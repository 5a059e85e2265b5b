export const PROJECT_TABS = [
  "overview",
  "deployments",
  "diagnostics",
  "policy",
  "integration",
  "settings",
] as const;
export type ProjectTab = (typeof PROJECT_TABS)[number];

export function parseProjectTab(value: string | string[] | undefined): ProjectTab {
  return PROJECT_TABS.find((it) => it === value) ?? "overview";
}
