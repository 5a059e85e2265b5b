import type { HintDictionary } from "./message-key.js";

export const frHints: HintDictionary = {
  "hint.service_degradation.title": "Dégradation du service",
  "hint.service_degradation.cause":
    "Les erreurs ({errors|percent}) et la latence ({latency_change|signed}) ont monté ensemble : un chemin du code ou ce qu’il appelle échoue lentement, souvent par expiration de délai.",
  "hint.partial_outage.title": "Panne partielle probable",
  "hint.partial_outage.cause":
    "Les erreurs ont monté et le trafic a baissé de {traffic_drop|percent} : une partie des instances ou des routes ne répond plus.",
  "hint.retry_storm.title": "Tempête de nouvelles tentatives probable",
  "hint.retry_storm.cause":
    "Erreurs et trafic ont monté ensemble : les clients répètent les requêtes en échec et chargent un service qui flanche.",
  "hint.high_errors.title": "Taux d’erreur élevé",
  "hint.high_errors.cause":
    "{errors|percent} des requêtes échouent, contre {errors_before|percent} avant : le plus souvent une exception sur un chemin modifié, un réglage absent ou un schéma incompatible.",
  "hint.high_latency.title": "Latence élevée",
  "hint.high_latency.cause":
    "Le 95e centile est passé de {latency_before|ms} à {latency|ms} ({latency_change|signed}).",
  "hint.compute_saturation.title": "Saturation de calcul probable",
  "hint.compute_saturation.cause":
    "Latence et CPU ont monté ensemble (CPU {cpu|percent}) : les requêtes attendent du temps processeur.",
  "hint.slow_dependency.title": "Dépendance lente probable",
  "hint.slow_dependency.cause":
    "La latence a monté, pas le CPU : les requêtes attendent autre chose, comme une requête SQL, un verrou ou un appel distant.",
  "hint.traffic_below_baseline.title": "Trafic sous sa référence",
  "hint.traffic_below_baseline.cause":
    "Les requêtes ont baissé de {traffic_drop|percent} : instances hors rotation, route cassée ou clients qui renoncent.",
  "hint.cpu_spike.title": "CPU au-dessus de sa référence",
  "hint.cpu_spike.cause":
    "Le CPU est passé de {cpu_before|percent} à {cpu|percent} : la nouvelle version travaille davantage pour les mêmes requêtes.",
  "hint.memory_above_limit.title": "Mémoire au-dessus de sa limite",
  "hint.memory_above_limit.cause":
    "La mémoire est à {memory|percent} : le système peut mettre fin au processus à tout moment.",
  "hint.memory_near_limit.title": "Mémoire proche de sa limite",
  "hint.memory_near_limit.cause": "La mémoire est à {memory|percent}, proche de sa limite.",
  "hint.memory_above_baseline.title": "Mémoire au-dessus de sa référence",
  "hint.memory_above_baseline.cause":
    "La mémoire est passée de {memory_before|percent} à {memory|percent} : caches plus grands, objets conservés ou fuite.",
  "hint.memory_leak.title": "Fuite de mémoire probable",
  "hint.memory_leak.cause":
    "La mémoire croît d’environ {memory_slope|points} points par heure depuis le déploiement.",
  "hint.critical_metric.title": "Une métrique critique s’est dégradée",
  "hint.critical_metric.cause": "{metric} : dégradée, et la politique du projet la dit critique.",
  "hint.guardrail_broken.title": "Limite dépassée",
  "hint.guardrail_broken.cause": "{metric} : au-delà d’une limite respectée avant le déploiement.",
  "hint.cold_start_only.title": "Simple démarrage à froid",
  "hint.cold_start_only.cause":
    "{metric} : moins bonne au début, puis revenue à la normale ; caches, connexions ou compilation se mettaient en route.",
  "hint.persistent_breach.title": "Dégradation persistante",
  "hint.persistent_breach.cause":
    "{metric} : hors de sa référence dans {breach_share|percent} des échantillons, sans retour spontané.",
  "hint.started_with_deployment.title": "Commence avec le déploiement",
  "hint.started_with_deployment.cause":
    "{metric} : moins bonne dès les premiers échantillons ; la nouvelle version est le premier suspect.",
  "hint.started_later.title": "Commence un moment après le déploiement",
  "hint.started_later.cause":
    "{metric} : dégradée {onset_seconds|seconds} s après le premier échantillon ; cherchez ce qui s’accumule, une tâche planifiée ou un changement extérieur.",
  "hint.resources_steady.title": "Ressources stables",
  "hint.resources_steady.cause":
    "CPU et mémoire n’ont pas bougé : la capacité n’est pas en cause ; le code, un réglage ou une dépendance l’est.",
  "hint.users_unaffected.title": "Les utilisateurs ne le ressentent pas encore",
  "hint.users_unaffected.cause": "Erreurs et latence sont restées dans leur référence.",
  "hint.review_changes.title": "Ce que ce déploiement a changé",
  "hint.review_changes.cause":
    "La comparaison se fait avec la version d’avant : tout ce qui diffère entre les deux est la liste des suspects.",
  "hint.pre_existing_condition.title": "Problème antérieur",
  "hint.pre_existing_condition.cause":
    "{metric} : au-delà de sa limite avant le déploiement ; il n’en est pas la cause.",
  "hint.latency_improved.title": "Latence améliorée",
  "hint.latency_improved.cause":
    "Le 95e centile est passé de {latency_before|ms} à {latency|ms} ({latency_change|signed}).",
  "hint.baseline_too_short.title": "Référence trop courte",
  "hint.baseline_too_short.cause":
    "{pre_samples|only} d’avant le déploiement : le bruit normal du service est à peine connu.",
  "hint.metric_silent.title": "Une métrique s’est tue",
  "hint.metric_silent.cause":
    "{metric} : mesurée avant le déploiement, plus depuis ; on ne peut rien en dire.",
  "hint.data_quality.title": "Mesures incomplètes",
  "hint.data_quality.cause":
    "{coverage|percent} des échantillons attendus sont arrivés ; on ignore ce qui s’est passé entre-temps.",
  "hint.low_traffic.title": "Trop peu de trafic pour juger",
  "hint.low_traffic.cause":
    "Il y a eu trop peu de requêtes depuis le déploiement pour estimer un taux d’erreur.",
  "hint.pipeline_failed_healthy.title": "Pipeline en échec, métriques saines",
  "hint.pipeline_failed_healthy.cause":
    "Le pipeline a signalé un échec, mais rien ne s’est dégradé dans les métriques : la nouvelle version ne tourne peut-être pas du tout.",
  "hint.pipeline_failed_degraded.title": "Pipeline en échec, métriques dégradées",
  "hint.pipeline_failed_degraded.cause":
    "Le pipeline a signalé un échec et les métriques se sont dégradées : le déploiement s’est peut-être arrêté à mi-chemin.",
  "hint.unspecific.title": "Aucune cause précise trouvée",
  "hint.unspecific.cause": "Les métriques se sont dégradées d’une façon qui ne suit aucun schéma connu.",
  "action.roll_back": "Revenez à la version précédente, puis cherchez la cause.",
  "action.read_error_logs": "Lisez les journaux d’erreurs depuis le déploiement, par route et par exception.",
  "action.compare_routes": "Comparez les routes : une seule en échec désigne sa dernière modification.",
  "action.check_settings": "Vérifiez réglages, secrets et migrations de schéma de la nouvelle version.",
  "action.check_timeouts": "Vérifiez délais et pools de connexions vers les dépendances.",
  "action.trace_slow_requests": "Tracez des requêtes lentes et trouvez l’étape qui s’est allongée.",
  "action.check_queries": "Regardez les requêtes SQL lentes, les index manquants et les attentes de verrou.",
  "action.check_dependencies": "Vérifiez l’état des bases, des caches et des services distants appelés.",
  "action.profile_cpu": "Prenez un profil CPU et comparez-le à celui de la version précédente.",
  "action.scale_out": "Ajoutez des instances ou relevez la limite CPU le temps de chercher.",
  "action.check_instances": "Vérifiez que chaque instance est prête et dans le répartiteur de charge.",
  "action.check_routing": "Vérifiez routes, noms d’hôte, certificats et redirections.",
  "action.check_traffic_source":
    "Vérifiez si des clients, des campagnes ou des tâches planifiées ont changé leur trafic.",
  "action.limit_retries":
    "Limitez les nouvelles tentatives par un délai croissant et ouvrez les disjoncteurs.",
  "action.take_heap_snapshot":
    "Prenez deux images du tas à quelques minutes d’écart et comparez ce qui reste.",
  "action.check_memory_limit": "Vérifiez la limite mémoire et la proximité des redémarrages.",
  "action.check_caches": "Vérifiez taille et durée de vie des caches et des files.",
  "action.watch_next_hour": "Surveillez la métrique pendant la prochaine heure.",
  "action.warm_up": "Préchauffez caches et connexions avant qu’une instance ne reçoive du trafic.",
  "action.review_diff": "Lisez la différence entre les deux versions, dépendances comprises.",
  "action.check_flags": "Vérifiez les drapeaux de fonctionnalité et la configuration modifiés en même temps.",
  "action.check_jobs": "Cherchez des tâches planifiées et des files démarrées à ce moment.",
  "action.fix_before_next": "Corrigez-le avant le prochain déploiement, ou changez la limite.",
  "action.measure_longer": "Laissez mesurer le service plus longtemps avant le prochain déploiement.",
  "action.check_endpoint": "Vérifiez que le point de métriques répond et donne encore cette métrique.",
  "action.check_pipeline": "Lisez le journal du pipeline et vérifiez quelle version tourne.",
  "action.finish_or_revert": "Terminez ou annulez le déploiement, pour qu’une seule version tourne partout.",
  "action.keep": "Rien à faire ; gardez ce qui en est la cause.",
  "action.lengthen_window": "Allongez la fenêtre d’observation ou déployez à une heure plus chargée.",
};
