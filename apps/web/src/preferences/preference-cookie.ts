const YEAR_SECONDS = 31_536_000;

/** Remembers a preference of this device. Not a secret, so scripts may read it. */
export function setPreferenceCookie(name: string, value: string | undefined): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  const age = value === undefined ? 0 : YEAR_SECONDS;
  document.cookie = `${name}=${encodeURIComponent(value ?? "")}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
}
