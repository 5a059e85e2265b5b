import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import { findMeStrict } from "@/api/server";
import { AppProviders } from "@/components/app-providers";
import { AppShell } from "@/components/shell/app-shell";
import { Toaster } from "@/components/toaster";
import { SignInAgain } from "@/features/auth/sign-in-again";
import { AccountDefaults } from "@/features/settings/account-defaults";
import { isNewAccount } from "@/i18n/is-new-account";
import { LOCALES } from "@/i18n/locales";
import { parseTheme, THEME_COOKIE } from "@/preferences/theme";
import { PATH_HEADER } from "@/proxy";

export default async function AppLayout({ children }: LayoutProps<"/app">) {
  const [me, jar, head, messages] = await Promise.all([findMeStrict(), cookies(), headers(), getMessages()]);
  if (!me) redirect(`/sign-in?next=${encodeURIComponent(head.get(PATH_HEADER) ?? "/app")}`);
  // What only the public pages and the server say stays out of every page of the app.
  const {
    meta: _meta,
    landing: _landing,
    auth: _auth,
    failure: _failure,
    proof: _proof,
    ...words
  } = messages;
  return (
    <NextIntlClientProvider messages={words}>
      <AppProviders>
        <AppShell me={me} theme={parseTheme(jar.get(THEME_COOKIE)?.value)} locales={LOCALES}>
          {children}
        </AppShell>
        {isNewAccount(me.user) ? <AccountDefaults me={me} /> : null}
        <Toaster />
        <SignInAgain />
      </AppProviders>
    </NextIntlClientProvider>
  );
}
