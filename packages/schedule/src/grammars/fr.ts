import { EMOJI_LEADS, type Grammar } from "./grammar.js";

export const FR: Grammar = {
  weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
  join: ({ verb, object, tail }) => `${verb} ${object}${tail}`,
  objects: {
    journal: ["le journal d'activité", "le journal quotidien", "le carnet de bord", "le journal du mois"],
    snapshot: ["le relevé de données", "l'état des données", "les chiffres du jour", "le relevé quotidien"],
    counter: ["le compteur d'exécutions", "le compteur d'activité", "le compte du jour", "le total courant"],
  },
  styles: {
    pro: {
      leads: ["chore: ", "docs: ", "données: ", ""],
      verbs: ["mettre à jour", "actualiser", "poursuivre", "tenir à jour", "renouveler", "reprendre"],
      tails: ["", " ({weekday})", " au {date}", " dans {file}", ", jour {streak}", " du projet {language}"],
    },
    casual: {
      leads: ["", "petit geste : ", "en passant : ", "comme prévu : "],
      verbs: ["rafraîchir", "faire avancer", "retoucher", "soigner", "ne pas oublier", "dépoussiérer"],
      tails: [
        "",
        ", bon {weekday}",
        " un {weekday}",
        " dans {file}",
        ", {streak} jours de suite",
        " côté {language}",
      ],
    },
    emoji: {
      leads: EMOJI_LEADS,
      verbs: ["mettre à jour", "actualiser", "rafraîchir", "faire avancer", "soigner"],
      tails: ["", " ({weekday})", " au {date}", " dans {file}", " 🔥 {streak}", " 💻 {language}"],
    },
  },
  statement: "Ce commit a été créé automatiquement par PulseKeep, selon un horaire choisi par son auteur.",
};
