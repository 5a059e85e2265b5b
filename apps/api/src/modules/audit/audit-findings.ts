/**
 * What a verification can find. `leafIndex` is the place in the log, from 0; `treeSize` names the checkpoint that
 * covers that many leaves.
 */
export type AuditFinding =
  /** The entry is not what the log vouches for; or its hash was changed. */
  | { kind: "entry_changed"; leafIndex: number; entryId: string }
  /** The entry and its salt stand at another place than the one where their hash is. */
  | { kind: "entry_moved"; leafIndex: number; entryId: string; belongsAt: number }
  | { kind: "entry_missing"; leafIndex: number; entryId: string }
  /** The log has this place, and no row says which entry it is of. */
  | { kind: "place_missing"; leafIndex: number }
  /** The entry neither has a place in the log nor waits for one: it came in past the product. */
  | { kind: "entry_unlogged"; entryId: string }
  /** The entry was taken out before it got its place. */
  | { kind: "waiting_entry_missing"; entryId: string }
  /** Entries of a workspace were erased, and no deletion of its account stands in the log. */
  | { kind: "erased_without_reason"; leafIndex: number; workspaceId: string; entries: number }
  | { kind: "node_changed"; level: number; nodeIndex: number }
  /** The log keeps other nodes than its size has. */
  | { kind: "node_count"; expected: number; found: number }
  | { kind: "checkpoint_forged"; treeSize: number; reason: string }
  /** The log that was signed had another root: something up to here was changed later. */
  | { kind: "root_differs"; treeSize: number }
  /** The log that was signed was longer than the one that is here. */
  | { kind: "log_truncated"; treeSize: number; foundSize: number }
  /** The same two, held against a checkpoint that was kept elsewhere. */
  | { kind: "kept_checkpoint_refused"; reason: string }
  | { kind: "kept_root_differs"; treeSize: number }
  | { kind: "kept_log_truncated"; treeSize: number; foundSize: number };

export type AuditReport = {
  treeSize: number;
  checkpoints: number;
  /** Entries that are still waiting for their place. */
  waiting: number;
  /** Places whose entries were erased with their account. */
  erased: number;
  /** Root over the whole log as it is now, base64. */
  rootHash: string;
  findings: AuditFinding[];
};
