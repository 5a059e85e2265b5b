import type { DeploymentDetail } from "@pulsekeep/contracts/api/deployments";

const MARKS = { critical: "!!", warning: " !", info: "  " } as const;

/** The verdict as lines of text: what, how sure, why, what to do. */
export function verdictLines(deployment: DeploymentDetail, pageUrl: string): string[] {
  const { verdict, verdictState, confidence } = deployment;
  const sure = confidence === null ? "" : ` (confidence ${Math.round(confidence * 100)} %)`;
  const lines = ["", `Verdict: ${verdictState}${sure}`];
  if (verdict) {
    const { coverage, preSamples, postSamples } = verdict.quality;
    lines.push(
      `  from ${preSamples} samples before and ${postSamples} after, ${Math.round(coverage * 100)} % of those due`,
    );
    if (verdict.reasons.length > 0) lines.push("Reasons:");
    for (const { message } of verdict.reasons) lines.push(`  - ${message.text}`);
    if (verdict.hints.length > 0) lines.push("Hints:");
    for (const hint of verdict.hints) {
      lines.push(`  ${MARKS[hint.severity]} ${hint.title.text}: ${hint.cause.text}`);
      for (const action of hint.actions) lines.push(`       ${action.text}`);
    }
  }
  return [...lines, "", `Page: ${pageUrl}`];
}
