/** Cuts events into batches as CloudWatch Logs takes them. */

export interface LogEvent {
  /** Milliseconds since 1970; ascending. */
  readonly timestamp: number;
  readonly message: string;
}

/** Of one `PutLogEvents`, as its reference has them. */
export const batchLimits = {
  events: 10_000,
  bytes: 1_048_576,
  /** Counted for each event besides its message. */
  overhead: 26,
  spanMs: 24 * 3_600_000,
} as const;

/** In order, as few as possible; an event is never cut. */
export function logBatches<Event extends LogEvent>(events: readonly Event[]): Event[][] {
  const batches: Event[][] = [];
  let batch: Event[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.message) + batchLimits.overhead;
    const [first] = batch;
    const full =
      batch.length === batchLimits.events ||
      bytes + size > batchLimits.bytes ||
      (first !== undefined && event.timestamp - first.timestamp >= batchLimits.spanMs);
    if (first !== undefined && full) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
