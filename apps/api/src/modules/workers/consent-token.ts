import { inspect } from "node:util";

/**
 * The GitHub token of one consent: in the memory of this process only. It cannot be printed or serialised by
 * accident; the only way to its text is `reveal`, for an Authorization header.
 */
export class ConsentToken {
  readonly #plain: string;

  constructor(plain: string) {
    this.#plain = plain;
  }

  reveal(): string {
    return this.#plain;
  }

  toJSON(): string {
    return "[consent token]";
  }

  toString(): string {
    return "[consent token]";
  }

  [inspect.custom](): string {
    return "[consent token]";
  }
}
