/** Timers of Node count to 2^31 ms only; one that is longer fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
