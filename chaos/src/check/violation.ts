/** One thing that must never happen, and did. `run`, `lane` and `pulse` lead to its story. */
export type Violation = {
  rule: string;
  detail: string;
  run?: string;
  lane?: string;
  pulse?: string;
};
