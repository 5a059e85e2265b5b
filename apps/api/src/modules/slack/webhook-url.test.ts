import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findLastFour, previewOf } from "./webhook-url.js";

const HOOKS = "https://hooks.slack.com";
const SECRET = "XXXXXXXXXXXXXXXXXXXXXXXX";
const GOOD = `${HOOKS}/services/T00000000/B00000000/${SECRET.slice(4)}wXyZ`;

describe("the address of a webhook", () => {
  it("is taken as Slack shows it, and told apart by its last four characters", () => {
    expect(findLastFour(GOOD, HOOKS)).toBe("wXyZ");
    expect(previewOf(HOOKS, "wXyZ")).toBe("https://hooks.slack.com/services/…/…/…wXyZ");
  });

  it.each([
    "http://hooks.slack.com/services/T0/B0/abcdefgh",
    "https://hooks.slack.com.evil.example/services/T0/B0/abcdefgh",
    "https://hooks.slack.com@evil.example/services/T0/B0/abcdefgh",
    "https://user:pw@hooks.slack.com/services/T0/B0/abcdefgh",
    "https://hooks.slack.com:444/services/T0/B0/abcdefgh",
    "https://hooks.slack.com\\@evil.example/services/T0/B0/abcdefgh",
    "https://hooks.slack.com/services/T0/B0/abcdefgh?to=elsewhere",
    "https://hooks.slack.com/services/T0/B0/abcdefgh#x",
    "https://hooks.slack.com/services/T0/B0/abcdefgh/",
    "https://hooks.slack.com/services/T0/../B0/abcdefgh",
    "https://hooks.slack.com/services/T0/%2e%2e/abcdefgh",
    "https://hooks.slack.com/services/T0/B0/short",
    "https://hooks.slack.com/workflows/T0/B0/abcdefgh",
    "https://hooks.slack.com/services/T0/B0/abcdefgh\n",
    "https://169.254.169.254/services/T0/B0/abcdefgh",
    "",
  ])("is not %j", (text) => {
    expect(findLastFour(text, HOOKS)).toBeUndefined();
  });

  it("never leads to another host, whatever is written after it", () => {
    const parts = fc.constantFrom(
      ...Array.from("@:/\\?#.%&;-_ \t\n"),
      "evil.example",
      "services",
      "T0",
      "B0",
      "abcdefgh",
      "https://",
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (pieces) => {
        const text = HOOKS + pieces.join("");
        if (findLastFour(text, HOOKS) === undefined) return;
        const { origin, username, password, search, hash, href } = new URL(text);
        expect({ origin, username, password, search, hash, href }).toEqual({
          origin: HOOKS,
          username: "",
          password: "",
          search: "",
          hash: "",
          href: text,
        });
      }),
    );
  });
});
