/** Pages of at most ten, whatever the caller asks for, as the model's result lists allow no more. */
import { invalid } from './failure.ts';
import type { Input } from './input.ts';

const LARGEST_PAGE = 10;

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly nextToken: string | undefined;
}

/**
 * Cuts one page. The cursor is a position in the order, not an index, so items that come and go do not shift a page.
 *
 * @param scope what is listed; a token of another list is refused.
 * @param position rises strictly over `items`.
 */
export function page<Item>(
  { maxResults, nextToken }: Input,
  scope: string,
  items: readonly Item[],
  position: (item: Item) => number,
): Page<Item> {
  const after = nextToken === undefined ? 0 : open(nextToken as string, scope);
  const rest = items.filter((item) => position(item) > after);
  const shown = rest.slice(0, Math.min((maxResults as number | undefined) ?? LARGEST_PAGE, LARGEST_PAGE));
  const last = shown.at(-1);
  const more = last !== undefined && shown.length < rest.length;
  return { items: shown, nextToken: more ? seal(scope, position(last)) : undefined };
}

function seal(scope: string, position: number): string {
  return Buffer.from(JSON.stringify([scope, position])).toString('base64url');
}

function open(token: string, scope: string): number {
  try {
    const [tokenScope, position] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (tokenScope === scope && Number.isInteger(position)) return position;
  } catch {
    // Falls through: a token that cannot be read is as wrong as one of another list.
  }
  throw invalid('The pagination token is not valid.', [{ name: 'nextToken', message: 'not a token of this list' }]);
}
