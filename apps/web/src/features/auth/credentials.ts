export const PASSWORD_MIN = 8;

export type CredentialFault = "name" | "email" | "passwordMissing" | "passwordShort";
type Credentials = { name: string; email: string; password: string };

/** What can be said about the fields before asking the server; the server says the rest. */
export function findCredentialFaults(
  mode: "signIn" | "signUp",
  { name, email, password }: Credentials,
): Partial<Record<keyof Credentials, CredentialFault>> {
  const faults: Partial<Record<keyof Credentials, CredentialFault>> = {};
  if (mode === "signUp" && name.trim().length < 2) faults.name = "name";
  if (!/^[^\s@]+@[^\s@]+$/.test(email.trim())) faults.email = "email";
  if (password === "") faults.password = "passwordMissing";
  else if (mode === "signUp" && password.length < PASSWORD_MIN) faults.password = "passwordShort";
  return faults;
}
