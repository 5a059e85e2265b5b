import { expect, it } from "vitest";
import { listenForToasts, showToast, takeToasts } from "./toasts";

it("keeps what is said before anybody listens, and hands each toast out once", () => {
  showToast({ kind: "success", title: "first" });
  let heard = 0;
  const stop = listenForToasts(() => (heard += 1));
  showToast({ kind: "error", title: "second" });
  expect(heard).toBe(1);
  expect(takeToasts().map(({ title }) => title)).toEqual(["first", "second"]);
  expect(takeToasts()).toEqual([]);
  stop();
  showToast({ kind: "error", title: "third" });
  expect(heard).toBe(1);
});
