import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import interLatin from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { getLocale, getTranslations } from "next-intl/server";
import { PRODUCT_NAME } from "@/components/brand";
import { FailureWordsProvider } from "@/components/failure-words";
import { parseTheme, THEME_COOKIE } from "@/preferences/theme";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("meta");
  return {
    title: { default: PRODUCT_NAME, template: `%s · ${PRODUCT_NAME}` },
    description: t("description"),
    applicationName: PRODUCT_NAME,
  };
}

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f9fafb" },
    { media: "(prefers-color-scheme: dark)", color: "#0d1016" },
  ],
};

export default async function RootLayout({ children }: LayoutProps<"/">) {
  const [locale, jar, t] = await Promise.all([getLocale(), cookies(), getTranslations("failure")]);
  const words = { title: t("title"), text: t("text"), retry: t("retry") };
  const theme = parseTheme(jar.get(THEME_COOKIE)?.value);
  return (
    <html lang={locale} data-theme={theme === "system" ? undefined : theme}>
      <head>
        <link rel="preload" href={interLatin} as="font" type="font/woff2" crossOrigin="anonymous" />
      </head>
      <body>
        <FailureWordsProvider words={words}>{children}</FailureWordsProvider>
      </body>
    </html>
  );
}
