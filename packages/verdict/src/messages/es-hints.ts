import type { HintDictionary } from "./message-key.js";

export const esHints: HintDictionary = {
  "hint.service_degradation.title": "Degradación del servicio",
  "hint.service_degradation.cause":
    "Los errores ({errors|percent}) y la latencia ({latency_change|signed}) subieron a la vez: una ruta del código o algo que llama falla despacio, a menudo por tiempos de espera agotados.",
  "hint.partial_outage.title": "Posible caída parcial",
  "hint.partial_outage.cause":
    "Los errores subieron y el tráfico bajó un {traffic_drop|percent}: parte de las instancias o rutas ya no responde.",
  "hint.retry_storm.title": "Posible tormenta de reintentos",
  "hint.retry_storm.cause":
    "Errores y tráfico subieron a la vez: los clientes repiten las peticiones fallidas y cargan un servicio que falla.",
  "hint.high_errors.title": "Tasa de errores alta",
  "hint.high_errors.cause":
    "Falla el {errors|percent} de las peticiones, antes el {errors_before|percent}: casi siempre una excepción en una ruta modificada, un ajuste que falta o un esquema incompatible.",
  "hint.high_latency.title": "Latencia alta",
  "hint.high_latency.cause":
    "El percentil 95 pasó de {latency_before|ms} a {latency|ms} ({latency_change|signed}).",
  "hint.compute_saturation.title": "Posible saturación de cómputo",
  "hint.compute_saturation.cause":
    "Latencia y CPU subieron a la vez (CPU {cpu|percent}): las peticiones esperan tiempo de procesador.",
  "hint.slow_dependency.title": "Posible dependencia lenta",
  "hint.slow_dependency.cause":
    "La latencia subió y la CPU no: las peticiones esperan otra cosa, como una consulta, un bloqueo o una llamada remota.",
  "hint.traffic_below_baseline.title": "Tráfico por debajo de su referencia",
  "hint.traffic_below_baseline.cause":
    "Las peticiones bajaron un {traffic_drop|percent}: instancias fuera de rotación, una ruta rota o clientes que desisten.",
  "hint.cpu_spike.title": "CPU por encima de su referencia",
  "hint.cpu_spike.cause":
    "La CPU pasó de {cpu_before|percent} a {cpu|percent}: la nueva versión trabaja más para las mismas peticiones.",
  "hint.memory_above_limit.title": "Memoria por encima de su límite",
  "hint.memory_above_limit.cause":
    "La memoria está al {memory|percent}: el sistema puede terminar el proceso en cualquier momento.",
  "hint.memory_near_limit.title": "Memoria cerca de su límite",
  "hint.memory_near_limit.cause": "La memoria está al {memory|percent}, cerca de su límite.",
  "hint.memory_above_baseline.title": "Memoria por encima de su referencia",
  "hint.memory_above_baseline.cause":
    "La memoria pasó de {memory_before|percent} a {memory|percent}: cachés mayores, más objetos retenidos o una fuga.",
  "hint.memory_leak.title": "Posible fuga de memoria",
  "hint.memory_leak.cause":
    "La memoria crece unos {memory_slope|points} puntos por hora desde el despliegue.",
  "hint.critical_metric.title": "Una métrica crítica empeoró",
  "hint.critical_metric.cause": "{metric}: empeoró, y la política del proyecto la considera crítica.",
  "hint.guardrail_broken.title": "Límite superado",
  "hint.guardrail_broken.cause": "{metric}: fuera de un límite que cumplía antes del despliegue.",
  "hint.cold_start_only.title": "Solo arranque en frío",
  "hint.cold_start_only.cause":
    "{metric}: peor al principio y ya normal; cachés, conexiones o compilación se estaban calentando.",
  "hint.persistent_breach.title": "Empeoramiento persistente",
  "hint.persistent_breach.cause":
    "{metric}: fuera de su referencia en el {breach_share|percent} de las muestras, sin recuperarse sola.",
  "hint.started_with_deployment.title": "Empezó con el despliegue",
  "hint.started_with_deployment.cause":
    "{metric}: peor desde las primeras muestras; la nueva versión es la primera sospechosa.",
  "hint.started_later.title": "Empezó un tiempo después del despliegue",
  "hint.started_later.cause":
    "{metric}: empeoró {onset_seconds|seconds} s después de la primera muestra; busque algo que se acumula, una tarea programada o un cambio externo.",
  "hint.resources_steady.title": "Recursos estables",
  "hint.resources_steady.cause":
    "CPU y memoria no se movieron: el problema no es la capacidad, sino el código, un ajuste o una dependencia.",
  "hint.users_unaffected.title": "Los usuarios aún no lo notan",
  "hint.users_unaffected.cause": "Errores y latencia siguieron dentro de su referencia.",
  "hint.review_changes.title": "Qué cambió este despliegue",
  "hint.review_changes.cause":
    "Se compara con la versión anterior: todo lo que difiere entre ambas es la lista de sospechosos.",
  "hint.pre_existing_condition.title": "Problema anterior",
  "hint.pre_existing_condition.cause":
    "{metric}: fuera de su límite antes del despliegue; este despliegue no lo causó.",
  "hint.latency_improved.title": "La latencia mejoró",
  "hint.latency_improved.cause":
    "El percentil 95 pasó de {latency_before|ms} a {latency|ms} ({latency_change|signed}).",
  "hint.baseline_too_short.title": "Referencia demasiado corta",
  "hint.baseline_too_short.cause":
    "{pre_samples|only} de antes del despliegue: apenas se conoce el ruido normal del servicio.",
  "hint.metric_silent.title": "Una métrica enmudeció",
  "hint.metric_silent.cause":
    "{metric}: se medía antes del despliegue y ya no; no se puede decir nada de ella.",
  "hint.data_quality.title": "Medidas incompletas",
  "hint.data_quality.cause":
    "Llegó el {coverage|percent} de las muestras esperadas; lo que pasó entretanto se desconoce.",
  "hint.low_traffic.title": "Muy poco tráfico para juzgar",
  "hint.low_traffic.cause": "Hubo muy pocas peticiones desde el despliegue para estimar una tasa de errores.",
  "hint.pipeline_failed_healthy.title": "Pipeline fallido, métricas sanas",
  "hint.pipeline_failed_healthy.cause":
    "El pipeline informó de un fallo, pero nada empeoró en las métricas: quizá la nueva versión ni siquiera está en marcha.",
  "hint.pipeline_failed_degraded.title": "Pipeline fallido, métricas peores",
  "hint.pipeline_failed_degraded.cause":
    "El pipeline informó de un fallo y las métricas empeoraron: el despliegue pudo quedarse a medias.",
  "hint.unspecific.title": "Sin causa concreta",
  "hint.unspecific.cause": "Las métricas empeoraron de un modo que no sigue ningún patrón conocido.",
  "action.roll_back": "Vuelva a la versión anterior y después busque la causa.",
  "action.read_error_logs": "Lea los registros de errores desde el despliegue, por ruta y excepción.",
  "action.compare_routes": "Compare las rutas: si falla una sola, apunta a su último cambio.",
  "action.check_settings": "Revise ajustes, secretos y migraciones de esquema de la nueva versión.",
  "action.check_timeouts": "Revise tiempos de espera y grupos de conexiones hacia las dependencias.",
  "action.trace_slow_requests": "Trace peticiones lentas y busque el tramo que creció.",
  "action.check_queries": "Busque consultas lentas, índices que faltan y esperas por bloqueo.",
  "action.check_dependencies": "Revise el estado de las bases, cachés y servicios remotos que usa.",
  "action.profile_cpu": "Tome un perfil de CPU y compárelo con el de la versión anterior.",
  "action.scale_out": "Añada instancias o suba el límite de CPU mientras investiga.",
  "action.check_instances": "Compruebe que cada instancia está lista y en el balanceador.",
  "action.check_routing": "Revise rutas, nombres de host, certificados y redirecciones.",
  "action.check_traffic_source": "Compruebe si clientes, campañas o tareas programadas cambiaron su tráfico.",
  "action.limit_retries": "Limite los reintentos con espera creciente y abra los cortacircuitos.",
  "action.take_heap_snapshot":
    "Tome dos instantáneas del montículo con minutos de diferencia y compare lo que queda.",
  "action.check_memory_limit": "Revise el límite de memoria y lo cerca que están los reinicios.",
  "action.check_caches": "Revise tamaño y vida de cachés y colas.",
  "action.watch_next_hour": "Vigile la métrica durante la próxima hora.",
  "action.warm_up": "Caliente cachés y conexiones antes de que una instancia reciba tráfico.",
  "action.review_diff": "Lea la diferencia entre ambas versiones, dependencias incluidas.",
  "action.check_flags": "Revise los interruptores de función y la configuración que cambiaron con él.",
  "action.check_jobs": "Busque tareas programadas y colas que arrancaron a esa hora.",
  "action.fix_before_next": "Corríjalo antes del próximo despliegue o cambie el límite.",
  "action.measure_longer": "Deje medir el servicio más tiempo antes del próximo despliegue.",
  "action.check_endpoint": "Compruebe que el punto de métricas responde y aún da esta métrica.",
  "action.check_pipeline": "Lea el registro del pipeline y compruebe qué versión está en marcha.",
  "action.finish_or_revert": "Termine o revierta el despliegue, para que en todas partes corra una versión.",
  "action.keep": "Nada que hacer; conserve lo que lo causó.",
  "action.lengthen_window": "Alargue la ventana de observación o despliegue a una hora de más tráfico.",
};
