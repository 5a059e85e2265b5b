import type { LocalSecrets } from "./secrets.ts";
import { type EmulatedAddresses, localClients } from "./product-environment.ts";

export type EmulatorPlan = {
  service: keyof EmulatedAddresses;
  port: number;
  seed: Record<string, unknown>;
}[];

/** Who exists at the emulated providers, and which application may ask about them. */
export function planEmulators(
  ports: Record<keyof EmulatedAddresses, number>,
  publicUrl: string,
  secrets: LocalSecrets,
): EmulatorPlan {
  const callback = (provider: string) => [`${publicUrl}/api/auth/callback/${provider}`];
  return [
    {
      service: "google",
      port: ports.google,
      seed: {
        users: [{ email: "alice@example.test", name: "Alice Example" }],
        oauth_clients: [
          {
            client_id: localClients.google,
            client_secret: secrets.googleClientSecret,
            name: "PulseKeep",
            redirect_uris: callback("google"),
          },
        ],
      },
    },
    {
      service: "apple",
      port: ports.apple,
      seed: {
        users: [{ email: "alice@example.test", name: "Alice Example" }],
        oauth_clients: [
          {
            client_id: localClients.apple,
            team_id: "PULSEKEEP1",
            name: "PulseKeep",
            redirect_uris: callback("apple"),
          },
        ],
      },
    },
    {
      service: "slack",
      port: ports.slack,
      seed: {
        team: { name: "PulseKeep", domain: "pulsekeep" },
        users: [{ name: "alice", real_name: "Alice Example", email: "alice@example.test" }],
        channels: [{ name: "general", topic: "Everything" }],
      },
    },
    {
      service: "resend",
      port: ports.resend,
      seed: { domains: [{ name: "localhost", region: "us-east-1" }] },
    },
  ];
}
