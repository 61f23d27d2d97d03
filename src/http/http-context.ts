/** What every route is given. */
import type { ApiClient, ApiRate } from '../config.ts';
import type { Log } from '../log.ts';
import type { Policy } from '../operations/authorise.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Database } from '../store/database.ts';

/** The part of the configuration that HTTP needs. */
export interface HttpConfig {
  /** 0 asks the system for a free one. */
  readonly port: number;
  /** Of the times on pages. */
  readonly timeZone: string;
  readonly apiClients: readonly ApiClient[];
  readonly apiRate: ApiRate;
  readonly slack: Policy;
  /** The statistics need no key. */
  readonly publicStats: boolean;
}

export interface HttpContext {
  readonly config: HttpConfig;
  readonly db: Database;
  readonly facts: EngineFacts;
  readonly log: Log;
}
