/**
 * Refuses a push that brings in workflow files when the token may not do so, in GitHub's words.
 * The server says who pushes: `STAND_IN_WORKFLOW_RULE` is empty when workflows may be written,
 * else the name of the missing right.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#available-scopes
 *
 * Like GitHub it looks at content: a file that some branch already has in the same place is no news.
 */
export const PRE_RECEIVE_HOOK = `#!/bin/sh
[ -z "$STAND_IN_WORKFLOW_RULE" ] && exit 0
known=$(git for-each-ref --format='%(objectname)' | while read -r tip; do
  git ls-tree -r "$tip" -- .github/workflows 2>/dev/null
done)
status=0
while read -r old new ref; do
  case "$new" in *[!0]*) ;; *) continue ;; esac
  for commit in $(git rev-list "$new" --not --all); do
    refused=$(git ls-tree -r "$commit" -- .github/workflows | while IFS= read -r entry; do
      printf '%s\\n' "$known" | grep -qxF "$entry" || { printf '%s' "$entry" | cut -f2; break; }
    done)
    if [ -n "$refused" ]; then
      echo "refusing to allow $STAND_IN_WORKFLOW_ACTOR to create or update workflow \\\`$refused\\\` without $STAND_IN_WORKFLOW_RULE" >&2
      status=1
      break
    fi
  done
done
exit $status
`;
