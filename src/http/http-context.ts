/** What every route is given. */
import type { Log } from '../log.ts';
import type { Policy } from '../operations/authorise.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Database } from '../store/database.ts';
import type { ApiClient } from './authenticate-client.ts';

/** The part of the configuration that HTTP needs. */
export interface HttpConfig {
  /** 0 asks the system for a free one. */
  readonly port: number;
  /** Of the times on pages. */
  readonly timeZone: string;
  readonly apiClients: readonly ApiClient[];
  readonly slack: Policy;
}

export interface HttpContext {
  readonly config: HttpConfig;
  readonly db: Database;
  readonly facts: EngineFacts;
  readonly log: Log;
}
