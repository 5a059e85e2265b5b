export interface GroupMember {
  /** Asked to end, because a newer member came with `cancel-in-progress`. */
  cancel(): void;
}

interface Waiting {
  readonly member: GroupMember;
  readonly settle: (entered: boolean) => void;
}

interface Group {
  running: GroupMember;
  waiting: Waiting | undefined;
}

/**
 * At most one running and one pending member per group; a newer pending one takes the older one's place.
 * https://docs.github.com/en/actions/concepts/workflows-and-actions/concurrency
 */
export class ConcurrencyGroups {
  private readonly groups = new Map<string, Group>();

  /** Resolves to true once the member may run, to false if it lost its place while pending. */
  async enter(
    key: string,
    member: GroupMember,
    { cancelInProgress }: { cancelInProgress: boolean },
  ): Promise<boolean> {
    const group = this.groups.get(key);
    if (group === undefined) {
      this.groups.set(key, { running: member, waiting: undefined });
      return true;
    }
    group.waiting?.settle(false);
    const entered = new Promise<boolean>((settle) => {
      group.waiting = { member, settle };
    });
    if (cancelInProgress) group.running.cancel();
    return entered;
  }

  /** The member no longer waits; its `enter` resolves to false. Does nothing to a running member. */
  leavePending(key: string, member: GroupMember): void {
    const group = this.groups.get(key);
    if (group?.waiting?.member !== member) return;
    group.waiting.settle(false);
    group.waiting = undefined;
  }

  /** Ends a running member's stay; the pending one moves up. Does nothing for a member that is not running. */
  leave(key: string, member: GroupMember): void {
    const group = this.groups.get(key);
    if (group?.running !== member) return;
    const { waiting } = group;
    if (waiting === undefined) {
      this.groups.delete(key);
      return;
    }
    group.running = waiting.member;
    group.waiting = undefined;
    waiting.settle(true);
  }
}
