/** Prepares the throwaway Slack that Kuroko brings along for whoever has no bot token. */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Service } from '../guardian/protocol.ts';
import { freePort } from './free-port.ts';
import { localWorkspace, type LocalWorkspace } from './local-workspace.ts';
import { untilLocalSlackAnswers } from './until-local-slack-answers.ts';

/** A local Slack that is ready to be started by whoever owns processes. */
export type PreparedLocalSlack = LocalWorkspace & {
  readonly service: Service;
  /** The page in which a person acts as alice, ben or carol. */
  readonly url: string;
  /** For `slackApiUrl`, with the slash at its end. */
  readonly apiUrl: string;
  /** Acts as a person from a program: `/command`, `/interact`, `/messages/:channel`, `/log`. */
  readonly controlUrl: string;
  /** Resolves once the started server answers. Throws after 15 seconds, or when `signal` aborts (the service has ended). */
  readonly ready: (signal?: AbortSignal) => Promise<void>;
};

/**
 * Writes its configuration to `<dataDir>/local-slack` and says how to start it; starts nothing.
 *
 * Tokens are random and stay the same for a data folder; messages are gone when it stops. It listens on 127.0.0.1 only,
 * at `port` or the next free one. With `requestUrl` it delivers signed HTTP requests there instead of Socket Mode.
 * Throws an Error with one sentence a person can act on.
 */
export async function prepareLocalSlack(options: {
  readonly dataDir: string;
  readonly port: number;
  readonly requestUrl?: string;
}): Promise<PreparedLocalSlack> {
  const at = placesOf(options.dataDir);
  mkdirSync(at.folder, { recursive: true, mode: 0o700 });
  // It remembers no uploads over an end.
  rmSync(at.files, { recursive: true, force: true });
  const { workspace, config } = localWorkspace(at.configFile, options.requestUrl);
  writeFileSync(at.configFile, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  installDoor(at.folder);
  const port = await freePort(options.port);
  writeFileSync(at.portFile, String(port), { mode: 0o600 });
  return describe(workspace, at, port);
}

/** The one that runs for a data folder, as `prepareLocalSlack` has described it; changes nothing. */
export function keptLocalSlack(dataDir: string): PreparedLocalSlack {
  const at = placesOf(dataDir);
  const { workspace } = localWorkspace(at.configFile, undefined);
  return describe(workspace, at, Number(readFileSync(at.portFile, 'utf8')));
}

interface Places {
  readonly folder: string;
  readonly files: string;
  readonly configFile: string;
  /** Holds the port on which it listens. */
  readonly portFile: string;
}

function placesOf(dataDir: string): Places {
  const folder = path.join(path.resolve(dataDir), 'local-slack');
  return {
    folder,
    files: path.join(folder, 'files'),
    configFile: path.join(folder, 'config.json'),
    portFile: path.join(folder, 'port'),
  };
}

function describe(
  workspace: LocalWorkspace,
  { folder, files, configFile }: Places,
  port: number,
): PreparedLocalSlack {
  const url = `http://localhost:${port}`;
  // What programs use is numeric: `localhost` may resolve to ::1 first, where it does not listen.
  const address = `http://127.0.0.1:${port}`;
  const args = ['--config', configFile, '--port', String(port), '--base-host', '127.0.0.1'];
  const service: Service = {
    name: 'local-slack',
    command: binary(),
    args: [...args, '--files-dir', files],
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
    cwd: folder,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 3_000,
    logFile: path.join(folder, 'server.log'),
  };
  return {
    ...workspace,
    service,
    url,
    apiUrl: `${address}/api/`,
    controlUrl: `${address}/_control`,
    ready: (signal) =>
      untilLocalSlackAnswers({
        controlUrl: `${address}/_control`,
        teamId: workspace.teamId,
        logFile: service.logFile,
        signal,
      }),
  };
}

function binary(): string {
  const name = `local-slack-${process.platform}-${process.arch}`;
  try {
    const description = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const file = path.join(path.dirname(description), 'bin', 'local-slack');
    if (existsSync(file)) return file;
  } catch {
    // Not installed: said below.
  }
  throw new Error(
    `There is no local Slack here (the optional package ${name} is not installed): ` +
      'set SLACK_BOT_TOKEN and SLACK_APP_TOKEN to use a workspace of your own.',
  );
}

/**
 * The server has no option for its interface and would listen on all of them. It is a compiled Bun program, which loads
 * `bunfig.toml` from its working directory, and with it the door that narrows that to the loopback interface.
 */
function installDoor(folder: string): void {
  const extension = path.extname(import.meta.url);
  cpSync(
    new URL(`local-slack-door${extension}`, import.meta.url),
    path.join(folder, `door${extension}`),
  );
  writeFileSync(path.join(folder, 'bunfig.toml'), `preload = ["./door${extension}"]\n`);
}
