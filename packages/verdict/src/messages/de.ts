import { deHints } from "./de-hints.js";
import type { Dictionary } from "./message-key.js";

export const de: Dictionary = {
  "metric.requests_per_sec": "Verkehr",
  "metric.latency_p95": "Latenz (p95)",
  "metric.error_rate": "Fehlerrate",
  "metric.cpu_usage": "CPU-Last",
  "metric.memory_usage": "Speicher",
  "unit.per_second": "{number} Anfr./s",
  "unit.milliseconds": "{number} ms",
  "samples.one": "1 Messung",
  "samples.many": "{number} Messungen",
  "samples.only_none": "keine Messung",
  "samples.only_one": "nur 1 Messung",
  "samples.only_many": "nur {number} Messungen",
  "reason.collecting": "Beobachtung läuft: {samples} von {expected} Messungen.",
  "reason.no_regression":
    "Keine Metrik weicht über das Rauschen ihrer Vergleichszeit hinaus um etwas ab, das zählt ({count} beurteilt).",
  "reason.regressed":
    "{metric}: von {before|value} auf {after|value}, mehr als in {rank} von {total} vergleichbaren Fenstern vor dem Deployment.",
  "reason.spread_changed":
    "{metric}: schwankt {factor}-mal so stark wie vorher; das Niveau ist gleich geblieben.",
  "reason.went_away":
    "{metric}: stieg eine Zeit lang von {before|value} auf {after|value}; die letzten Messungen sind wieder normal.",
  "reason.traffic_went_away":
    "{metric}: fiel eine Zeit lang von {before|value} auf {after|value}; die letzten Messungen sind wieder normal.",
  "reason.interruption":
    "In {samples|samples} wurde keine Anfrage beantwortet; in der Vergleichszeit kam das nie vor.",
  "reason.guardrail":
    "{metric}: Grenze von {limit|value} verletzt, {share|percent} der Messungen liegen jenseits von {secured|value}.",
  "reason.pre_existing": "{metric}: jenseits der Grenze von {limit|value}, auch schon vor dem Deployment.",
  "reason.silent": "{metric}: vor dem Deployment gemeldet, seither nicht mehr.",
  "reason.fell_silent": "{metric}: nicht mehr gemeldet, die letzten {samples} Messungen kamen ohne.",
  "reason.no_samples": "Seit dem Deployment kam keine Messung.",
  "reason.unseen":
    "Messungen kamen nur für einen Teil des Fensters ({samples} von {expected}); was im Rest geschah, ist unbekannt.",
  "reason.nothing_user_facing": "Weder Fehler noch Latenz noch Verkehr ließen sich beurteilen.",
  "reason.baseline_too_short": "{metric}: {samples|only} von vor dem Deployment.",
  "reason.too_few_samples": "{metric}: {samples|only} seit dem Deployment.",
  "reason.too_few_requests": "{metric}: zu wenige Anfragen seit dem Deployment für eine Schätzung.",
  "reason.latency_doubled": "{metric}: das {factor}-Fache der Vergleichszeit.",
  "reason.user_facing_critical":
    "{metric}: deutlich belegt verschlechtert, allein genug, um das Zurückrollen zu empfehlen.",
  "reason.two_user_facing": "{count} Metriken, die Nutzer spüren, haben sich zugleich verschlechtert.",
  "reason.resource_only": "{metric}: allein nur eine Warnung, denn Nutzer spüren noch nichts.",
  "reason.not_strong_enough": "{metric}: allein nicht stark genug, um das Zurückrollen zu empfehlen.",
  "reason.early":
    "Der Beleg nach {samples} von {expected} Messungen gilt bei jedem Hinsehen; Warten ist unnötig.",
  "reason.improved": "{metric}: verbessert von {before|value} auf {after|value}.",
  "reason.dry_run":
    "{metric}: verschlechtert, aber laut Richtlinie nur auf Probe und ohne Einfluss auf dieses Urteil.",
  "reason.pipeline_failed": "Die Pipeline meldete einen Fehlschlag.",
  "quality.no_samples": "Seit dem Deployment kam keine Messung.",
  "quality.coverage": "Nur {share|percent} der erwarteten Messungen kamen an.",
  "quality.gap": "Die längste Lücke zwischen zwei Messungen beträgt {seconds} s.",
  "quality.baseline_missing": "{samples|only} von vor dem Deployment: keine Vergleichszeit.",
  "quality.baseline_short": "{samples|only} von vor dem Deployment: kurze Vergleichszeit.",
  "would.regress":
    "{metric}: {level|value} oder schlechter bis zum Ende des Fensters gälte als Verschlechterung.",
  "would.recover": "{metric}: zurück innerhalb von {level|value} gälte als normal.",
  "would.report": "{metric}: muss wieder gemeldet werden.",
  "would.more_samples": "{metric}: für ein Urteil fehlen Messungen oder Anfragen.",
  "would.unmute": "{metric}: stummgeschaltet, zählt im Urteil nicht.",
  "would.return": "{metric}: ein Rückfall gälte als Verschlechterung.",
  ...deHints,
};
