/**
 * An instant as ISO 8601 with the offset that a time zone had then, in whole seconds: GitHub counts a commit
 * for the day that its own offset gives.
 *
 * @throws RangeError when the time zone is unknown
 */
export function formatCommitDate(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" }).formatToParts(at);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const [, sign = "+", hours = "00", minutes = "00"] = /^GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  const offsetMinutes = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const local = new Date(at.getTime() + offsetMinutes * 60_000).toISOString().slice(0, 19);
  return `${local}${sign}${hours}:${minutes}`;
}
