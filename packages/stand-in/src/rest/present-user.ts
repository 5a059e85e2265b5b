import type { StandInUrls } from "../context.js";
import { integerNodeId } from "./node-id.js";

/** The account that jobs act as; its id is the real one. */
export const ACTIONS_BOT = { id: 41_898_282, login: "github-actions[bot]", name: "github-actions[bot]" };

/** https://docs.github.com/en/rest/users/users: the "simple user" of other resources. */
export function presentSimpleUser(
  user: { id: number; login: string },
  urls: StandInUrls,
): Record<string, unknown> {
  const isBot = user.login.endsWith("[bot]");
  const self = `${urls.api}/users/${encodeURIComponent(user.login)}`;
  return {
    login: user.login,
    id: user.id,
    node_id: integerNodeId("User", user.id),
    avatar_url: `${urls.web}/_stand-in/avatars/${user.id}.svg`,
    gravatar_id: "",
    url: self,
    html_url: `${urls.web}/${user.login}`,
    repos_url: `${self}/repos`,
    type: isBot ? "Bot" : "User",
    user_view_type: "public",
    site_admin: false,
  };
}
