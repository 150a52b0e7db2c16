/** Days that a deleted or overwritten object can still be brought back: what an instance refresh may still roll back to. */
export const SUPERSEDED_DAYS = 90;

/** Days after which an upload that nobody went on with is thrown away; a resumable session of Cloud Storage lives as long. */
export const UNFINISHED_DAYS = 7;
