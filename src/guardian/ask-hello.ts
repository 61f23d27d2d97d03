/** Asks whoever listens on a socket who it is. */
import { connect } from 'node:net';
import type { Hello } from './protocol.ts';

/** Grows with every change of the protocol that an older client or guardian would not understand. */
export const PROTOCOL = 2;

const PATIENCE_MS = 1000;

/** Null when nobody answers within a second. */
export function askHello(socketPath: string): Promise<Hello | null> {
  return new Promise((resolve) => {
    const socket = connect(socketPath).setEncoding('utf8');
    let text = '';
    const answer = (hello: Hello | null) => {
      socket.destroy();
      resolve(hello);
    };
    socket.setTimeout(PATIENCE_MS, () => answer(null));
    socket.on('error', () => answer(null));
    socket.on('close', () => answer(null));
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('\n')) answer(JSON.parse(text.slice(0, text.indexOf('\n'))) as Hello);
    });
  });
}
