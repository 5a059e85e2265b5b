import { EMOJI_LEADS, type Grammar } from "./grammar.js";

export const DE: Grammar = {
  weekdays: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
  join: ({ verb, object, tail }) => `${object}${tail} ${verb}`,
  objects: {
    journal: ["Aktivitätsjournal", "Tagesjournal", "Arbeitsprotokoll", "Journal des Monats"],
    snapshot: ["Datenstand", "Statusbild", "Tageszahlen", "erfasste Zahlen"],
    counter: ["Laufzähler", "Aktivitätszähler", "Tageszähler", "laufende Summe"],
  },
  styles: {
    pro: {
      leads: ["chore: ", "docs: ", "Daten: ", ""],
      verbs: ["aktualisieren", "fortschreiben", "erneuern", "pflegen", "weiterführen", "nachführen"],
      tails: ["", " am {weekday}", " vom {date}", " in {file}", ", Tag {streak},", " im {language}-Projekt"],
    },
    casual: {
      leads: ["", "kurz mal: ", "kleiner Schritt: ", "wie immer: "],
      verbs: ["auffrischen", "anstupsen", "nicht vergessen", "auf Stand bringen", "nachtragen", "pflegen"],
      tails: [
        "",
        " am {weekday}",
        ", schönen {weekday},",
        " in {file}",
        ", {streak} Tage in Folge,",
        " neben dem {language}-Code",
      ],
    },
    emoji: {
      leads: EMOJI_LEADS,
      verbs: ["aktualisieren", "auffrischen", "erneuern", "pflegen", "nachtragen"],
      tails: ["", " am {weekday}", " vom {date}", " in {file}", " 🔥 {streak}", " 💻 {language}"],
    },
  },
  statement: "Dieser Commit wurde automatisch von PulseKeep erstellt, nach einem Zeitplan seines Autors.",
};
