/**
 * Preloaded into every thread of a program under test (`NODE_OPTIONS=--require`): does in that thread
 * what the test orders by a file named after it, for what no signal from outside can do.
 * `block`: the event loop stands still. `throw`: an error that nobody catches. `kill`: the whole
 * process dies, as by kill -9, at the nth pass of a point of an execution's way.
 */
const { appendFileSync, existsSync, readFileSync, unlinkSync } = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { isMainThread, workerData } = require('node:worker_threads');

const folder = process.env.KUROKO_TEST_FAULTS;
const thread = isMainThread ? 'main' : workerData?.job?.name;
/** What tells the points apart in the bytes that are written to, or come from, database and guardian. */
const points = {
  claim: { written: 'claim-execution' },
  submit: { written: '"type":"submit"' },
  output: { written: 'append-output' },
  exit: { arrived: '"type":"ended"' },
  commit: { written: 'commit-step' },
};

if (folder && thread) {
  takeOrders();
  setInterval(takeOrders, 20).unref();
}

function takeOrders() {
  const file = path.join(folder, thread);
  if (!existsSync(file)) return;
  const order = JSON.parse(readFileSync(file, 'utf8'));
  unlinkSync(file);
  if (order.do === 'block') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms);
    say(`${thread} was blocked`);
  } else if (order.do === 'throw') {
    say(`${thread} throws`);
    setImmediate(() => {
      throw new Error('thrown by the test');
    });
  } else if (order.do === 'kill') armKill(order);
}

function armKill({ point, nth, when }) {
  let left = nth;
  const { written, arrived } = points[point];
  const pass = () => {
    left -= 1;
    if (left !== 0) return;
    const kill = () => {
      say(`killed ${when} ${point}`);
      process.kill(process.pid, 'SIGKILL');
    };
    if (when === 'before') kill();
    // By then the bytes are the system's; the answer has, or has not, come.
    else setTimeout(kill, Math.random() * 8);
  };
  // oxlint-disable-next-line typescript/unbound-method -- called with the socket as `this` below
  const { write, push } = net.Socket.prototype;
  net.Socket.prototype.write = function (chunk, ...rest) {
    if (written && contains(chunk, written)) pass();
    return write.call(this, chunk, ...rest);
  };
  net.Socket.prototype.push = function (chunk, ...rest) {
    if (arrived && contains(chunk, arrived)) pass();
    return push.call(this, chunk, ...rest);
  };
}

function contains(chunk, text) {
  return typeof chunk === 'string'
    ? chunk.includes(text)
    : Buffer.isBuffer(chunk) && chunk.includes(text);
}

function say(what) {
  appendFileSync(path.join(folder, 'done'), `${what}\n`);
}
