/** Every IANA zone of this runtime, with `current` among them even when it is an alias. */
export function listTimeZones(current: string): string[] {
  return [...new Set(["UTC", current, ...Intl.supportedValuesOf("timeZone")])].sort();
}
