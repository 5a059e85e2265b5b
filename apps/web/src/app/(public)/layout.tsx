import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";

/** Public pages load little: the forms get their own words, the rest is rendered on the server. */
export default async function PublicLayout({ children }: LayoutProps<"/">) {
  const { auth, common, problems } = await getMessages();
  return <NextIntlClientProvider messages={{ auth, common, problems }}>{children}</NextIntlClientProvider>;
}
