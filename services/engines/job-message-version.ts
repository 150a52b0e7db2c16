/**
 * Version of the messages that this program sends; it reads this one and the one before. Raised by a change that programs of
 * the version before cannot pass over, such as a field of a job. docs/upgrades.md says how versions meet.
 */
export const JOB_MESSAGE_VERSION = 1;
