/** Says in plain words why a verb could not do what it was asked. */
import { UserError } from '../errors.ts';
import { isConnectionLost } from '../store/database.ts';

const unreachable = 'The database cannot be reached';
const undefinedTable = '42P01';
const undefinedColumn = '42703';
const wrongPassword = ['28P01', '28000'];
const noSuchDatabase = '3D000';

/** Lines for standard error. A stack only when `KUROKO_LOG` is `debug` or `trace`. */
export function explain(error: unknown): string {
  if (error instanceof UserError) {
    return [error.message, ...error.details.map((detail) => `  ${detail}`), ''].join('\n');
  }
  const { code, message, stack } = error as { code?: string; message?: string; stack?: string };
  if (code === undefinedTable || code === undefinedColumn) {
    return 'The schema of the database is not of this version. Run: kuroko migrate\n';
  }
  if (code !== undefined && wrongPassword.includes(code)) {
    return `${unreachable}: user or password in DATABASE_URL are wrong.\n`;
  }
  if (code === noSuchDatabase) return `${unreachable}: ${message ?? 'it does not exist'}.\n`;
  if (isConnectionLost(error)) {
    return `${unreachable}: ${message || code || 'no answer'}. Look at DATABASE_URL.\n`;
  }
  const detailed = ['debug', 'trace'].includes(process.env['KUROKO_LOG'] ?? '');
  return `Something went wrong: ${(detailed ? stack : message) ?? String(error)}\n`;
}
