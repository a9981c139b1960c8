// Sources that take as little time to build as a source can, or as long as a test wants.

/** A small web server that answers with `text`, and takes no build step. */
export function quick(text: string, descriptor = ''): Record<string, string> {
  return {
    'galley.yaml': `service: {type: LoadBalancer}\n${descriptor}`,
    Dockerfile:
      'FROM busybox\nCOPY index.html /www/\nUSER 1000\nEXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
    'index.html': text,
  };
}

/** As `quick`, with a build that sleeps first; `word` is in the command line of the sleeping process' shell. */
export function sleeping(word: string, seconds = 600, descriptor = ''): Record<string, string> {
  const source = quick(word, descriptor);
  const Dockerfile = source.Dockerfile?.replace('COPY', `RUN : ${word}; sleep ${seconds}\nCOPY`) ?? '';
  return { ...source, Dockerfile };
}
