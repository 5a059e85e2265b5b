import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { findMe } from "@/api/server";
import { AuthForm } from "@/features/auth/auth-form";
import { AuthPage } from "@/features/auth/auth-page";
import { getSafeNextPath } from "@/features/auth/next-path";
import { getSignInOptions } from "@/features/auth/sign-in-options";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("signIn") };
}

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const [t, { auth, problems }, search, me, options] = await Promise.all([
    getTranslations("auth"),
    getMessages(),
    searchParams,
    findMe(),
    getSignInOptions(),
  ]);
  const next = getSafeNextPath(search["next"]);
  if (me) redirect(next);
  return (
    <AuthPage title={t("signInTitle")} description={t("signInText")}>
      <NextIntlClientProvider messages={{ auth, problems }}>
        <AuthForm
          mode="signIn"
          providers={options.providers}
          password={options.password}
          next={next}
          socialFailed={search["failed"] !== undefined || search["error"] !== undefined}
        />
      </NextIntlClientProvider>
    </AuthPage>
  );
}
