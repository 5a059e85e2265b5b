import { expect, test } from "vitest";
import { isTreePath } from "./git-repository.js";

test.each(["a", "data/pulse.log", ".github/workflows/x.yml", "a..b/c", "-rf", ".gitignore"])(
  "%s is a path",
  (path) => {
    expect(isTreePath(path)).toBe(true);
  },
);

test.each(["", "/a", "a/", "a//b", "../a", "a/../b", "./a", ".git/config", "a/.GIT/b", "a\0b"])(
  "%j is no path",
  (path) => {
    expect(isTreePath(path)).toBe(false);
  },
);
