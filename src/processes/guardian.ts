/** The guardian of this host: it runs commands, keeps servers beside them, and lives as long as main does. */
import type { Service, ServiceStatus } from '../guardian/protocol.ts';
import type { Commands, Unsubscribe } from './commands.ts';

export type ServiceEnded = Extract<ServiceStatus, { status: 'ended' }>;

/** Closing a connection ends nothing, unless it is the lifeline of the guardian. Times are milliseconds. */
export type Guardian = Commands & {
  readonly socketPath: string;
  /** Of the machine's boot; pids and their start times are comparable within one. */
  readonly bootId: string;
  readonly pid: number;

  startService(service: Service): Promise<ServiceStatus>;
  /** Resolves when nothing of the service is left; null when there is no such service. */
  stopService(name: string): Promise<ServiceStatus | null>;
  services(): Promise<readonly ServiceStatus[]>;
  /** Hears of every service that ended, asked to or not. */
  onServiceEnded(listener: (ended: ServiceEnded) => void): Unsubscribe;

  /**
   * Between TERM and KILL when it has to end by itself, from now on. Rejects when it is of an older version: then it keeps what it
   * was started with.
   */
  setGrace(graceMs: number): Promise<void>;
  /** Announces a restart: when this process ends, commands and results are kept so many seconds for the next `startGuardian`. */
  handover(seconds: number): Promise<void>;
  /** Stops commands, then services, then the guardian itself; resolves when it is gone. */
  end(graceMs: number): Promise<void>;
};
