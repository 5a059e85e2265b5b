import { EMOJI_LEADS, type Grammar } from "./grammar.js";

export const EN: Grammar = {
  weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  join: ({ verb, object, tail }) => `${verb} ${object}${tail}`,
  objects: {
    journal: ["the activity journal", "the daily journal", "the work log", "the journal of the month"],
    snapshot: ["the data snapshot", "the status snapshot", "the daily figures", "the recorded figures"],
    counter: ["the run counter", "the activity counter", "the daily count", "the running total"],
  },
  styles: {
    pro: {
      leads: ["chore: ", "docs: ", "data: ", ""],
      verbs: ["update", "refresh", "renew", "maintain", "carry on", "bring forward"],
      tails: [
        "",
        " for {weekday}",
        " of {date}",
        " in {file}",
        ", day {streak}",
        " of the {language} project",
      ],
    },
    casual: {
      leads: ["", "quick one: ", "small step: ", "as usual: "],
      verbs: ["touch up", "freshen up", "look after", "top up", "nudge", "tend to"],
      tails: [
        "",
        " on a {weekday}",
        ", hello {weekday}",
        " in {file}",
        ", {streak} days running",
        " next to the {language} code",
      ],
    },
    emoji: {
      leads: EMOJI_LEADS,
      verbs: ["update", "refresh", "freshen up", "top up", "renew"],
      tails: ["", " for {weekday}", " of {date}", " in {file}", " 🔥 {streak}", " 💻 {language}"],
    },
  },
  statement: "This commit was made automatically by PulseKeep, on a schedule set by its author.",
};
