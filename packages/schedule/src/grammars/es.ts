import { EMOJI_LEADS, type Grammar } from "./grammar.js";

export const ES: Grammar = {
  weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
  join: ({ verb, object, tail }) => `${verb} ${object}${tail}`,
  objects: {
    journal: ["el diario de actividad", "el diario del día", "la bitácora", "el diario del mes"],
    snapshot: [
      "el registro de datos",
      "el estado de los datos",
      "las cifras del día",
      "las cifras registradas",
    ],
    counter: [
      "el contador de ejecuciones",
      "el contador de actividad",
      "la cuenta del día",
      "el total acumulado",
    ],
  },
  styles: {
    pro: {
      leads: ["chore: ", "docs: ", "datos: ", ""],
      verbs: ["actualizar", "renovar", "mantener", "continuar", "poner al día", "retomar"],
      tails: [
        "",
        " ({weekday})",
        " con fecha {date}",
        " en {file}",
        ", día {streak}",
        " del proyecto {language}",
      ],
    },
    casual: {
      leads: ["", "un pasito: ", "de paso: ", "como siempre: "],
      verbs: ["refrescar", "retocar", "cuidar", "empujar un poco", "no olvidar", "dar una vuelta por"],
      tails: [
        "",
        ", feliz {weekday}",
        " un {weekday}",
        " en {file}",
        ", {streak} días seguidos",
        " junto al código {language}",
      ],
    },
    emoji: {
      leads: EMOJI_LEADS,
      verbs: ["actualizar", "renovar", "refrescar", "retocar", "cuidar"],
      tails: ["", " ({weekday})", " con fecha {date}", " en {file}", " 🔥 {streak}", " 💻 {language}"],
    },
  },
  statement: "Este commit lo hizo automáticamente PulseKeep, según un horario elegido por su autor.",
};
