import { expect, type Page, test } from "@playwright/test";
import { query } from "./database.ts";
import { newPerson, signUp } from "./people.ts";
import { expectSound } from "./sound-page.ts";

/** A worker that nobody wakes, and a pulse of it: what it should do stays undone. */
async function createIdlePulse(page: Page): Promise<{ id: string }> {
  const me = (await (await page.request.get("/api/v1/me")).json()) as { workspace: { id: string } };
  const [worker] = await query<{ id: string }>(
    `insert into workers (id, workspace_id, client_id, state, handshake_secret_sealed, secret_expires_at,
       repository_full_name, default_branch, author_name, author_email, cron_minute, next_check_in_at)
     values (gen_random_uuid(), $1, gen_random_uuid()::text, 'active', '\\x00', now() + interval '30 days',
       'octo-dana/keepstreak-pulse', 'main', 'Dana', 'dana@example.com', 17, now() + interval '20 minutes')
     returning id`,
    [me.workspace.id],
  );
  const created = await page.request.post("/api/v1/pulses", {
    data: {
      name: "Evening note",
      kind: "commit",
      workerId: worker?.id,
      schedule: { kind: "cron", expression: "0 0 1 1 *" },
      timeZone: "Europe/Paris",
    },
  });
  expect(created.status()).toBe(201);
  return (await created.json()) as { id: string };
}

/** A run beside the schedule, once its worker could take it. */
async function offerRun(page: Page, pulse: { id: string }): Promise<string> {
  const ran = await page.request.post(`/api/v1/pulses/${pulse.id}/run`);
  const { id } = (await ran.json()) as { id: string };
  const stateOf = async () =>
    ((await (await page.request.get(`/api/v1/runs/${id}`)).json()) as { state: string }).state;
  await expect.poll(stateOf).toBe("offered");
  return id;
}

test("a late run says why and when its worker comes, and can be cancelled", async ({ page }) => {
  await signUp(page, newPerson("Dana"));
  const pulse = await createIdlePulse(page);
  const id = await offerRun(page, pulse);
  // An hour and a half passes here.
  await query(
    "update runs set late_after = now() - interval '1 ms', next_action_at = now() - interval '1 ms' where id = $1",
    [id],
  );

  await page.goto("/app");
  const attention = page.getByRole("region", { name: "Attention" });
  await expect(attention.getByText("Late", { exact: true })).toBeVisible();
  await expect(attention.getByText("The worker has not checked in since this run was due.")).toBeVisible();
  await expect(attention.getByText(/Next check-in in (19|20) minutes/)).toBeVisible();
  await attention.getByRole("link", { name: "Evening note" }).click();

  await expect(page.getByRole("heading", { name: "Evening note" })).toBeVisible();
  const row = page.getByRole("row").filter({ hasText: "Late" });
  await expect(row.getByText("The worker has not checked in since this run was due.")).toBeVisible();
  await expectSound(page, `/app/pulses/${pulse.id}`);
  await expectSound(page, `/app/runs/${id}`);

  await page.getByRole("button", { name: "Cancel run" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel run" }).click();
  await expect(page.getByText("You cancelled this run.")).toBeVisible();
  await page.goto("/app");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await expect(attention).toHaveCount(0);
});

test("a missed run names its reason, and its notice goes when it is dismissed [SIG-20]", async ({ page }) => {
  await signUp(page, newPerson("Dana"));
  const pulse = await createIdlePulse(page);
  const id = await offerRun(page, pulse);
  // Its window of twelve hours passes here.
  await query(
    "update runs set window_ends_at = now() - interval '1 ms', next_action_at = now() - interval '1 ms' where id = $1",
    [id],
  );

  await page.goto(`/app/pulses/${pulse.id}`);
  const attention = page.getByRole("region", { name: "Attention" });
  await expect(attention.getByText("Missed", { exact: true })).toBeVisible();
  await expect(attention.getByText(/The worker did not check in/)).toBeVisible();
  await expect(attention.getByText(/Will be made up by/)).toBeVisible();
  await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible();
  await attention.getByRole("button", { name: /^Dismiss: Missed/ }).click();
  await expect(attention).toHaveCount(0);
});

test("the form shows what is left out, and says at the field what cannot be read", async ({ page }) => {
  await signUp(page, newPerson("Dana"));
  await createIdlePulse(page);
  await page.goto("/app/pulses/new");
  const preview = page.getByRole("region", { name: "Next runs" });
  await expect(preview.getByText(/Europe\/Paris, Central European/)).toBeVisible();
  await page.getByText("More options").click();
  await page.getByRole("group", { name: "Rest days" }).getByText("Fri", { exact: true }).click();
  await expect(preview.getByText(/^Rest: Fri/).first()).toBeVisible();
  await preview.getByRole("button", { name: "Show all 50" }).click();
  await expect(preview.getByRole("listitem").filter({ hasText: /–/ })).toHaveCount(50);

  await page.getByText("Cron", { exact: true }).click();
  await page.getByLabel("Cron expression").fill("61 9 * * *");
  await expect(page.getByLabel("Cron expression")).toHaveAccessibleDescription(
    /cannot be read at character 1/,
  );
});
