/** Answers clients on the guardian's socket. */
import { createServer, type Server } from 'node:net';
import { chmodSync } from 'node:fs';
import type { Commands } from './commands.ts';
import { complain } from './complain.ts';
import { type Connection, createConnection } from './connection.ts';
import type { Journal } from './journal.ts';
import { findLastWords } from './last-words.ts';
import type { Lifeline } from './lifeline.ts';
import type { Hello, Question, QuestionName, Questions, Request, Said } from './protocol.ts';
import type { Services } from './services.ts';

export type Served = {
  readonly hello: () => Hello;
  readonly commands: Commands;
  readonly services: Services;
  readonly lifeline: Lifeline;
  readonly journal: Journal;
  readonly setGrace: (graceMs: number) => void;
  /** Resolves when all is stopped and written; the process ends soon after. */
  readonly end: (graceMs: number) => Promise<void>;
};

export type Serving = {
  readonly broadcast: (said: Said) => void;
  /** Takes no client any more, and lets those that are there read to the end. */
  readonly close: () => Promise<void>;
};

/** Resolves when clients can connect; only the user of this process can. */
export async function serve(socketPath: string, served: Served): Promise<Serving> {
  const connections = new Set<Connection>();
  const server = createServer((socket) => {
    const connection = createConnection(socket, (request) => hear(request, connection, served));
    connections.add(connection);
    connection.onClose(() => {
      connections.delete(connection);
      served.commands.forgetConnection(connection);
    });
    connection.say(served.hello());
  });
  await listen(server, socketPath);
  return {
    broadcast: (said) => {
      for (const connection of connections) connection.say(said);
    },
    close: async () => {
      server.close();
      await Promise.all([...connections].map((connection) => connection.finish()));
    },
  };
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // After the start it is a client that could not be let in: the others go on.
    server.on('error', (error) => {
      complain('The socket failed', error);
      reject(error);
    });
    server.listen(socketPath, () => {
      chmodSync(socketPath, 0o600);
      resolve();
    });
  });
}

function hear(request: Request, from: Connection, served: Served): void {
  if (request.type === 'submit') {
    served.commands.ack(request.ack);
    served.commands.submit(request.submission, from);
  } else if (request.type === 'ack') {
    served.commands.ack(request.ids);
  } else {
    reply(request, from, served);
  }
}

/** What is at hand is answered at once, so that the connection knows how much it has said before it hears on. */
function reply(question: Question, to: Connection, served: Served): void {
  const { request } = question;
  const say = (given: Answer) => to.say({ type: 'answer', request, answer: given });
  const fail = (error: unknown) => to.say({ type: 'failed', request, message: messageOf(error) });
  try {
    const given = answer(question, to, served);
    if (given instanceof Promise) given.then(say, fail);
    else say(given);
  } catch (error) {
    fail(error);
  }
}

type Answer = Questions[QuestionName]['answer'];

function answer(
  question: Question,
  from: Connection,
  { commands, services, lifeline, journal, setGrace, end }: Served,
): Answer | Promise<Answer> {
  switch (question.type) {
    case 'attach':
      lifeline.attach(from);
      return null;
    case 'observe':
      return commands.observe(question.id, from);
    case 'read':
      return commands.read(question.id, question.from);
    case 'stop':
      return commands.stop(question.id, question.graceMs);
    case 'stopAll':
      return commands.stopAll(question.graceMs, 'stop');
    case 'list':
      return commands.list();
    case 'lastWords':
      return findLastWords(journal.records(), question.id, question.epoch);
    case 'handover':
      lifeline.announce(question.seconds);
      return null;
    case 'setGrace':
      setGrace(question.graceMs);
      return null;
    case 'startService':
      return services.start(question.service);
    case 'stopService':
      return services.stop(question.name);
    case 'services':
      return services.list();
    case 'end':
      return end(question.graceMs).then(() => null);
    default:
      throw new Error(`There is no question ${JSON.stringify(question)}.`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
