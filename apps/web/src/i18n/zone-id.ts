/** A time zone as people read it: "America/New York". */
export const writeZoneId = (zone: string): string => zone.replaceAll("_", " ");
