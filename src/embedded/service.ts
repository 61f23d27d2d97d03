// How a server is started and stopped by the process that owns commands and servers.

/** `uid` and `gid` are left out when the server runs as whoever starts it. Times are milliseconds. */
export type Service = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
  readonly stopTimeoutMs: number;
  readonly logFile: string;
};
