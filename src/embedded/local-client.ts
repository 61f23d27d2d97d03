/** The API client of somebody who tries Kuroko: made once a data folder, so that links lead somewhere. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { apiClient, type ApiClient } from '../config.ts';

export function localClient(dataDir: string): ApiClient {
  const file = path.join(dataDir, 'local-client.key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString('hex'), { mode: 0o600 });
  return apiClient('local', { key: readFileSync(file, 'utf8').trim() });
}
