/** Columns that stand below one another; the last is as wide as it is. Cells may hold colours. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], indent = ''): string {
  const all = head.length === 0 ? rows : [head, ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  const lines = all.map((row) =>
    row.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)))).join('  '),
  );
  return lines.map((line) => `${indent}${line}`.trimEnd()).join('\n');
}

function width(cell: string): number {
  return [...cell.replaceAll(COLOUR, '')].length;
}

const COLOUR = /\u001b\[\d+m/g;
