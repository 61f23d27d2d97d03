/**
 * What a target other than Slack is made of. A new one is a file with a `Channel`, its wording below
 * `templates/`, and its place in `channels.ts`; spreading, order, retries and the log come by themselves.
 */
import type { Definition } from '../store/definitions.ts';
import type { Execution } from '../store/executions.ts';
import type { Instance } from '../store/instances.ts';
import type { Notice, ScheduleNotice } from '../store/outbox.ts';
import type { Shown } from '../store/shown.ts';
import type { Pauses } from './pauses.ts';

export interface Channel {
  /** The target of its deliveries, as people read and type it: `webhook`. */
  readonly name: string;
  /** What it tells of something that happened, and where; nothing where nobody is to be told. Pure. */
  readonly parcelsOf: (happening: Happening) => readonly Parcel[];
  /** Where a definition has its things told, whatever happens. Pure. */
  readonly endpointsOf: (about: Pick<RunHappening, 'definition' | 'admins'>) => readonly string[];
  /** What is sent to an endpoint only to see whether it arrives. Pure. */
  readonly test: (endpoint: string) => ParcelRequest;
  /** Sends once. A rejection counts as one that may succeed later; `signal` ends it. */
  readonly send: (delivery: Outgoing, signal: AbortSignal) => Promise<Answer>;
  /** When what was not taken is sent again. */
  readonly pauses: Pauses;
  /** Under way at once at most; left out, 100. */
  readonly atOnce?: number;
  /** So long a delivery is one process's; an attempt is given three quarters of it. Left out, 20. */
  readonly leaseSeconds?: number;
  /** Whether an endpoint that fails for a day is switched off; not where all depend on the same server. */
  readonly switchesOff: boolean;
  /** An endpoint as it may be read by people and logs: without what only its owner should know. */
  readonly shownEndpoint: (endpoint: string) => string;
}

/** Something that happened, with what it is about, as it may be shown. */
export type Happening = RunHappening | ScheduleHappening;

/** Something that happened to an instance. */
export interface RunHappening extends Notice {
  readonly at: Date;
  readonly tokenId: number | null;
  readonly attempt: number | null;
  /** Its times are those that it had at that moment, whatever has become of it since. */
  readonly instance: Shown<Instance>;
  /** As it is now; also a deleted one. */
  readonly definition: Shown<Definition>;
  /** Addresses of the definition's admins, people and groups, that have one. */
  readonly admins: readonly string[];
  /** The how manieth launch it was that the same instance prevented; 0: it was not. */
  readonly prevented: number;
  /** The command that it is about: that failed, is lost, waits for a worker, or takes long. */
  readonly execution: Shown<Execution> | null;
  /** The end of what that wrote, where it has ended. */
  readonly tail: string;
}

/** Something of schedules, or of the program itself. */
export type ScheduleHappening = ScheduleNotice & { readonly at: Date; readonly instance: null };

export interface Parcel {
  /** Where it goes, at most `longestEndpoint` bytes: an address, several, a room. */
  readonly endpoint: string;
  readonly request: ParcelRequest;
}

/** What is sent: fixed when the parcel is made, and the same each time it is sent. */
export interface ParcelRequest {
  /** One line that says what it is about. */
  readonly subject: string;
  readonly body: string;
  /** The body in HTML, where the target takes both. */
  readonly html?: string;
  /** Whatever else the target needs; no secrets, for it is kept and shown. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A parcel on its way. */
export interface Outgoing extends Parcel {
  /** The same each time it is sent. */
  readonly key: string;
  /** The first is 1. */
  readonly attempt: number;
}

export interface Answer {
  /** `again`: it may be taken later; `final`: it never will be. */
  readonly outcome: 'delivered' | 'again' | 'final';
  /** Half a sentence for people: why it was not taken. */
  readonly reason?: string;
  /** What the other side answered with, where it has such a number. */
  readonly status?: number;
  /** The beginning of what it said, at most `longestAnswer` characters. */
  readonly text?: string;
}

export const longestEndpoint = 2_000;
export const longestAnswer = 1_000;
