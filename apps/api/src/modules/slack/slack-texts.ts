import type { Locale } from "@pulsekeep/contracts/api/shared";
import type { SlackKind } from "@pulsekeep/contracts/api/slack";
import type { VerdictState } from "@pulsekeep/verdict";

/** Words of the messages. `{name}` stands for a parameter. Only a recommended rollback is called critical. */
export type SlackTexts = {
  title: Record<SlackKind | "test", string>;
  lead: Record<Exclude<SlackKind, "first_verdict"> | "test", string>;
  verdict: Record<VerdictState, string>;
  label: Record<"environment" | "service" | "version" | "branch" | "verdict" | "confidence", string>;
  more: string;
  open: string;
};

export const SLACK_TEXTS: Record<Locale, SlackTexts> = {
  en: {
    title: {
      rollback_recommended: ":rotating_light: Critical: roll back {project}, deployment {number}?",
      warning: ":warning: Warning: {project}, deployment {number}",
      pipeline_failed: ":x: Pipeline failed: {project}, deployment {number}",
      first_verdict: ":mag: First verdict for {project}: {verdict}",
      late_warning: ":warning: Late warning: {project}, deployment {number}",
      test: ":wave: Test message for {project}",
    },
    lead: {
      rollback_recommended: "The service is clearly worse than before. A rollback is recommended.",
      warning:
        "Something got worse since this deployment, though not clearly enough to recommend a rollback.",
      pipeline_failed: "The pipeline reported a failure. This is what was measured afterwards.",
      late_warning:
        "A later look found the service worse than before the deployment. The verdict itself stays as it was.",
      test: "Messages about deployments of {project} will arrive here.",
    },
    verdict: {
      collecting: "still collecting",
      ok: "OK",
      warning: "warning",
      rollback_recommended: "rollback recommended",
      inconclusive: "inconclusive",
    },
    label: {
      environment: "Environment",
      service: "Service",
      version: "Version",
      branch: "Branch",
      verdict: "Verdict",
      confidence: "Confidence",
    },
    more: "… and {count} more on its page",
    open: "Open deployment {number}",
  },
  fr: {
    title: {
      rollback_recommended:
        ":rotating_light: Critique : revenir en arrière ? {project}, déploiement {number}",
      warning: ":warning: Avertissement : {project}, déploiement {number}",
      pipeline_failed: ":x: Échec du pipeline : {project}, déploiement {number}",
      first_verdict: ":mag: Premier verdict pour {project} : {verdict}",
      late_warning: ":warning: Alerte tardive : {project}, déploiement {number}",
      test: ":wave: Message de test pour {project}",
    },
    lead: {
      rollback_recommended:
        "Le service va nettement moins bien qu'avant. Un retour en arrière est recommandé.",
      warning:
        "Quelque chose s'est dégradé depuis ce déploiement, mais pas assez nettement pour recommander un retour en arrière.",
      pipeline_failed: "Le pipeline a signalé un échec. Voici ce qui a été mesuré ensuite.",
      late_warning:
        "Un nouvel examen montre que le service va moins bien qu'avant le déploiement. Le verdict lui-même ne change pas.",
      test: "Les messages sur les déploiements de {project} arriveront ici.",
    },
    verdict: {
      collecting: "mesure en cours",
      ok: "OK",
      warning: "avertissement",
      rollback_recommended: "retour en arrière recommandé",
      inconclusive: "non concluant",
    },
    label: {
      environment: "Environnement",
      service: "Service",
      version: "Version",
      branch: "Branche",
      verdict: "Verdict",
      confidence: "Confiance",
    },
    more: "… et {count} de plus sur sa page",
    open: "Ouvrir le déploiement {number}",
  },
  es: {
    title: {
      rollback_recommended: ":rotating_light: Crítico: ¿revertir? {project}, despliegue {number}",
      warning: ":warning: Advertencia: {project}, despliegue {number}",
      pipeline_failed: ":x: El pipeline ha fallado: {project}, despliegue {number}",
      first_verdict: ":mag: Primer veredicto de {project}: {verdict}",
      late_warning: ":warning: Aviso tardío: {project}, despliegue {number}",
      test: ":wave: Mensaje de prueba de {project}",
    },
    lead: {
      rollback_recommended: "El servicio funciona claramente peor que antes. Se recomienda revertirlo.",
      warning:
        "Algo ha empeorado desde este despliegue, aunque no con la claridad suficiente para recomendar revertirlo.",
      pipeline_failed: "El pipeline comunicó un fallo. Esto es lo que se midió después.",
      late_warning:
        "Una revisión posterior muestra que el servicio funciona peor que antes del despliegue. El veredicto en sí no cambia.",
      test: "Aquí llegarán los mensajes sobre los despliegues de {project}.",
    },
    verdict: {
      collecting: "midiendo aún",
      ok: "correcto",
      warning: "advertencia",
      rollback_recommended: "se recomienda revertir",
      inconclusive: "no concluyente",
    },
    label: {
      environment: "Entorno",
      service: "Servicio",
      version: "Versión",
      branch: "Rama",
      verdict: "Veredicto",
      confidence: "Confianza",
    },
    more: "… y {count} más en su página",
    open: "Abrir el despliegue {number}",
  },
  de: {
    title: {
      rollback_recommended: ":rotating_light: Kritisch: zurückrollen? {project}, Deployment {number}",
      warning: ":warning: Warnung: {project}, Deployment {number}",
      pipeline_failed: ":x: Pipeline fehlgeschlagen: {project}, Deployment {number}",
      first_verdict: ":mag: Erstes Urteil für {project}: {verdict}",
      late_warning: ":warning: Späte Warnung: {project}, Deployment {number}",
      test: ":wave: Testnachricht für {project}",
    },
    lead: {
      rollback_recommended: "Dem Dienst geht es deutlich schlechter als vorher. Ein Rollback wird empfohlen.",
      warning:
        "Seit diesem Deployment ist etwas schlechter geworden, aber nicht deutlich genug für eine Rollback-Empfehlung.",
      pipeline_failed: "Die Pipeline hat einen Fehler gemeldet. Das wurde danach gemessen.",
      late_warning:
        "Ein späterer Blick zeigt, dass es dem Dienst schlechter geht als vor dem Deployment. Das Urteil selbst bleibt, wie es war.",
      test: "Nachrichten über Deployments von {project} kommen hier an.",
    },
    verdict: {
      collecting: "misst noch",
      ok: "OK",
      warning: "Warnung",
      rollback_recommended: "Rollback empfohlen",
      inconclusive: "nicht eindeutig",
    },
    label: {
      environment: "Umgebung",
      service: "Dienst",
      version: "Version",
      branch: "Branch",
      verdict: "Urteil",
      confidence: "Sicherheit",
    },
    more: "… und {count} weitere auf seiner Seite",
    open: "Deployment {number} öffnen",
  },
};
