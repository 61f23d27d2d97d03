/** The engine's configuration as an executor has it: its own, or the published one, which may change. */
import { engineFacts, type EngineFacts } from '../operations/engine-facts.ts';
import type { EngineConfig } from '../operations/engine-config.ts';
import type { Log } from '../log.ts';
import type { Connection } from '../store/database.ts';

/** Where an executor has its configuration from, and what it was when its process looked. */
export interface Configuration {
  readonly source: 'own' | 'published';
  readonly config: EngineConfig;
}

export interface FollowedConfiguration {
  current(): EngineConfig;
  facts(): EngineFacts;
  /** There may be news. Never rejects: what cannot be read leaves everything as it was. */
  read(): Promise<void>;
}

export function followConfiguration(
  { source, config }: Configuration,
  db: Connection,
  log: Log,
): FollowedConfiguration {
  let current = config;
  let facts = engineFacts(config);
  return {
    current: () => current,
    facts: () => facts,
    async read() {
      if (source === 'own') return;
      try {
        // Loaded where it is read: what validates it takes each thread of a `start`, which has its own, 6 MB.
        const { publishedConfig } = await import('../operations/engine-config.ts');
        const published = await publishedConfig(db);
        // A database that was begun anew has none yet.
        if (published === null) return;
        current = published;
        facts = engineFacts(published);
      } catch (error) {
        log.warn({ err: error }, 'the published configuration could not be read');
      }
    },
  };
}
