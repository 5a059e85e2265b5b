/** A person with a session: signs up once, then writes through whichever process is asked. */
export class BrowserUser {
  readonly workspaceId: string;
  private readonly cookie: string;
  private readonly publicUrl: string;

  /** @throws Error when the sign-up is not answered as it should be */
  static async signUp(name: string, at: { url: string; publicUrl: string }): Promise<BrowserUser> {
    const body = { name, email: `${name}@example.test`, password: "correct-horse-battery-9" };
    const answer = await fetch(`${at.url}/api/auth/sign-up/email`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        origin: at.publicUrl,
        "x-forwarded-for": addressOf(name),
      },
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`No account for ${name}: ${await answer.text()}`);
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const me = await fetch(`${at.url}/api/v1/me`, { headers: { cookie } });
    const { workspace } = (await me.json()) as { workspace: { id: string } };
    return new BrowserUser({ workspaceId: workspace.id, cookie, publicUrl: at.publicUrl });
  }

  private constructor(person: { workspaceId: string; cookie: string; publicUrl: string }) {
    this.workspaceId = person.workspaceId;
    this.cookie = person.cookie;
    this.publicUrl = person.publicUrl;
  }

  /** The status and, where it was created, the id; undefined when no answer came. */
  async create(
    url: string,
    body: object = {},
  ): Promise<{ status: number; id: string | undefined } | undefined> {
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", origin: this.publicUrl, cookie: this.cookie },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(8_000),
      });
      const { id } = (await answer.json()) as { id?: string };
      return { status: answer.status, id: answer.status === 201 ? id : undefined };
    } catch {
      return undefined;
    }
  }
}

/** Limits count by address; each person has their own. */
function addressOf(name: string): string {
  return `192.0.2.${Number(/\d+$/.exec(name)?.[0] ?? 0) % 250}`;
}
