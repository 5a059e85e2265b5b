type Waiting<Request, Answer> = {
  request: Request;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
};

export type GatherOptions<Request, Answer> = {
  /** Most requests of one batch. */
  max: number;
  /** Batches under way at a time. */
  concurrency: number;
  /** Answers in the order of the requests; safe to repeat when it has thrown. */
  run: (requests: Request[]) => Promise<Answer[]>;
  /** Whether one request alone may have caused this failure: then each of the batch is tried by itself. */
  isOneAtFault: (error: unknown) => boolean;
};

/**
 * Makes one call of many that come together: whoever comes while batches are under way joins the next. A lone
 * call waits for nobody.
 */
export class Gather<Request, Answer> {
  private waiting: Waiting<Request, Answer>[] = [];
  private running = 0;
  private planned = false;

  constructor(private readonly options: GatherOptions<Request, Answer>) {}

  call(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      this.plan();
    });
  }

  /** After the input that is there already, so that what came together goes together. */
  private plan(): void {
    if (this.planned || this.waiting.length === 0 || this.running >= this.options.concurrency) return;
    this.planned = true;
    setImmediate(() => void this.next());
  }

  private async next(): Promise<void> {
    this.planned = false;
    this.running += 1;
    await this.settle(this.waiting.splice(0, this.options.max));
    this.running -= 1;
    this.plan();
  }

  private async settle(batch: Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.options.run(batch.map(({ request }) => request));
      batch.forEach(({ resolve }, index) => resolve(answers[index] as Answer));
    } catch (error) {
      if (batch.length > 1 && this.options.isOneAtFault(error))
        for (const waiting of batch) await this.settle([waiting]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
