/** What every listener works with. */
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { About } from '../messages/about.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Database } from '../store/database.ts';
import type { Identify } from './identity.ts';
import type { RestartWatch } from './watch-restarts.ts';
import type { WebClient } from './web-client.ts';

export interface Shell {
  readonly config: Config;
  readonly db: Database;
  readonly facts: EngineFacts;
  readonly log: Log;
  readonly client: WebClient;
  readonly identify: Identify;
  /** To be told when somebody has asked for a restart. */
  readonly restarts: RestartWatch;
  /** Who we are in this workspace. */
  readonly own: { readonly teamId: string; readonly botUserId: string };
}

export const aboutNow = ({ config }: Shell): About => ({ baseUrl: config.url, now: new Date() });
