import { SCOPE_LABELS } from "../http/scopes.js";
import { Html, html, page } from "../pages/html.js";
import type { User } from "../store/user-store.js";
import type { AuthorizeRequest } from "./authorize-request.js";

export interface AuthorizePage {
  readonly request: AuthorizeRequest;
  readonly scopes: readonly string[];
  readonly users: readonly User[];
  readonly selected: string | undefined;
  /** The query string of the page, which the form sends on. */
  readonly query: string;
}

/** The consent page: who you are (seeded accounts, or a new one), what the app wants, yes or no. */
export function authorizePage({ request, scopes, users, selected, query }: AuthorizePage): string {
  const chosen = users.some((user) => user.login === selected) ? selected : users[0]?.login;
  const accounts = users.map(
    (user) =>
      html`<label><input type="radio" name="login" value="${user.login}"${
        user.login === chosen ? new Html(" checked") : ""
      }> ${user.login} <span>(${user.name})</span></label>`,
  );
  const wanted = scopes.map((scope) => html`<li><code>${scope}</code> ${SCOPE_LABELS[scope] ?? ""}</li>`);
  return page(
    `Authorize ${request.app.name}`,
    html`<h1>Authorize ${request.app.name}</h1>
<p>${request.app.name} wants to access your account${scopes.length > 0 ? ":" : " (public data only)."}</p>
<ul>${wanted}</ul>
<form method="post" action="/login/oauth/authorize?${query}">
<fieldset><legend>Account</legend>
${accounts}
<label for="new_login">New account: <input type="text" id="new_login" name="new_login" autocomplete="off" spellcheck="false"></label>
</fieldset>
<div class="actions">
<button class="primary" type="submit" name="decision" value="authorize">Authorize ${request.app.name}</button>
<button type="submit" name="decision" value="cancel">Cancel</button>
</div>
</form>
<p>You will be sent to <code>${request.redirectUri ?? request.app.callbackUrls[0]}</code>.</p>`,
  );
}
