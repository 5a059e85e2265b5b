/** How a time of day is written on every page, axes included: each language's own halves of the day, or 24 hours. */
export const CLOCK = { hour: "numeric", minute: "2-digit" } as const;

export const CLOCK_SECONDS = { ...CLOCK, second: "2-digit" } as const;

/** A day with its time. */
export const DAY_CLOCK = { weekday: "short", day: "numeric", month: "short", ...CLOCK } as const;

/** A day of any year with its time. */
export const DATE_CLOCK = { day: "numeric", month: "short", year: "numeric", ...CLOCK } as const;
