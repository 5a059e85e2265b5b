import type { localeSchema } from "@pulsekeep/contracts/api/shared";
import type { z } from "zod";

type Text = { subject: string; body: string };
type Locale = z.infer<typeof localeSchema>;

/** Mails, a row per template and language. `{name}` stands for a parameter. */
const TEMPLATES = {
  verify_email: {
    en: {
      subject: "Confirm your e-mail address",
      body: "Hello {name},\n\nconfirm that this is your address:\n{url}\n\nIf you did not sign up at PulseKeep, ignore this mail.",
    },
    fr: {
      subject: "Confirmez votre adresse e-mail",
      body: "Bonjour {name},\n\nconfirmez que cette adresse est la vôtre :\n{url}\n\nSi vous n'avez pas créé de compte PulseKeep, ignorez ce message.",
    },
    es: {
      subject: "Confirme su dirección de correo",
      body: "Hola, {name}:\n\nConfirme que esta dirección es suya:\n{url}\n\nSi no ha creado una cuenta en PulseKeep, ignore este mensaje.",
    },
    de: {
      subject: "Bestätigen Sie Ihre E-Mail-Adresse",
      body: "Guten Tag {name},\n\nbestätigen Sie, dass dies Ihre Adresse ist:\n{url}\n\nWenn Sie sich nicht bei PulseKeep registriert haben, ignorieren Sie diese E-Mail.",
    },
  },
} as const satisfies Record<string, Record<Locale, Text>>;

export type MailTemplate = keyof typeof TEMPLATES;

/** Renders a mail as plain text; what is no language of ours gets English. */
export function renderMail(mail: { template: MailTemplate; locale: string; params: Record<string, string> }) {
  const texts: Partial<Record<string, Text>> & { en: Text } = TEMPLATES[mail.template];
  const { subject, body } = texts[mail.locale] ?? texts.en;
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => mail.params[name] ?? "");
  return { subject: fill(subject), text: fill(body) };
}
