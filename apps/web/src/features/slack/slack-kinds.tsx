import { SLACK_KINDS, type SlackKind } from "@pulsekeep/contracts/api/slack";
import { useTranslations } from "next-intl";
import { useId } from "react";

type SlackKindsProps = { chosen: readonly SlackKind[]; onChange: (kinds: SlackKind[]) => void };

/** Which messages there are, the most severe first. */
export function SlackKinds({ chosen, onChange }: SlackKindsProps) {
  const t = useTranslations("slack");
  const id = useId();
  const toggle = (kind: SlackKind, isOn: boolean) =>
    onChange(SLACK_KINDS.filter((it) => (it === kind ? isOn : chosen.includes(it))));
  return (
    <fieldset className="sm:col-span-2">
      <legend className="font-medium text-sm">{t("kinds")}</legend>
      <p className="mt-0.5 text-ink-faint text-xs">{t("kindsHint")}</p>
      <ul className="mt-2.5 grid gap-x-4 gap-y-2.5 sm:grid-cols-2">
        {SLACK_KINDS.map((kind) => (
          <li key={kind} className="flex items-start gap-2.5 text-sm">
            <input
              id={`${id}-${kind}`}
              type="checkbox"
              checked={chosen.includes(kind)}
              onChange={(event) => toggle(kind, event.target.checked)}
              aria-describedby={`${id}-${kind}-hint`}
              className="mt-0.5 size-4 shrink-0 accent-accent"
            />
            <div>
              <label htmlFor={`${id}-${kind}`} className="font-medium">
                {t(`kind.${kind}`)}
              </label>
              <p id={`${id}-${kind}-hint`} className="text-ink-faint text-xs">
                {t(`kindHint.${kind}`)}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
