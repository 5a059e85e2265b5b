import { type Browser, expect, type Page, test } from "@playwright/test";
import { moved, watchLayout } from "./layout-shift.ts";
import { newPerson, signUp } from "./people.ts";
import { expectSound } from "./sound-page.ts";

const PUBLIC_PAGES = ["/", "/sign-in", "/sign-up", "/security", "/there-is-no-such-page"];
const APP_PAGES = [
  "/app",
  "/app/projects",
  "/app/projects/new",
  "/app/deployments",
  "/app/hints",
  "/app/projects/quotas",
  "/app/today",
  "/app/pulses",
  "/app/workers",
  "/app/workers/new/browser",
  "/app/audit",
  "/app/security",
  "/app/settings",
];
/** As long as names may be, with a word that fits no narrow column, and in two directions of writing. */
const LONG_NAME = "Zahlungsverkehrsschnittstelle für Großkunden 🚀 خدمة الدفع, prod-eu-central-1";
const LONG_WORDS = "Everything that somebody may write of a service, in one line that does not end. ".repeat(
  3,
);

const LOOKS = [
  { name: "light, wide", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { name: "dark, wide", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  { name: "light, narrow", colorScheme: "light", viewport: { width: 390, height: 844 } },
  { name: "dark, narrow", colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const;

async function openPage(browser: Browser, look: (typeof LOOKS)[number], state?: string): Promise<Page> {
  const context = await browser.newContext({
    colorScheme: look.colorScheme,
    viewport: look.viewport,
    ...(state === undefined ? {} : { storageState: state }),
  });
  return context.newPage();
}

test("pages and scripts travel compressed, through the edge", async ({ page }) => {
  const encodings = new Map<string, string | undefined>();
  page.on("response", (response) => {
    const kind = response.request().resourceType();
    if (kind === "document" || kind === "script")
      encodings.set(response.url(), response.headers()["content-encoding"]);
  });
  await page.goto("/sign-in");
  await page.waitForLoadState("load");
  expect(encodings.size).toBeGreaterThan(1);
  expect([...encodings].filter(([, encoding]) => encoding === undefined)).toEqual([]);
});

for (const look of LOOKS) {
  test(`public pages are sound: ${look.name}`, async ({ browser }) => {
    const page = await openPage(browser, look);
    for (const path of PUBLIC_PAGES) await expectSound(page, path);
    await page.context().close();
  });
}

for (const { locale, looks } of [
  { locale: "en", looks: LOOKS },
  // The longer languages, where a narrow screen breaks first.
  { locale: "fr", looks: LOOKS.slice(2, 3) },
  { locale: "es", looks: LOOKS.slice(3) },
  { locale: "de", looks: LOOKS.slice(2, 3) },
]) {
  test(`every page of an empty account is sound: ${locale}`, async ({ browser, page }) => {
    await signUp(page, newPerson("Dana"));
    expect((await page.request.patch("/api/v1/me", { data: { locale } })).status()).toBe(200);
    const state = `${test.info().outputDir}/dana.json`;
    await page.context().storageState({ path: state });
    for (const look of looks) {
      const view = await openPage(browser, look, state);
      for (const path of APP_PAGES) {
        await expectSound(view, path);
        await expect(view.locator("html")).toHaveAttribute("lang", locale);
      }
      await view.context().close();
    }
  });
}

test("a project with a name as long as may be is sound wherever it is listed", async ({ browser, page }) => {
  await signUp(page, newPerson("Lara"));
  const created = await page.request.post("/api/v1/projects", {
    data: {
      name: LONG_NAME,
      description: LONG_WORDS,
      environments: ["production-eu-central-1", "staging-eu-central-1"],
      services: ["billing-api", "billing-worker"],
    },
  });
  expect(created.status()).toBe(201);
  const { project } = await created.json();
  const state = `${test.info().outputDir}/lara.json`;
  await page.context().storageState({ path: state });
  const view = await openPage(browser, LOOKS[2], state);
  for (const path of ["", `/${project.id}`, `/${project.id}?tab=policy`, "/quotas"])
    await expectSound(view, `/app/projects${path}`);
  await view.context().close();
});

test("nothing jumps when a deployment's verdict arrives", async ({ page, context }) => {
  await signUp(page, newPerson("Vera"));
  const observation = { sampleSeconds: 2, windowSeconds: 60, baselineSeconds: 60 };
  const created = await page.request.post("/api/v1/projects", { data: { name: "Pushed", observation } });
  expect(created.status()).toBe(201);
  const { apiKeyPlain } = await created.json();
  const call = async (path: string, data: object) => {
    const answer = await page.request.post(path, { data, headers: { "x-api-key": apiKeyPlain } });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  const sampleOf = (agoMs: number, errorRate: number) => ({
    at: new Date(Date.now() - agoMs).toISOString(),
    metrics: {
      requests_per_sec: 40 + Math.random(),
      latency_p95: 100 + Math.random(),
      error_rate: errorRate,
      cpu_usage: 0.3 + Math.random() / 50,
      memory_usage: 0.4,
    },
  });
  await call("/api/v1/samples", {
    samples: Array.from({ length: 30 }, (_, index) => sampleOf(2_000 * (31 - index), 0.001)),
  });
  const { deployment_id: id } = await call("/deployments/trigger", { env: "prod" });
  await call("/deployments/finish", { deployment_id: id, result: "success" });
  const views = [page, await context.newPage()];
  for (const [index, view] of views.entries()) {
    await view.setViewportSize(LOOKS[index === 0 ? 0 : 2].viewport);
    await watchLayout(view);
    await view.goto(`/app/deployments/${id}`);
    await expect(view.getByRole("progressbar").first()).toBeVisible();
  }
  const before = await Promise.all(views.map(moved));
  const verdict = (view: Page) => view.getByText("Rollback recommended", { exact: true });
  await expect
    .poll(
      async () => {
        await call("/api/v1/samples", { samples: [sampleOf(0, 0.2)] });
        return verdict(page).isVisible();
      },
      { intervals: [2_000], timeout: 60_000 },
    )
    .toBe(true);
  for (const [index, view] of views.entries()) {
    await expect(verdict(view)).toBeVisible();
    await expect(view.getByRole("button", { name: "Confirmed" })).toBeVisible();
    const { score, what } = await moved(view);
    expect(score - (before[index]?.score ?? 0), what.join("; ")).toBeLessThan(0.05);
  }
});
