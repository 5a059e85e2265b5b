import { frHints } from "./fr-hints.js";
import type { Dictionary } from "./message-key.js";

export const fr: Dictionary = {
  "metric.requests_per_sec": "Trafic",
  "metric.latency_p95": "Latence (p95)",
  "metric.error_rate": "Taux d’erreur",
  "metric.cpu_usage": "Charge CPU",
  "metric.memory_usage": "Mémoire",
  "unit.per_second": "{number} req/s",
  "unit.milliseconds": "{number} ms",
  "samples.one": "1 échantillon",
  "samples.many": "{number} échantillons",
  "samples.only_none": "aucun échantillon",
  "samples.only_one": "1 seul échantillon",
  "samples.only_many": "seulement {number} échantillons",
  "reason.collecting": "Observation en cours : {samples} échantillons sur {expected}.",
  "reason.no_regression":
    "Aucune métrique ne s’écarte du bruit de sa référence d’un changement qui compte ({count} jugées).",
  "reason.regressed":
    "{metric} : de {before|value} à {after|value}, plus que dans {rank} des {total} fenêtres comparables d’avant le déploiement.",
  "reason.spread_changed": "{metric} : varie {factor} fois autant qu’avant ; son niveau n’a pas bougé.",
  "reason.went_away":
    "{metric} : montée de {before|value} à {after|value} pendant un moment, puis retour à la normale.",
  "reason.traffic_went_away":
    "{metric} : chute de {before|value} à {after|value} pendant un moment, puis retour à la normale.",
  "reason.interruption":
    "Dans {samples|samples}, aucune requête n’a reçu de réponse ; la référence n’en compte aucun.",
  "reason.guardrail":
    "{metric} : limite de {limit|value} dépassée, {share|percent} des échantillons sont au-delà de {secured|value}.",
  "reason.pre_existing": "{metric} : au-delà de la limite de {limit|value}, déjà avant le déploiement.",
  "reason.silent": "{metric} : mesurée avant le déploiement, plus depuis.",
  "reason.fell_silent":
    "{metric} : plus mesurée, les {samples} derniers échantillons sont arrivés sans valeur.",
  "reason.no_samples": "Aucun échantillon n’est arrivé depuis le déploiement.",
  "reason.unseen":
    "Les échantillons ne couvrent qu’une partie de la fenêtre ({samples} sur {expected}) : on ignore ce qui s’est passé pendant le reste.",
  "reason.nothing_user_facing": "Ni les erreurs, ni la latence, ni le trafic n’ont pu être jugés.",
  "reason.baseline_too_short": "{metric} : {samples|only} d’avant le déploiement.",
  "reason.too_few_samples": "{metric} : {samples|only} depuis le déploiement.",
  "reason.too_few_requests": "{metric} : trop peu de requêtes depuis le déploiement pour une estimation.",
  "reason.latency_doubled": "{metric} : {factor} fois sa référence.",
  "reason.user_facing_critical":
    "{metric} : dégradation nettement établie, suffisante à elle seule pour recommander un retour arrière.",
  "reason.two_user_facing": "{count} métriques que les utilisateurs ressentent se sont dégradées ensemble.",
  "reason.resource_only":
    "{metric} : seule, elle ne fait qu’avertir, car les utilisateurs ne ressentent encore rien.",
  "reason.not_strong_enough": "{metric} : pas assez forte à elle seule pour recommander un retour arrière.",
  "reason.early":
    "Les preuves après {samples} échantillons sur {expected} tiennent à chaque lecture ; inutile d’attendre.",
  "reason.improved": "{metric} : amélioration de {before|value} à {after|value}.",
  "reason.dry_run":
    "{metric} : dégradation, mais la politique ne l’observe qu’à l’essai, sans effet sur ce verdict.",
  "reason.pipeline_failed": "Le pipeline a signalé un échec.",
  "quality.no_samples": "Aucun échantillon n’est arrivé depuis le déploiement.",
  "quality.coverage": "Seuls {share|percent} des échantillons attendus sont arrivés.",
  "quality.gap": "Le plus long trou entre deux échantillons est de {seconds} s.",
  "quality.baseline_missing": "{samples|only} d’avant le déploiement : pas de référence.",
  "quality.baseline_short": "{samples|only} d’avant le déploiement : référence courte.",
  "would.regress":
    "{metric} : {level|value} ou pire jusqu’à la fin de la fenêtre compterait comme une dégradation.",
  "would.recover": "{metric} : un retour en deçà de {level|value} compterait comme normal.",
  "would.report": "{metric} : doit être de nouveau mesurée.",
  "would.more_samples": "{metric} : il faut plus d’échantillons ou de requêtes pour juger.",
  "would.unmute": "{metric} : mise en sourdine, elle ne compte pas dans le verdict.",
  "would.return": "{metric} : une rechute compterait comme une dégradation.",
  ...frHints,
};
