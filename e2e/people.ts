import { expect, type Page } from "@playwright/test";

export interface Person {
  name: string;
  email: string;
  password: string;
}

/** Whom the product under test has for its administrator, once the address is verified. */
export const ADMIN_EMAIL = "olga@example.com";

let count = 0;

/** Somebody who has no account yet. */
export function newPerson(name: string): Person {
  count += 1;
  const email = `${name.toLowerCase()}-${Date.now().toString(36)}-${count}@example.com`;
  return { name, email, password: "correct horse battery staple" };
}

/** Creates the account on the page, as a newcomer does. */
export async function signUp(page: Page, person: Person): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(person.name);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/app$/);
}

export async function signIn(page: Page, person: Person): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/app$/);
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "User menu" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/(sign-in)?$/);
}

/** Creates a worker: the consent at the local GitHub, then the steps until the worker has proven itself. */
export async function createWorker(page: Page, login: string): Promise<void> {
  await page.goto("/app/workers");
  await page.getByRole("button", { name: /^Create (my|another) worker$/ }).click();
  await authorizeAtGitHub(page, login);
  await expect(page).toHaveURL(/\/app\/workers\/provisionings\//);
  await expect(page.getByText("Your worker is ready")).toBeVisible({ timeout: 60_000 });
}

/** The consent page of the local GitHub: chooses the account and agrees. */
export async function authorizeAtGitHub(page: Page, login: string): Promise<void> {
  await page.getByRole("radio", { name: new RegExp(login) }).check();
  await page.getByRole("button", { name: /Authorize/ }).click();
}
