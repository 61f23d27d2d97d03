/** What time it is for schedules: the database's clock, which all hosts share; tests have others. */
export type Clock = () => Date | null;

/** Null: whatever the database says. */
export const databaseClock: Clock = () => null;
