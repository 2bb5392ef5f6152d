/** A value as it may be printed: escaped, so that neither a look-alike letter nor a control character hides in it. */
export function quote(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}
