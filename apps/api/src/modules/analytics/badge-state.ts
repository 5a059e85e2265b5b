import type { BadgeState } from "@pulsekeep/contracts/api/analytics";
import type { Locale } from "@pulsekeep/contracts/api/shared";

type ShownState = NonNullable<BadgeState["state"]> | "none";

/** Dark enough for white letters (WCAG AA). */
const COLORS: Record<ShownState, string> = {
  none: "#5b6573",
  collecting: "#1d64b0",
  ok: "#1f7a4d",
  warning: "#9a5b00",
  rollback_recommended: "#b3261e",
  inconclusive: "#5b6573",
};

const WORDS: Record<Locale, Record<ShownState, string>> = {
  en: {
    none: "no deployment yet",
    collecting: "collecting",
    ok: "ok",
    warning: "warning",
    rollback_recommended: "rollback recommended",
    inconclusive: "inconclusive",
  },
  fr: {
    none: "aucun déploiement",
    collecting: "collecte en cours",
    ok: "ok",
    warning: "alerte",
    rollback_recommended: "retour arrière conseillé",
    inconclusive: "non concluant",
  },
  es: {
    none: "sin despliegues",
    collecting: "recogiendo datos",
    ok: "ok",
    warning: "aviso",
    rollback_recommended: "reversión recomendada",
    inconclusive: "no concluyente",
  },
  de: {
    none: "noch kein Deployment",
    collecting: "sammelt Messungen",
    ok: "ok",
    warning: "Warnung",
    rollback_recommended: "Zurückrollen empfohlen",
    inconclusive: "nicht eindeutig",
  },
};

/** What is said after the state; `late` goes with a warning, whatever the verdict was. */
const MARKS: Record<Locale, { dryRun: string; late: string }> = {
  en: { dryRun: "dry run", late: "found later" },
  fr: { dryRun: "à l'essai", late: "constatée plus tard" },
  es: { dryRun: "en prueba", late: "detectado después" },
  de: { dryRun: "Probelauf", late: "später bemerkt" },
};

export type LatestDeployment = Pick<BadgeState, "state" | "dryRun" | "lateWarning" | "startedAt">;

/** What a badge says of the latest deployment. Pure. */
export function toBadgeState(latest: LatestDeployment, label: string, locale: Locale): BadgeState {
  const { state, dryRun, lateWarning } = latest;
  const isWorseNow = lateWarning && (state === "ok" || state === "inconclusive");
  const shown = isWorseNow ? "warning" : (state ?? "none");
  const marks = [...(isWorseNow ? [MARKS[locale].late] : []), ...(dryRun ? [MARKS[locale].dryRun] : [])];
  return {
    schemaVersion: 1,
    label,
    message: WORDS[locale][shown] + (marks.length > 0 ? ` (${marks.join(", ")})` : ""),
    // Nothing follows from a dry run, so it does not alarm either.
    color: COLORS[dryRun && shown !== "ok" ? "none" : shown],
    ...latest,
  };
}
