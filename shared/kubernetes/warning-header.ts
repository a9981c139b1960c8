// What the API server warns about: deprecated versions, Pod Security.

/** Texts of one `Warning` header, `299 - "text"`, several in one with commas (RFC 7234 §5.5). */
export function warningTexts(header: string): string[] {
  return [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replace(/\\(.)/g, '$1'),
  );
}
