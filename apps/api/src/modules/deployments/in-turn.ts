/** Lets work with the same key go one after another, in the order of the calls; other keys wait for nothing. */
export class InTurn {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Whatever becomes of the work before, the next has its turn. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    this.last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === mine) this.last.delete(key);
    }
  }
}
