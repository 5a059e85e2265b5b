import { esHints } from "./es-hints.js";
import type { Dictionary } from "./message-key.js";

export const es: Dictionary = {
  "metric.requests_per_sec": "Tráfico",
  "metric.latency_p95": "Latencia (p95)",
  "metric.error_rate": "Tasa de errores",
  "metric.cpu_usage": "Uso de CPU",
  "metric.memory_usage": "Uso de memoria",
  "unit.per_second": "{number} pet./s",
  "unit.milliseconds": "{number} ms",
  "samples.one": "1 muestra",
  "samples.many": "{number} muestras",
  "samples.only_none": "ninguna muestra",
  "samples.only_one": "solo 1 muestra",
  "samples.only_many": "solo {number} muestras",
  "reason.collecting": "Observando: {samples} de {expected} muestras hasta ahora.",
  "reason.no_regression":
    "Ninguna métrica se apartó del ruido de su referencia con un cambio que importe ({count} juzgadas).",
  "reason.regressed":
    "{metric}: de {before|value} a {after|value}, más que en {rank} de {total} ventanas comparables anteriores al despliegue.",
  "reason.spread_changed": "{metric}: varía {factor} veces lo que antes; su nivel no cambió.",
  "reason.went_away":
    "{metric}: subió de {before|value} a {after|value} durante un rato y las últimas muestras son normales.",
  "reason.traffic_went_away":
    "{metric}: bajó de {before|value} a {after|value} durante un rato y las últimas muestras son normales.",
  "reason.interruption":
    "En {samples|samples} no se respondió ninguna petición; la referencia no tiene ninguna así.",
  "reason.guardrail":
    "{metric}: superó su límite de {limit|value}; el {share|percent} de las muestras pasa de {secured|value}.",
  "reason.pre_existing": "{metric}: fuera de su límite de {limit|value}, ya antes del despliegue.",
  "reason.silent": "{metric}: se medía antes del despliegue y ya no.",
  "reason.fell_silent": "{metric}: dejó de medirse, las últimas {samples} muestras llegaron sin valor.",
  "reason.no_samples": "No ha llegado ninguna muestra desde el despliegue.",
  "reason.unseen":
    "Las muestras solo cubren una parte de la ventana ({samples} de {expected}): se desconoce qué pasó en el resto.",
  "reason.nothing_user_facing": "No se pudieron juzgar ni los errores, ni la latencia, ni el tráfico.",
  "reason.baseline_too_short": "{metric}: {samples|only} de antes del despliegue.",
  "reason.too_few_samples": "{metric}: {samples|only} desde el despliegue.",
  "reason.too_few_requests": "{metric}: muy pocas peticiones desde el despliegue para estimarla.",
  "reason.latency_doubled": "{metric}: {factor} veces su referencia.",
  "reason.user_facing_critical":
    "{metric}: empeoró con pruebas sólidas, suficiente por sí sola para recomendar la reversión.",
  "reason.two_user_facing": "{count} métricas que los usuarios notan empeoraron a la vez.",
  "reason.resource_only": "{metric}: por sí sola solo avisa, porque los usuarios aún no lo notan.",
  "reason.not_strong_enough": "{metric}: por sí sola no basta para recomendar la reversión.",
  "reason.early":
    "Las pruebas tras {samples} de {expected} muestras valen en cada lectura; no hace falta esperar.",
  "reason.improved": "{metric}: mejoró de {before|value} a {after|value}.",
  "reason.dry_run":
    "{metric}: ha empeorado, pero la política la tiene a prueba y no cuenta para este veredicto.",
  "reason.pipeline_failed": "El pipeline informó de un fallo.",
  "quality.no_samples": "No ha llegado ninguna muestra desde el despliegue.",
  "quality.coverage": "Solo llegó el {share|percent} de las muestras esperadas.",
  "quality.gap": "El hueco más largo entre dos muestras es de {seconds} s.",
  "quality.baseline_missing": "{samples|only} de antes del despliegue: no hay referencia.",
  "quality.baseline_short": "{samples|only} de antes del despliegue: referencia corta.",
  "would.regress": "{metric}: {level|value} o peor hasta el final de la ventana contaría como regresión.",
  "would.recover": "{metric}: volver dentro de {level|value} contaría como normal.",
  "would.report": "{metric}: debe volver a medirse.",
  "would.more_samples": "{metric}: hacen falta más muestras o peticiones para juzgarla.",
  "would.unmute": "{metric}: está silenciada y no cuenta en el veredicto.",
  "would.return": "{metric}: una recaída contaría como regresión.",
  ...esHints,
};
