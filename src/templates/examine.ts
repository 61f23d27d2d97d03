/** What is wrong with a text that takes the place of one of ours: said with file and line. */
import Handlebars from 'handlebars';
import type { Written } from './read-texts.ts';

export interface Examined {
  /** It cannot be used. */
  readonly problems: readonly string[];
  /** It can, but may not say what is meant. */
  readonly doubts: readonly string[];
}

/**
 * A text can be used when it can be read, calls only what there is, and can be filled in with sample
 * data, once with everything there is and once with nothing. A name that neither the text of ours nor
 * the comment of its file has is a doubt: it is empty unless it happens to be given.
 */
export function examine(written: Written, ours: Written): Examined {
  const read = parsed(written);
  if (typeof read === 'string') return { problems: [read], doubts: [] };
  const given = namesIn(Handlebars.parse(ours.preface + ours.source));
  const problems = callsOfNothing(read).map(({ line, message }) => at(written, line, message));
  return {
    problems: problems.length > 0 ? problems : rendered(written, given),
    doubts: strangeNames(read, given).map(({ line, message }) => at(written, line, message)),
  };
}

function parsed(written: Written): hbs.AST.Program | string {
  try {
    return Handlebars.parse(written.source);
  } catch (error) {
    const message = (error as Error).message;
    const line = Number(/(?:on line | - )(\d+)/.exec(message)?.[1] ?? 1);
    return at(written, line, readable(message));
  }
}

/** The parser's own sentence has a picture of the place in its middle, and names tokens. */
function readable(message: string): string {
  const unequal = /^(\S+) doesn't match (\S+) - /.exec(message);
  if (unequal !== null) return `{{#${unequal[1]}}} is closed by {{/${unequal[2]}}}`;
  return /'OPEN_ENDBLOCK'.*got 'EOF'/.test(message)
    ? 'a {{#...}} is never closed'
    : 'what stands between {{ and }} cannot be read';
}

const at = ({ file, line }: Written, within: number, message: string): string =>
  `${file}, line ${line + within - 1}: ${message}`;

interface Mistake {
  readonly line: number;
  readonly message: string;
}

/** Words of Handlebars' own that a text may call. */
const helpers = ['if', 'unless', 'each', 'with', 'lookup'];

function callsOfNothing(program: hbs.AST.Program): Mistake[] {
  const mistakes: Mistake[] = [];
  const complain = (node: hbs.AST.Node, message: string): void =>
    void mistakes.push({ line: node.loc.start.line, message });
  walk(program, {
    call: (node, name) => {
      if (!helpers.includes(name)) complain(node, `there is no helper ${name}`);
    },
    other: (node) => complain(node, '{{> ...}} and {{* ...}} cannot be used here'),
  });
  return mistakes;
}

function strangeNames(program: hbs.AST.Program, { all }: Names): Mistake[] {
  const names = [...all].toSorted().map((name) => `{{${name}}}`);
  const known = names.length === 0 ? 'names nothing' : `names ${names.join(', ')}`;
  const mistakes: Mistake[] = [];
  walk(program, {
    path: (node) => {
      const strange = node.parts.find((part) => !all.has(part));
      if (strange === undefined) return;
      const message = `{{${strange}}} may be empty: the text that this replaces ${known}`;
      mistakes.push({ line: node.loc.start.line, message });
    },
  });
  return mistakes;
}

/** What a text names: all of it, and what of that it goes through as a list. */
interface Names {
  readonly all: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
}

function namesIn(program: hbs.AST.Program): Names {
  const all = new Set<string>();
  const lists = new Set<string>();
  walk(program, {
    path: (node) => {
      for (const part of node.parts) all.add(part);
    },
    call: (node, name) => {
      const [list] = node.params;
      if (name === 'each' && list?.type === 'PathExpression') {
        lists.add((list as hbs.AST.PathExpression).parts.at(-1) ?? '');
      }
    },
  });
  return { all, lists };
}

interface Visitor {
  readonly path?: (node: hbs.AST.PathExpression) => void;
  readonly call?: (node: Call, name: string) => void;
  readonly other?: (node: hbs.AST.Node) => void;
}

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

function walk(node: hbs.AST.Node, visitor: Visitor): void {
  switch (node.type) {
    case 'Program':
      for (const statement of (node as hbs.AST.Program).body) walk(statement, visitor);
      return;
    case 'MustacheStatement':
    case 'SubExpression':
    case 'BlockStatement': {
      const call = node as Call;
      const { original } = call.path as hbs.AST.PathExpression;
      const isCall = call.params.length > 0 || helpers.includes(original);
      if (isCall) visitor.call?.(call, original);
      else walk(call.path, visitor);
      for (const param of call.params) walk(param, visitor);
      const { program, inverse } = node as Partial<hbs.AST.BlockStatement>;
      if (program) walk(program, visitor);
      if (inverse) walk(inverse, visitor);
      return;
    }
    case 'PathExpression':
      // `@index` and its kind are of the list itself.
      if (!(node as hbs.AST.PathExpression).data) visitor.path?.(node as hbs.AST.PathExpression);
      return;
    case 'PartialStatement':
    case 'PartialBlockStatement':
    case 'Decorator':
    case 'DecoratorBlock':
      visitor.other?.(node);
      return;
    default:
      return;
  }
}

function rendered(written: Written, given: Names): string[] {
  const template = Handlebars.compile<unknown>(written.source);
  try {
    for (const view of [sample(given, 2), {}]) template(view);
    return [];
  } catch (error) {
    return [at(written, 1, (error as Error).message)];
  }
}

/** Everything that is no list. It has nothing of its own that a text might be taken to name. */
const word: unknown = Object.assign(Object.create(null), { toString: () => 'sample' });

/** Sample data are made of the names: a list has one entry, and everything else is a word. */
function sample({ all, lists }: Names, depth: number): Readonly<Record<string, unknown>> {
  const entry = depth === 0 ? {} : sample({ all, lists }, depth - 1);
  return Object.fromEntries([...all].map((name) => [name, lists.has(name) ? [entry] : word]));
}
