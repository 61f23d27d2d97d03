/** One header of a request as text. */
import type { Request } from '@hapi/hapi';

/** `name` in lower case; undefined when it was not sent, the first where it was sent several times. */
export function headerOf(request: Request, name: string): string | undefined {
  const value = request.raw.req.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
