/** Seconds, from a warm sandbox's first word to a job that met its deadline: one set, so that histograms can be compared. */
export const SECONDS_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
