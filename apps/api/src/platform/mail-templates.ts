type Text = { subject: string; body: string };

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
  },
} as const satisfies Record<string, { en: Text; fr: Text }>;

export type MailTemplate = keyof typeof TEMPLATES;

/** Renders a mail as plain text; languages that have no text yet get English. */
export function renderMail(mail: { template: MailTemplate; locale: string; params: Record<string, string> }) {
  const texts: Partial<Record<string, Text>> & { en: Text } = TEMPLATES[mail.template];
  const { subject, body } = texts[mail.locale] ?? texts.en;
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => mail.params[name] ?? "");
  return { subject: fill(subject), text: fill(body) };
}
