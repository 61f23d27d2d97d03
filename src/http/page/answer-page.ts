/** Answers with a plain page: escaped HTML, one style, a script of ours at most, and a policy that allows no more. */
import { createHash } from 'node:crypto';
import type { ResponseObject, ResponseToolkit } from '@hapi/hapi';
import { markup, render } from '../../templates.ts';
import type { ApiView } from './api-view.ts';
import type { DefinitionView } from './definition-view.ts';
import type { DefinitionsView } from './definitions-view.ts';
import type { InstanceView } from './instance-view.ts';

/** What each of templates/pages/*.hbs is given; every field is text yet to be escaped. */
export interface PageViews {
  readonly definitions: DefinitionsView;
  readonly definition: DefinitionView;
  readonly instance: InstanceView;
  readonly api: ApiView;
  readonly error: { readonly title: string; readonly message: string };
}

export function answerPage<Name extends keyof PageViews>(
  h: ResponseToolkit,
  name: Name,
  view: PageViews[Name],
  script = '',
): ResponseObject {
  const style = render('pages/style');
  const body = render(`pages/${name}`, { ...view });
  const { title } = view;
  return h
    .response(
      render('pages/layout', {
        title,
        style: markup(style),
        body: markup(body),
        ...(script !== '' && { script: markup(script) }),
      }),
    )
    .type('text/html')
    .header('content-security-policy', policyFor(style, script))
    .header('referrer-policy', 'same-origin');
}

function policyFor(style: string, script: string): string {
  return [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    ...(script === '' ? [] : [`script-src ${hashOf(script)}`, "connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
