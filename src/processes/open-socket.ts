/** The client's end of the guardian's socket: JSON lines, the first of which is the hello. */
import { connect, type Socket } from 'node:net';
import type { Hello, Said } from '../guardian/protocol.ts';
import { CommandsError } from './commands-error.ts';

const PROTOCOL = 2;

/**
 * Resolves once the guardian has said hello; rejects with a CommandsError `closed` when nobody does.
 *
 * @param hear called for every line, the hello too
 * @param onClosed called once, after the last line
 */
export function openSocket(
  socketPath: string,
  hear: (said: Said) => void,
  onClosed: () => void,
): Promise<{ socket: Socket; hello: Hello }> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath).setEncoding('utf8');
    let parts: string[] = [];
    let cause = 'it closed the connection';
    const greet = (hello: Hello) => {
      if (hello.protocol === PROTOCOL) return resolve({ socket, hello });
      cause = `it speaks version ${hello.protocol} of the protocol, and this Kuroko version ${PROTOCOL}`;
      socket.destroy();
    };
    socket.on('data', (chunk) => {
      const lines = String(chunk).split('\n');
      const rest = lines.pop() ?? '';
      for (const line of lines) {
        const said = JSON.parse(parts.join('') + line) as Said;
        parts = [];
        if (said.type === 'hello') greet(said);
        hear(said);
      }
      if (rest !== '') parts.push(rest);
    });
    socket.on('error', (error) => {
      cause = error.message;
    });
    socket.on('close', () => {
      reject(
        new CommandsError('closed', `No guardian can be talked to at ${socketPath}: ${cause}.`),
      );
      onClosed();
    });
  });
}
