"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { type MeUpdate, meUpdateSchema } from "@pulsekeep/contracts/api/identity";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useForm } from "react-hook-form";
import { showToast } from "@/components/toasts";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { ErrorState } from "@/components/error-state";
import { Button } from "@/components/ui/button";
import { Card, Section } from "@/components/ui/card";
import { Field, Input, Select } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { LOCALE_COOKIE } from "@/i18n/locale-cookie";
import type { AppLocale } from "@/i18n/locales";
import { getLanguageName } from "@/preferences/language-name";
import { setPreferenceCookie } from "@/preferences/preference-cookie";
import { useShowProfile } from "@/preferences/use-show-profile";
import { writeZoneId } from "@/i18n/zone-id";

type ProfileProps = { locales: readonly AppLocale[]; timeZones: readonly string[] };

export function Profile(props: ProfileProps) {
  const me = useQuery(queries.me());
  if (me.isPending) return <Skeleton className="h-80 max-w-2xl" />;
  if (me.isError) {
    return (
      <Card className="max-w-2xl">
        <ErrorState error={me.error} onRetry={() => void me.refetch()} retrying={me.isFetching} />
      </Card>
    );
  }
  return <ProfileForm me={me.data} {...props} />;
}

function ProfileForm({ me, locales, timeZones }: ProfileProps & { me: Me }) {
  const t = useTranslations("settings");
  const common = useTranslations("common");
  const showProfile = useShowProfile();
  const onError = useProblemToast();
  const form = useForm<MeUpdate>({
    // The menu at the top changes the language too.
    values: { name: me.user.name, locale: me.user.locale, timeZone: me.user.timeZone },
    resetOptions: { keepDirtyValues: true },
    resolver: zodResolver(meUpdateSchema),
  });
  const { errors } = form.formState;
  const save = useMutation({
    mutationFn: (body: MeUpdate) => unwrap(browserApi.PATCH("/api/v1/me", { body })),
    onError,
    onSuccess: (next) => {
      if (next.user.locale !== me.user.locale) setPreferenceCookie(LOCALE_COOKIE, next.user.locale);
      showToast({ kind: "success", title: t("saved") });
      showProfile(next);
    },
  });
  return (
    <Section title={t("profile")} hint={t("profileHint")} className="max-w-2xl">
      <form
        noValidate
        onSubmit={(event) => void form.handleSubmit((values) => save.mutate(values))(event)}
        className="grid gap-4 sm:grid-cols-2"
      >
        <Field label={t("name")} error={errors.name && t("nameError")}>
          <Input {...form.register("name")} autoComplete="name" maxLength={50} />
        </Field>
        <Field label={t("email")} hint={t("emailHint")}>
          <Input value={me.user.email} readOnly disabled type="email" />
        </Field>
        <Field label={t("locale")} hint={t("localeHint")}>
          <Select {...form.register("locale")}>
            {locales.map((it) => (
              <option key={it} value={it} lang={it}>
                {getLanguageName(it)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("timeZone")} hint={t("timeZoneHint")} error={errors.timeZone && t("timeZoneError")}>
          <Select {...form.register("timeZone")}>
            {timeZones.map((it) => (
              <option key={it} value={it}>
                {writeZoneId(it)}
              </option>
            ))}
          </Select>
        </Field>
        <div className="flex justify-end sm:col-span-2">
          <Button type="submit" variant="primary" pending={save.isPending}>
            {common("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
