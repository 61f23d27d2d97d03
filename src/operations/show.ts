/**
 * The way from rows to people. A script, a command and an environment are stored as they are, for
 * they are to be run: their secrets are masked here. Logs, notices and output need none of it, for
 * they were masked before they were written.
 */
import { secretsOf, type SecretFacts } from './secrets-of.ts';
import type { Definition } from '../store/definitions.ts';
import type { Execution } from '../store/executions.ts';
import type { Instance } from '../store/instances.ts';
import type { Run } from '../store/run.ts';
import type { Shown, ShownExecutor, ShownRun } from '../store/shown.ts';
import type { ListedExecutor } from '../store/worker-list.ts';
import type { Mask } from '../workflow/mask.ts';

interface Facts {
  readonly secrets: SecretFacts;
}

export function showRun(run: Run, facts: Facts): ShownRun {
  const { instance, tokens, executions } = run;
  const mask = secretsOf(instance, facts);
  return {
    ...run,
    ...showSubject(run, facts),
    tokens: tokens.map((token) => {
      const env = withoutSecrets(token.context.env, mask, facts);
      return { ...token, context: { ...token.context, env } };
    }),
    executions: executions.map((execution) => shownExecution(execution, mask)),
  };
}

/** An instance with its definition. */
export function showSubject(
  { instance, definition }: { readonly instance: Instance; readonly definition: Definition },
  facts: Facts,
): { readonly instance: Shown<Instance>; readonly definition: Shown<Definition> } {
  const mask = secretsOf(instance, facts);
  return {
    instance: shownInstance(instance, mask, facts),
    // A text of the definition may name what this instance was given.
    definition: shownDefinition(showDefinition(definition, facts), mask),
  };
}

export function showDefinition(definition: Definition, facts: Facts): Shown<Definition> {
  return shownDefinition(definition, secretsOf(definition, facts));
}

/** The executions of an instance. */
export function showExecutions(
  instance: Pick<Instance, 'script' | 'env'>,
  executions: readonly Execution[],
  facts: Facts,
): Shown<Execution>[] {
  const mask = secretsOf(instance, facts);
  return executions.map((execution) => shownExecution(execution, mask));
}

/** What every command is listed with: `script` is of its instance, `env` all that it is given. */
interface ListedCommand {
  readonly shell: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

export function showCommand<Row extends ListedCommand>(command: Row, facts: Facts): Shown<Row> {
  const { shell, script, env } = command;
  const mask = secretsOf({ script, env }, facts);
  return shown<Row>({
    ...command,
    shell: mask.text(shell),
    script: mask.script(script),
    env: withoutSecrets(env, mask, facts),
  });
}

export function showExecutor(executor: ListedExecutor, facts: Facts): ShownExecutor {
  const workers = executor.workers.map((worker) => ({
    ...worker,
    running: worker.running === null ? null : showCommand(worker.running, facts),
  }));
  return { ...executor, workers };
}

function shownInstance(instance: Instance, mask: Mask, facts: Facts): Shown<Instance> {
  const script = mask.script(instance.script);
  return shown({ ...instance, script, env: withoutSecrets(instance.env, mask, facts) });
}

function shownDefinition(definition: Definition, mask: Mask): Shown<Definition> {
  const { name, description, script, failureText } = definition;
  return shown({
    ...definition,
    name: mask.text(name),
    description: mask.text(description),
    script: mask.script(script),
    failureText: failureText === null ? null : mask.text(failureText),
  });
}

function shownExecution(execution: Execution, mask: Mask): Shown<Execution> {
  return shown({ ...execution, shell: mask.text(execution.shell) });
}

const shown = <Row>(row: Row): Shown<Row> => row as Shown<Row>;

function withoutSecrets(
  env: Readonly<Record<string, string>>,
  mask: Mask,
  { secrets }: Facts,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      secrets.isSecret(name) ? '***' : mask.text(value),
    ]),
  );
}
