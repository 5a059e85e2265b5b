import type { HintDictionary } from "./message-key.js";

export const deHints: HintDictionary = {
  "hint.service_degradation.title": "Dienst verschlechtert",
  "hint.service_degradation.cause":
    "Fehler ({errors|percent}) und Latenz ({latency_change|signed}) stiegen zugleich: Ein Codepfad oder etwas, das er aufruft, scheitert langsam, oft durch Zeitüberschreitung.",
  "hint.partial_outage.title": "Teilausfall vermutet",
  "hint.partial_outage.cause":
    "Die Fehler stiegen und der Verkehr fiel um {traffic_drop|percent}: Ein Teil der Instanzen oder Routen antwortet nicht mehr.",
  "hint.retry_storm.title": "Wiederholungssturm vermutet",
  "hint.retry_storm.cause":
    "Fehler und Verkehr stiegen zugleich: Clients wiederholen gescheiterte Anfragen und belasten einen Dienst, der schon versagt.",
  "hint.high_errors.title": "Hohe Fehlerrate",
  "hint.high_errors.cause":
    "{errors|percent} der Anfragen scheitern, vorher {errors_before|percent}: meist eine Ausnahme auf einem geänderten Pfad, eine fehlende Einstellung oder ein unpassendes Schema.",
  "hint.high_latency.title": "Hohe Latenz",
  "hint.high_latency.cause":
    "Das 95. Perzentil ging von {latency_before|ms} auf {latency|ms} ({latency_change|signed}).",
  "hint.compute_saturation.title": "Rechenzeit erschöpft (Vermutung)",
  "hint.compute_saturation.cause":
    "Latenz und CPU stiegen zugleich (CPU {cpu|percent}): Anfragen warten auf Rechenzeit.",
  "hint.slow_dependency.title": "Langsame Abhängigkeit vermutet",
  "hint.slow_dependency.cause":
    "Die Latenz stieg, die CPU nicht: Anfragen warten auf anderes, etwa eine Abfrage, eine Sperre oder einen entfernten Aufruf.",
  "hint.traffic_below_baseline.title": "Verkehr unter der Vergleichszeit",
  "hint.traffic_below_baseline.cause":
    "Die Anfragen fielen um {traffic_drop|percent}: Instanzen außer Betrieb, eine kaputte Route oder Clients, die aufgeben.",
  "hint.cpu_spike.title": "CPU über der Vergleichszeit",
  "hint.cpu_spike.cause":
    "Die CPU ging von {cpu_before|percent} auf {cpu|percent}: Die neue Version arbeitet mehr für dieselben Anfragen.",
  "hint.memory_above_limit.title": "Speicher über der Grenze",
  "hint.memory_above_limit.cause":
    "Der Speicher liegt bei {memory|percent}: Das System kann den Prozess jederzeit beenden.",
  "hint.memory_near_limit.title": "Speicher nahe der Grenze",
  "hint.memory_near_limit.cause": "Der Speicher liegt bei {memory|percent}, nahe an seiner Grenze.",
  "hint.memory_above_baseline.title": "Speicher über der Vergleichszeit",
  "hint.memory_above_baseline.cause":
    "Der Speicher ging von {memory_before|percent} auf {memory|percent}: größere Caches, mehr gehaltene Objekte oder ein Leck.",
  "hint.memory_leak.title": "Speicherleck vermutet",
  "hint.memory_leak.cause":
    "Der Speicher wächst seit dem Deployment um etwa {memory_slope|points} Punkte je Stunde.",
  "hint.critical_metric.title": "Eine kritische Metrik ist schlechter",
  "hint.critical_metric.cause": "{metric}: verschlechtert, und die Regeln des Projekts nennen sie kritisch.",
  "hint.guardrail_broken.title": "Grenze verletzt",
  "hint.guardrail_broken.cause": "{metric}: jenseits einer Grenze, die vor dem Deployment eingehalten wurde.",
  "hint.cold_start_only.title": "Nur Kaltstart",
  "hint.cold_start_only.cause":
    "{metric}: anfangs schlechter, jetzt wieder normal; Caches, Verbindungen oder Übersetzung liefen warm.",
  "hint.persistent_breach.title": "Anhaltende Verschlechterung",
  "hint.persistent_breach.cause":
    "{metric}: in {breach_share|percent} der Messungen außerhalb der Vergleichszeit, ohne Erholung von selbst.",
  "hint.started_with_deployment.title": "Begann mit dem Deployment",
  "hint.started_with_deployment.cause":
    "{metric}: von den ersten Messungen an schlechter; die neue Version ist der erste Verdacht.",
  "hint.started_later.title": "Begann einige Zeit nach dem Deployment",
  "hint.started_later.cause":
    "{metric}: wurde {onset_seconds|seconds} s nach der ersten Messung schlechter; suchen Sie etwas, das sich aufstaut, einen geplanten Auftrag oder eine Änderung von außen.",
  "hint.resources_steady.title": "Ressourcen ruhig",
  "hint.resources_steady.cause":
    "CPU und Speicher blieben, wie sie waren: Es liegt nicht an der Kapazität, sondern an Code, Einstellung oder Abhängigkeit.",
  "hint.users_unaffected.title": "Nutzer spüren noch nichts",
  "hint.users_unaffected.cause": "Fehler und Latenz blieben in ihrem gewohnten Bereich.",
  "hint.review_changes.title": "Was dieses Deployment geändert hat",
  "hint.review_changes.cause":
    "Verglichen wird mit der Version davor: Alles, worin sich beide unterscheiden, ist die Liste der Verdächtigen.",
  "hint.pre_existing_condition.title": "Bestand schon vorher",
  "hint.pre_existing_condition.cause":
    "{metric}: schon vor dem Deployment jenseits der Grenze; dieses Deployment ist nicht die Ursache.",
  "hint.latency_improved.title": "Latenz verbessert",
  "hint.latency_improved.cause":
    "Das 95. Perzentil ging von {latency_before|ms} auf {latency|ms} ({latency_change|signed}).",
  "hint.baseline_too_short.title": "Vergleichszeit zu kurz",
  "hint.baseline_too_short.cause":
    "{pre_samples|only} von vor dem Deployment: Das übliche Rauschen des Dienstes ist kaum bekannt.",
  "hint.metric_silent.title": "Eine Metrik ist verstummt",
  "hint.metric_silent.cause":
    "{metric}: vor dem Deployment gemeldet, seither nicht mehr; darüber lässt sich nichts sagen.",
  "hint.data_quality.title": "Unvollständige Messungen",
  "hint.data_quality.cause":
    "{coverage|percent} der erwarteten Messungen kamen an; was dazwischen geschah, ist unbekannt.",
  "hint.low_traffic.title": "Zu wenig Verkehr für ein Urteil",
  "hint.low_traffic.cause": "Seit dem Deployment gab es zu wenige Anfragen, um eine Fehlerrate zu schätzen.",
  "hint.pipeline_failed_healthy.title": "Pipeline gescheitert, Metriken gesund",
  "hint.pipeline_failed_healthy.cause":
    "Die Pipeline meldete einen Fehlschlag, doch nichts an den Metriken wurde schlechter: Vielleicht läuft die neue Version gar nicht.",
  "hint.pipeline_failed_degraded.title": "Pipeline gescheitert, Metriken schlechter",
  "hint.pipeline_failed_degraded.cause":
    "Die Pipeline meldete einen Fehlschlag, und die Metriken wurden schlechter: Das Deployment blieb wohl auf halbem Weg stehen.",
  "hint.unspecific.title": "Keine bestimmte Ursache gefunden",
  "hint.unspecific.cause":
    "Die Metriken wurden auf eine Art schlechter, die zu keinem bekannten Muster passt.",
  "action.roll_back": "Rollen Sie auf die vorige Version zurück und suchen Sie dann die Ursache.",
  "action.read_error_logs": "Lesen Sie die Fehlerprotokolle seit dem Deployment, nach Route und Ausnahme.",
  "action.compare_routes":
    "Vergleichen Sie die Routen: Scheitert nur eine, zeigt das auf ihre letzte Änderung.",
  "action.check_settings": "Prüfen Sie Einstellungen, Geheimnisse und Schema-Migrationen der neuen Version.",
  "action.check_timeouts": "Prüfen Sie Zeitlimits und Verbindungspools zu den Abhängigkeiten.",
  "action.trace_slow_requests":
    "Verfolgen Sie langsame Anfragen und finden Sie den Abschnitt, der gewachsen ist.",
  "action.check_queries": "Suchen Sie langsame Abfragen, fehlende Indizes und Warten auf Sperren.",
  "action.check_dependencies": "Prüfen Sie den Zustand der Datenbanken, Caches und entfernten Dienste.",
  "action.profile_cpu": "Nehmen Sie ein CPU-Profil auf und vergleichen Sie es mit dem der vorigen Version.",
  "action.scale_out": "Fügen Sie Instanzen hinzu oder heben Sie das CPU-Limit an, während Sie suchen.",
  "action.check_instances": "Prüfen Sie, ob jede Instanz bereit und im Lastverteiler ist.",
  "action.check_routing": "Prüfen Sie Routen, Hostnamen, Zertifikate und Weiterleitungen.",
  "action.check_traffic_source":
    "Prüfen Sie, ob Clients, Kampagnen oder geplante Aufträge ihren Verkehr änderten.",
  "action.limit_retries": "Begrenzen Sie Wiederholungen mit wachsender Pause und öffnen Sie Sicherungen.",
  "action.take_heap_snapshot":
    "Nehmen Sie im Abstand einiger Minuten zwei Heap-Abbilder auf und vergleichen Sie, was bleibt.",
  "action.check_memory_limit": "Prüfen Sie das Speicherlimit und wie nahe Neustarts sind.",
  "action.check_caches": "Prüfen Sie Größe und Lebensdauer von Caches und Warteschlangen.",
  "action.watch_next_hour": "Beobachten Sie die Metrik in der nächsten Stunde.",
  "action.warm_up": "Wärmen Sie Caches und Verbindungen vor, ehe eine Instanz Verkehr bekommt.",
  "action.review_diff": "Lesen Sie den Unterschied der beiden Versionen, samt Abhängigkeiten.",
  "action.check_flags": "Prüfen Sie Feature-Schalter und Konfiguration, die sich mit geändert haben.",
  "action.check_jobs": "Suchen Sie geplante Aufträge und Warteschlangen, die zu dieser Zeit begannen.",
  "action.fix_before_next": "Beheben Sie es vor dem nächsten Deployment, oder ändern Sie die Grenze.",
  "action.measure_longer": "Lassen Sie den Dienst vor dem nächsten Deployment länger messen.",
  "action.check_endpoint": "Prüfen Sie, ob der Metrik-Endpunkt antwortet und die Metrik noch meldet.",
  "action.check_pipeline": "Lesen Sie das Protokoll der Pipeline und prüfen Sie, welche Version läuft.",
  "action.finish_or_revert":
    "Schließen Sie das Deployment ab oder machen Sie es rückgängig, damit überall eine Version läuft.",
  "action.keep": "Nichts zu tun; behalten Sie, was es bewirkt hat.",
  "action.lengthen_window":
    "Verlängern Sie das Beobachtungsfenster, oder stellen Sie zu einer belebteren Zeit bereit.",
};
