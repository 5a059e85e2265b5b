/** A text file that nothing executes, in a folder: no part of its path begins with a dot. */
export const DATA_FILE =
  /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/)+[A-Za-z0-9_][A-Za-z0-9._-]*\.(?:md|txt|log|csv|json)$/;
