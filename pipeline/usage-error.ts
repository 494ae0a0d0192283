/** A command line that cannot be run, or a machine that lacks what it needs: one line that says what was found and what mends it. */
export class UsageError extends Error {}
