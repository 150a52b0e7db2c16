/** Jobs under way by their deadline; a key of its own, so it may tell for a while of jobs that have ended. */
export const DEADLINES = 'sandpiper:deadlines';
/** Those of them that wait, by the time since when. What a crash left here goes with its deadline. */
export const WAITING = 'sandpiper:waiting';
