/** The other side of a rehearsal: what a program can know without starting anything. */
import { connectGuardian } from '../processes/connect-guardian.ts';
import { guardianVariable } from './rehearse.ts';

/** Everything is loaded by now. Throws when this program could not take over the commands that it would find. */
export async function rehearsed(): Promise<number> {
  const socket = process.env[guardianVariable];
  if (socket !== undefined) (await connectGuardian(socket)).close();
  return 0;
}
