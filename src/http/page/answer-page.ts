/** Answers with a plain page: escaped HTML, one style, no script, and a policy that allows no more. */
import { createHash } from 'node:crypto';
import type { ResponseObject, ResponseToolkit } from '@hapi/hapi';
import { markup, render } from '../../templates.ts';
import type { DefinitionView } from './definition-view.ts';
import type { DefinitionsView } from './definitions-view.ts';
import type { InstanceView } from './instance-view.ts';

/** What each of templates/pages/*.hbs is given; every field is text yet to be escaped. */
export interface PageViews {
  readonly definitions: DefinitionsView;
  readonly definition: DefinitionView;
  readonly instance: InstanceView;
  readonly error: { readonly title: string; readonly message: string };
}

export function answerPage<Name extends keyof PageViews>(
  h: ResponseToolkit,
  name: Name,
  view: PageViews[Name],
): ResponseObject {
  const style = render('pages/style');
  const body = render(`pages/${name}`, { ...view });
  const { title } = view;
  return h
    .response(render('pages/layout', { title, style: markup(style), body: markup(body) }))
    .type('text/html')
    .header('content-security-policy', policyFor(style))
    .header('referrer-policy', 'same-origin');
}

function policyFor(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}
