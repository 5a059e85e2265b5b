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
  worker_silent: {
    en: {
      subject: "Your worker has not checked in: {repository}",
      body: "Hello {name},\n\nthe worker in {repository} was last heard on {since}. It has missed three check-ins in a row, so its pulses are not running.\n\nWhat to look at, and when it is back:\n{url}\n\nYou get one mail for each silence, and none when it ends.",
    },
    fr: {
      subject: "Votre worker ne donne plus de nouvelles : {repository}",
      body: "Bonjour {name},\n\nle worker de {repository} s'est manifesté pour la dernière fois le {since}. Il a manqué trois contacts de suite : ses pulses ne s'exécutent plus.\n\nÀ vérifier, et pour savoir s'il est revenu :\n{url}\n\nVous recevez un seul message par silence, et aucun à son retour.",
    },
    es: {
      subject: "Su worker no da señales: {repository}",
      body: "Hola, {name}:\n\nEl worker de {repository} se comunicó por última vez el {since}. Ha faltado a tres contactos seguidos, así que sus pulsos no se ejecutan.\n\nQué comprobar y cuándo ha vuelto:\n{url}\n\nRecibirá un solo mensaje por cada silencio y ninguno cuando termine.",
    },
    de: {
      subject: "Ihr Worker meldet sich nicht: {repository}",
      body: "Guten Tag {name},\n\nder Worker in {repository} hat sich zuletzt am {since} gemeldet. Drei Meldungen hintereinander sind ausgeblieben, seine Pulse laufen also nicht.\n\nWas zu prüfen ist und ob er wieder da ist:\n{url}\n\nSie erhalten je Stille eine E-Mail und keine, wenn sie endet.",
    },
  },
  deployment_rollback: {
    en: {
      subject: "Roll back? {project}, deployment {number}",
      body: "Hello {name},\n\nsince deployment {number} of {project} in {environment}, the service is clearly worse than before. A rollback is recommended.\n\nWhat was measured, and how sure the verdict is:\n{url}\n\nYou get one mail for each recommendation.",
    },
    fr: {
      subject: "Revenir en arrière ? {project}, déploiement {number}",
      body: "Bonjour {name},\n\ndepuis le déploiement {number} de {project} sur {environment}, le service va nettement moins bien qu'avant. Un retour en arrière est recommandé.\n\nCe qui a été mesuré, et la fiabilité du verdict :\n{url}\n\nVous recevez un seul message par recommandation.",
    },
    es: {
      subject: "¿Revertir? {project}, despliegue {number}",
      body: "Hola, {name}:\n\nDesde el despliegue {number} de {project} en {environment}, el servicio funciona claramente peor que antes. Se recomienda revertirlo.\n\nQué se midió y qué seguridad tiene el veredicto:\n{url}\n\nRecibirá un solo mensaje por cada recomendación.",
    },
    de: {
      subject: "Zurückrollen? {project}, Deployment {number}",
      body: "Guten Tag {name},\n\nseit Deployment {number} von {project} in {environment} geht es dem Dienst deutlich schlechter als vorher. Ein Rollback wird empfohlen.\n\nWas gemessen wurde und wie sicher das Urteil ist:\n{url}\n\nSie erhalten je Empfehlung eine E-Mail.",
    },
  },
  deployment_late_warning: {
    en: {
      subject: "Late warning: {project}, deployment {number}",
      body: "Hello {name},\n\na later look at deployment {number} of {project} in {environment} found the service worse than before it. The verdict itself stays as it was.\n\nWhat was measured:\n{url}\n\nYou get one mail for each deployment that this happens to.",
    },
    fr: {
      subject: "Alerte tardive : {project}, déploiement {number}",
      body: "Bonjour {name},\n\nun nouvel examen du déploiement {number} de {project} sur {environment} montre que le service va moins bien qu'avant. Le verdict lui-même ne change pas.\n\nCe qui a été mesuré :\n{url}\n\nVous recevez un seul message par déploiement concerné.",
    },
    es: {
      subject: "Aviso tardío: {project}, despliegue {number}",
      body: "Hola, {name}:\n\nUna revisión posterior del despliegue {number} de {project} en {environment} muestra que el servicio funciona peor que antes. El veredicto en sí no cambia.\n\nQué se midió:\n{url}\n\nRecibirá un solo mensaje por cada despliegue al que le ocurra.",
    },
    de: {
      subject: "Späte Warnung: {project}, Deployment {number}",
      body: "Guten Tag {name},\n\nein späterer Blick auf Deployment {number} von {project} in {environment} zeigt, dass es dem Dienst schlechter geht als davor. Das Urteil selbst bleibt, wie es war.\n\nWas gemessen wurde:\n{url}\n\nSie erhalten je betroffenem Deployment eine E-Mail.",
    },
  },
  slack_switched_off: {
    en: {
      subject: "Slack takes no more messages of {project}",
      body: "Hello {name},\n\nSlack says that the webhook of {project} is gone ({reason}), so messages about its deployments were switched off. Mails go on.\n\nMake a new webhook in Slack and save it here:\n{url}",
    },
    fr: {
      subject: "Slack n'accepte plus les messages de {project}",
      body: "Bonjour {name},\n\nSlack indique que le webhook de {project} n'existe plus ({reason}) : les messages sur ses déploiements ont été désactivés. Les e-mails continuent.\n\nCréez un nouveau webhook dans Slack et enregistrez-le ici :\n{url}",
    },
    es: {
      subject: "Slack ya no acepta mensajes de {project}",
      body: "Hola, {name}:\n\nSlack indica que el webhook de {project} ya no existe ({reason}), así que se han desactivado los mensajes sobre sus despliegues. Los correos continúan.\n\nCree un webhook nuevo en Slack y guárdelo aquí:\n{url}",
    },
    de: {
      subject: "Slack nimmt keine Nachrichten von {project} mehr an",
      body: "Guten Tag {name},\n\nlaut Slack gibt es den Webhook von {project} nicht mehr ({reason}). Nachrichten über Deployments wurden deshalb abgeschaltet, E-Mails kommen weiter.\n\nLegen Sie in Slack einen neuen Webhook an und speichern Sie ihn hier:\n{url}",
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
