import type { AuthProvider } from "@/api/auth";

/** As the providers write themselves, in every language. */
export const PROVIDER_NAMES: Readonly<Record<AuthProvider, string>> = {
  github: "GitHub",
  google: "Google",
  apple: "Apple",
};
